"""An answer as HTML: what was said, what it rests on, and the tool calls beneath. Knows the records, not the page."""

import json
from collections.abc import Iterable

from assistant.messages import Answer, CallRecord, ToolResult
from assistant.wording import number
from ui import texts
from ui.escaping import button, escaped
from ui.languages import speaking
from ui.turns import Shown

_SUGGESTIONS = 4
_FIGURES_SHOWN = 30


def question_html(shown: Shown) -> str:
    """What the person said."""
    return f'<p class="ra-question"><span class="ra-hidden">{texts.YOU}: </span>{escaped(shown.question)}</p>'


def said_html(shown: Shown) -> str:
    """The answer's words so far, or what is being done."""
    if not shown.said:
        step = escaped(shown.step or texts.THINKING)
        return f'<p class="ra-step">{step}<span class="ra-dots" aria-hidden="true"><i></i><i></i><i></i></span></p>'
    kind = "ra-said ra-failed" if shown.failed else "ra-said"
    who = f'<span class="ra-hidden">{texts.ASSISTANT}: </span>'
    return f'<p class="{kind}">{who}{escaped(shown.said)}</p>{_marks(shown.answer)}'


def suggestions(answer: Answer) -> str:
    """Buttons with what may be asked next."""
    return chips(dict.fromkeys(each for call in answer.calls for each in call.result.follow_ups))


def chips(questions: Iterable[str], limit: int = _SUGGESTIONS) -> str:
    """Buttons that ask a question each."""
    buttons = "".join(button(each, "ask", each, kind="chip") for each in list(questions)[:limit])
    label = texts.SUGGESTIONS_LABEL
    return f'<div class="ra-chips" role="group" aria-label="{label}">{buttons}</div>' if buttons else ""


def example_chips() -> str:
    """Buttons with first questions: named in the reader's language, asked in English, which the assistant speaks."""
    with speaking("en"):
        asked = texts.CUSTOMER_EXAMPLES
    buttons = (
        button(name, "ask", each, kind="chip") for name, each in zip(texts.CUSTOMER_EXAMPLES, asked, strict=True)
    )
    return f'<div class="ra-chips" role="group" aria-label="{texts.SUGGESTIONS_LABEL}">{"".join(buttons)}</div>'


def quotes_html(result: ToolResult) -> str:
    """Passages of the shop's own texts, each with its source."""
    return "".join(
        f'<blockquote class="ra-quote"><p>{escaped(text)}</p><cite>{escaped(source)}</cite></blockquote>'
        for source, text in result.quotes
    )


def notes_of(answer: Answer) -> list[str]:
    """Assumptions and what is missing, each once."""
    return list(dict.fromkeys(note for call in answer.calls for note in call.result.notes))


def notes_html(notes: Iterable[str]) -> str:
    """Notes as a list; nothing where there are none."""
    items = "".join(f"<li>{escaped(note)}</li>" for note in notes)
    return f'<div class="ra-notes"><h3>{texts.NOTES}</h3><ul>{items}</ul></div>' if items else ""


def beneath(answer: Answer) -> str:
    """The tool calls, unfolding, with model, seconds and tokens."""
    count = len(answer.calls)
    title = texts.NO_CALLS if not count else texts.ONE_CALL if count == 1 else texts.CALLS.format(count=count)
    return (
        f'<details class="ra-fold ra-calls"><summary>{escaped(title)} <span class="ra-small">'
        f"{escaped(texts.SECONDS.format(seconds=f'{answer.total_seconds:.1f}'))}</span></summary>"
        f"{calls_html(answer)}</details>"
    )


def explained_html(answer: Answer, notes: Iterable[str] = ()) -> str:
    """How an answer came about, unfolding as one: method, score, assumptions, figures and the tool calls.

    Args:
        answer: what was answered.
        notes: assumptions that are not shown elsewhere.
    """
    inside = "".join(_computed(call.result) for call in answer.calls)
    items = "".join(f"<li>{escaped(note)}</li>" for note in notes)
    assumed = f'<dl class="ra-computed"><dt>{texts.ASSUMPTIONS}</dt><dd><ul>{items}</ul></dd></dl>' if items else ""
    called = f'<h4 class="ra-fold-part">{texts.CALL}</h4>{calls_html(answer)}'
    return f'<details class="ra-fold"><summary>{texts.COMPUTED}</summary>{inside}{assumed}{called}</details>'


def calls_html(answer: Answer) -> str:
    """The tool calls with their arguments, and how long it all took."""
    timing = texts.TIMING.format(
        model=answer.model or texts.NO_MODEL,
        total=f"{answer.total_seconds:.1f}",
        first=f"{answer.first_token_seconds:.1f}",
        prompt=number(answer.prompt_tokens),
        completion=number(answer.completion_tokens),
    )
    return f'{"".join(_call(call) for call in answer.calls)}<p class="ra-small">{escaped(timing)}</p>'


def _marks(answer: Answer | None) -> str:
    if answer is None:
        return ""
    marks = []
    if answer.handed_off:
        marks.append(f'<p class="ra-mark">{escaped(texts.HANDED_OFF)}</p>')
    if not answer.grounded:
        what = ", ".join(answer.unsupported)
        marks.append(f'<p class="ra-mark ra-warn">{escaped(texts.UNGROUNDED.format(what=what))}</p>')
    return "".join(marks)


def _computed(result: ToolResult) -> str:
    rows = [(texts.METHOD, result.method), (texts.SCORE, result.score)]
    said = "".join(f"<dt>{name}</dt><dd>{escaped(text)}</dd>" for name, text in rows if text)
    shown = result.facts[:_FIGURES_SHOWN]
    facts = "".join(f"<li>{escaped(fact.name)}: <b>{escaped(fact.text)}</b></li>" for fact in shown)
    figures = f"<dt>{texts.FIGURES}</dt><dd><ul>{facts}</ul></dd>" if facts else ""
    return f'<dl class="ra-computed">{said}{figures}</dl>' if said or figures else ""


def _call(call: CallRecord) -> str:
    given = "".join(
        f"<dt>{escaped(name)}</dt><dd>{escaped(_argument(value))}</dd>" for name, value in call.arguments.items()
    )
    arguments = f"<dl>{given}</dl>" if given else f'<p class="ra-small">{texts.NO_ARGUMENTS}</p>'
    status = escaped(texts.STATUS.get(call.status, call.status))
    seconds = escaped(texts.SECONDS.format(seconds=f"{call.seconds:.2f}"))
    return (
        f'<div class="ra-call"><p><code>{escaped(call.name)}</code> '
        f'<span class="ra-status ra-{escaped(call.status)}">{status}</span> '
        f'<span class="ra-small">{seconds}</span></p>{arguments}</div>'
    )


def _argument(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
