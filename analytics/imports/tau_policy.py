"""tau2's retail policy as a shop keeps its own: pages for people, `rules.toml` for code. Knows only that one text.

The policy is written for an agent. A page keeps what it says about orders and money; sentences that tell the agent how
to work are left out, because nobody quotes them to a customer.
"""

import re
from pathlib import Path

from analytics.errors import ImportFailed

_FOR_THE_AGENT = re.compile(r"\b(?:you (?:should|must|can|need|may)|remember to|tools?)\b", re.IGNORECASE)
_ABOUT_THE_DATA = ("Domain basic", "Generic action rules")
_CLAUSE = re.compile(r",? and you should check its status before taking the action")
_REASONS = re.compile(r"reason \(either '([^']+)' or '([^']+)'\)")
_DAYS = re.compile(r"in (\d+) to (\d+) business days")
_RULES = """# tau2's retail policy as data; the pages beside this file say the same in words.

[return]
window_days = {window}
once_only = true              # "An order can only be returned if its status is 'delivered'": afterwards it is not

[cancel]
reasons = [{reasons}]

[exchange]
window_days = {window}
once_only = true
after_return = false          # a return and an exchange of one order exclude each other
same_category = true          # "There cannot be any change of product types"

[change]
items = true                  # before dispatch, once; afterwards the order can't be cancelled
items_final = true
payment = true

[identity]
email_alone = true
name_and_postcode = true

[refund]
to = "the original payment method"
working_days = [{first}, {last}]
gift_card_at_once = true
choose = true                 # a return may also go to a gift card; a price difference to any method on record
"""
_NO_WINDOW = 36_500  # the policy names no time limit


def write_policies(policy: str, folder: Path) -> list[Path]:
    """Writes the pages and the rules; a file that is there stays, since the shop may have changed it.

    Args:
        policy: the policy as published (Markdown).
        folder: the shop's `policies`.

    Returns:
        The files written.

    Raises:
        ImportFailed: the text does not name the reasons and refund times that the rules need.
    """
    wanted = {f"{_slug(title)}.md": f"# {title}\n\n{text}\n" for title, text in pages(policy)}
    wanted["rules.toml"] = rules(policy)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in wanted.items():
        if not (folder / name).exists():
            (folder / name).write_text(content, encoding="utf-8")
            written.append(folder / name)
    return written


def pages(policy: str) -> list[tuple[str, str]]:
    """The policy's sections as (title, text); those with nothing to say to a customer are left out."""
    found = []
    for section in re.split(r"^## ", policy, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        kept = _without_agent(text.replace("\n### ", "\n## "))
        if title.strip() not in _ABOUT_THE_DATA and kept:
            found.append((title.strip(), kept))
    return found


def rules(policy: str) -> str:
    """The content of `rules.toml`.

    Raises:
        ImportFailed: the reasons for a cancellation or the days of a refund are not in the text.
    """
    reasons, days = _REASONS.search(policy), _DAYS.search(policy)
    if reasons is None or days is None:
        raise ImportFailed(
            "Expected tau2's retail policy to say \"reason (either '...' or '...')\" and \"in 5 to 7 business days\"; "
            "this one does not. Give the policy.md that belongs to the database."
        )
    quoted = ", ".join(f'"{each}"' for each in reasons.groups())
    return _RULES.format(window=_NO_WINDOW, reasons=quoted, first=days[1], last=days[2])


def _without_agent(text: str) -> str:
    paragraphs = []
    for paragraph in text.strip().split("\n\n"):
        sentences = re.split(r"(?<=[.!?])\s+", _CLAUSE.sub("", paragraph.strip()))
        kept = [each for each in sentences if not _FOR_THE_AGENT.search(each)]
        if kept:
            paragraphs.append(" ".join(kept) if len(kept) < len(sentences) else "".join(_CLAUSE.sub("", paragraph)))
    return "\n\n".join(each.strip() for each in paragraphs if each.strip())


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
