"""`ask`, `chat`, `serve`, `mcp`, `tools`: talking to the assistant."""

import argparse
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from analytics.errors import AnalyticsError
from assistant.conversation import Conversation, start
from assistant.errors import AssistantError, BadMessage, WrongUse
from assistant.messages import Answer, Role, Table
from assistant.safety import Limits
from assistant.shop import Shop, open_shop
from retrieval.errors import RetrievalError

_ROWS_SHOWN = 15
_LOG = logging.getLogger(__name__)


def ask(given: argparse.Namespace) -> int:
    """Answers one question, or a batch."""
    if (given.question is None) == (given.batch is None):
        raise WrongUse("Expected a question, or --batch FILE, and not both; see `retail-assistant ask --help`.")
    if given.batch is not None:
        _check_batch(given.batch, given.out)
    with open_shop(given.shop) as shop:
        if given.batch is not None:
            return _batch(shop, given.batch, given.out)
        conversation = start(shop, given.role, given.customer)
        answer = conversation.ask(given.question)
    if given.json:
        print(json.dumps(answer.as_json(), ensure_ascii=False, indent=1))
    else:
        print(as_text(answer))
    return 0


def chat(given: argparse.Namespace) -> int:
    """Talks in the terminal until an empty line or the end of input."""
    with open_shop(given.shop) as shop:
        conversation = start(shop, given.role, given.customer)
        print(f"{shop.name}: ask away; an empty line ends the conversation.")
        while message := _line():
            for piece in conversation.stream(message):
                if isinstance(piece, Answer):
                    print(_beneath(piece))
                else:
                    print(piece, end="", flush=True)
    return 0


def serve(given: argparse.Namespace) -> int:
    """Opens the web page."""
    import importlib

    # The page knows the assistant, not the other way round: it is looked up by name when the command asks for it.
    page = importlib.import_module("ui.serve")
    with open_shop(given.shop) as shop:
        page.serve(shop, host=given.host, port=given.port, open_browser=not given.no_browser)
    return 0


def mcp(given: argparse.Namespace) -> int:
    """Offers the tools to an MCP client."""
    import importlib

    if given.customer is not None and given.role == "manager":
        raise WrongUse("Expected --customer with --as customer only; a manager is no customer.")
    served = importlib.import_module("ui.mcp_server")
    with open_shop(given.shop) as shop:
        served.serve_mcp(shop, given.role, given.customer)
    return 0


def tools(given: argparse.Namespace) -> int:
    """Lists the tools."""
    from assistant.tools import standard_tools

    listed = sorted(standard_tools(), key=lambda tool: (sorted(tool.roles), tool.name))
    if given.json:
        print(json.dumps([{**tool.schema(), "roles": sorted(tool.roles)} for tool in listed], indent=1))
        return 0
    for tool in listed:
        marks = [*sorted(tool.roles), *(["private"] if tool.private else []), *(["write"] if tool.writes else [])]
        print(f"{tool.signature()}  [{', '.join(marks)}]\n    {tool.description}")
    return 0


def _check_batch(file: Path, out: Path | None) -> None:
    """Looks at the places before anything is loaded.

    Raises:
        WrongUse: there is no such file, or the answers cannot go where they shall.
    """
    if not file.exists():
        raise WrongUse(f"Expected a file of JSON lines, but there is no {file}.")
    if file.is_dir():
        raise WrongUse(f"Expected a file of JSON lines, but {file} is a folder; name the file in it.")
    if out is None:
        return
    if out.is_dir():
        raise WrongUse(f"Expected a file for the answers, but {out} is a folder; name a file in it.")
    if not out.absolute().parent.is_dir():
        raise WrongUse(f"Expected a folder for the answers, but there is no {out.parent}; make it first.")
    if out.exists() and out.samefile(file):
        raise WrongUse(f"The answers would overwrite the questions in {file}; give --out another file.")


