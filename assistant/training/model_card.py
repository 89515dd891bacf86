"""Writes the model card: what the router and the language model learnt from, how, how good they are, and their limits.

Counts come from the phrasings, settings from the files beside the weights, scores from the figures that `evaluate
language --json` wrote. Trains and measures nothing.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.language.router import ENCODER_NAME, SHIPPED_ROUTER
from assistant.language.weights import BASE_NAME, SHIPPED_ADAPTER
from assistant.tools import standard_tools
from assistant.training.evaluation_page import page
from assistant.training.language_data import ANSWERS_FILE
from assistant.training.phrasings import Phrasing, read_phrasings

_SPLITS = ("train", "validation", "test")
_FROM_HERE = "assistant/training/phrasings"

_INTENDED = f"""# Model card: router and language model of the retail assistant

Written by `retail-assistant evaluate card`; do not edit by hand.

## What they are

- **Router**: a low-rank adapter on the sentence encoder {ENCODER_NAME} with a head per role that names the tool
  that a message calls, or none, and heads that find the words of each argument, make choices and tell what holds on.
- **Language model**: a LoRA adapter on {BASE_NAME} (Apache-2.0). It judges between close tools, writes the
  calls of tools that a shop adds, and words the answer from the facts of a result.

## What they are for

Messages of a shop's customers and staff in English: finding products, orders, policies; sales, forecasts, stock,
prices, customers. They choose and word; figures come from the tools, permission and identity from code, and every
answer is checked against the results before it is shown. Use them within this assistant only.

They are not for other languages, for advice outside a shop's business, or for talk without the tools and checks around
them: alone, {BASE_NAME} invents.
"""

_LIMITS = """## Limits

- All phrasings were written for this project by few authors; the held-out ones are of the same authors. Real customers
  will say things that none of them thought of.
- English only, British and American; typos and non-native English are among the voices, other languages are not.
- Messages with several wishes are told by the router and parted at a pause between them; three are the most.
- Arguments that nobody put into words that can be copied ("the usual ones") are asked back or left out.
- An answer whose figures or names are not found in the results is replaced by the tool's own sentence; it is then
  correct but plain.
- Nothing about real people was used: names, addresses and orders in the phrasings are invented, and slots are filled
  anew at each epoch so that none is learnt by heart.
"""


def write_card(measured: Mapping[str, Any] | None = None) -> str:
    """The card as Markdown.

    Args:
        measured: the figures of `evaluate language --json`; None: the card says that they are to be measured.
    """
    roles = {tool.name: tool.roles for tool in standard_tools()}
    phrasings = read_phrasings(roles)
    sections = [_INTENDED, "\n".join(_data(phrasings)), "\n".join(_training()), _scores(measured), _LIMITS]
    return "\n".join(section.rstrip() + "\n" for section in sections)


def _data(phrasings: Sequence[Phrasing]) -> Iterator[str]:
    turns = [turn for each in phrasings for turn in each.turns]
    several = [each for each in phrasings if len(each.turns) > 1]
    answers = [line for line in ANSWERS_FILE.read_text(encoding="utf-8").splitlines() if line.strip()]
    yield "## What they learnt from\n"
    yield (
        f"{len(phrasings):,} authored lines with {len(turns):,} messages in `{_FROM_HERE}`, {len(several):,} of them "
        f"conversations, and {len(answers):,} authored answers. Splits are by line: 80 % train, 10 % validation "
        "(temperature, thresholds), 10 % test (measuring only).\n"
    )
    yield from _table("split", _counted(phrasings, lambda each: each.split), _SPLITS)
    yield from _table("voice", _counted(phrasings, lambda each: each.voice or "none given"))
    yield from _table("messages that call no tool", _counted([e for e in phrasings if e.kind], lambda each: each.kind))
    yield "| tool | " + " | ".join(_SPLITS) + " | in conversations |"
    yield "|---" * (len(_SPLITS) + 2) + "|"
    alone = Counter((_tool(each), str(each.split)) for each in phrasings if len(each.turns) == 1)
    talked = Counter(call.name for each in several for turn in each.turns for call in turn.calls)
    talked["none"] = sum(not turn.calls for each in several for turn in each.turns)
    for name in sorted({tool for tool, _ in alone} | set(talked)):
        yield f"| {name} | " + " | ".join(str(alone[name, split]) for split in _SPLITS) + f" | {talked[name]} |"
    yield ""


def _tool(phrasing: Phrasing) -> str:
    calls = phrasing.turns[0].calls
    return calls[0].name if calls else "none"


def _counted(phrasings: Sequence[Phrasing], key: Any) -> Counter[str]:
    return Counter(key(each) for each in phrasings)


def _table(heading: str, counted: Counter[str], order: Sequence[str] = ()) -> Iterator[str]:
    yield f"| {heading} | lines |"
    yield "|---|---|"
    yield from (f"| {name} | {counted[name]:,} |" for name in order or [name for name, _ in counted.most_common()])
    yield ""


def _training() -> Iterator[str]:
    yield "## How they were trained\n"
    for title, command, file in (
        ("Router", "retail-assistant finetune router", SHIPPED_ROUTER / "router.json"),
        ("Language model", "retail-assistant finetune language", SHIPPED_ADAPTER / "training.json"),
    ):
        weights = sum(each.stat().st_size for each in file.parent.glob("*.safetensors"))
        yield f"**{title}**: `{command}`; {weights / 1e6:.1f} MB of weights beside the base.\n"
        yield "| setting | value |"
        yield "|---|---|"
        yield from (f"| {name} | {_shown(value)} |" for name, value in _settings(file))
        yield ""


def _settings(file: Path) -> Iterator[tuple[str, Any]]:
    """The settings in a file of training, flat; lists of class names and scores are left out."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as missing:
        raise AssistantError(
            f"Expected the settings of the training in {file}, but they cannot be read ({missing}). "
            "Train that part again with `retail-assistant finetune`."
        ) from missing
    for name, value in read.items():
        if name == "settings" and isinstance(value, dict):
            yield from value.items()
        elif name == "stages":
            for number, stage in enumerate(value, 1):
                yield from ((f"stage {number}: {each}", given) for each, given in stage.items())
        elif isinstance(value, (str, int, float)) and name not in ("command", "none"):
            yield name, value


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _scores(measured: Mapping[str, Any] | None) -> str:
    if measured is None:
        return "## Scores\n\nNot measured with these weights yet: `retail-assistant evaluate language --json FILE`.\n"
    return (
        "## Scores\n\n`retail-assistant evaluate language --json FILE`, then "
        "`retail-assistant evaluate card --json FILE`."
        f"\nAn interval is Wilson's at 95 %.\n\n```\n{page(measured)}\n```\n"
    )