def _batch(shop: Shop, file: Path, out: Path | None) -> int:
    """Answers every line; a turn that fails is answered with what went wrong, and the batch goes on."""
    limits = Limits(max_characters=shop.settings.limits.max_characters, rate=None)
    stream = out.open("w", encoding="utf-8") if out else sys.stdout
    try:
        for number, line in enumerate(_lines(file), 1):
            _write(stream, _answered(shop, line, number, limits))
    finally:
        if out:
            stream.close()
    return 0


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        yield from (line for line in lines if line.strip())


def _answered(shop: Shop, line: str, number: int, limits: Limits) -> dict[str, Any]:
    asked: Any = None
    try:
        asked = json.loads(line)
        role, turns = _asked(asked)
        conversation = start(shop, role, _customer(asked.get("customer_id")), limits)
    except Exception as wrong:  # one line must not end the batch
        said = asked if isinstance(asked, dict) else {}
        given = said.get("turns")
        of: Role = "manager" if said.get("role") == "manager" else "customer"
        texts = [str(turn) for turn in given] if isinstance(given, list) else [""]
        reason = _reason(wrong, number)
        return {"id": said.get("id", number), "turns": [Answer(text, of, reason).as_json() for text in texts]}
    return {"id": asked.get("id", number), "turns": [_turn(conversation, turn, number) for turn in turns]}


def _turn(conversation: Conversation, turn: str, number: int) -> dict[str, Any]:
    try:
        return conversation.ask(turn).as_json()
    except Exception as wrong:  # the turns before it stay answered
        return Answer(turn, conversation.session.role, _reason(wrong, number)).as_json()


def _reason(wrong: Exception, number: int) -> str:
    """What is answered instead; what no person was meant to read goes to the log in full."""
    if isinstance(wrong, (AssistantError, AnalyticsError, RetrievalError, json.JSONDecodeError)):
        return f"Line {number} cannot be answered: {wrong}"
    _LOG.exception("line %d of the batch failed", number, exc_info=wrong)
    return (
        f"Line {number} cannot be answered: an error in the program ({type(wrong).__name__}: {wrong}). "
        "The log on standard error says where."
    )


def _asked(asked: Any) -> tuple[Role, list[str]]:
    if not isinstance(asked, dict) or not isinstance(asked.get("turns"), list):
        raise BadMessage('expected {"id", "role", "turns": ["...", ...]} as JSON.')
    if asked.get("role") not in ("customer", "manager"):
        raise BadMessage(f'role must be "customer" or "manager"; got {asked.get("role")!r}.')
    if not all(isinstance(turn, str) for turn in asked["turns"]):
        raise BadMessage("each turn must be a text.")
    return asked["role"], asked["turns"]


def _customer(given: Any) -> str | None:
    """The customer's id; a number is taken as it is written, 12346.0 as 12346."""
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise BadMessage(f"customer_id must be a text or a number; got {given!r}.")
    return str(int(given)) if isinstance(given, float) and given.is_integer() else str(given)


def _write(stream: TextIO, answered: dict[str, Any]) -> None:
    stream.write(json.dumps(answered, ensure_ascii=False) + "\n")
    stream.flush()


def _line() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def as_text(answer: Answer) -> str:
    """An answer for a terminal: the text, tables, and what was called."""
    return f"{answer.answer}{_beneath(answer)}"


def _beneath(answer: Answer) -> str:
    parts = [""]
    for call in answer.calls:
        result = call.result
        if result.table is not None:
            parts.append(_table(result.table))
        parts += [f"note: {note}" for note in result.notes]
        if result.method:
            parts.append(f"method: {result.method}" + (f"; {result.score}" if result.score else ""))
        given = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
        parts.append(f"[{call.name}({given}): {call.status}, {call.seconds:.2f} s]")
    parts.append(f"[{answer.model or 'no model needed'}, {answer.total_seconds:.1f} s]")
    return "\n".join(parts)


def _table(table: Table) -> str:
    rows = [
        table.columns,
        *[tuple("" if cell is None else _cell(cell) for cell in row) for row in table.rows[:_ROWS_SHOWN]],
    ]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(table.columns))]
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    more = len(table.rows) - _ROWS_SHOWN
    return "\n".join([*lines, *([f"... and {more} more rows (--json shows all)"] if more > 0 else [])])


def _cell(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return str(cell)
