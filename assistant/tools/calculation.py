"""Sums that a person asks for: plain arithmetic, computed here so that no model has to. Knows no shop."""

import ast
import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation

from assistant.errors import BadCall
from assistant.messages import Fact, ToolResult
from assistant.sums import in_symbols
from assistant.toolbox import Context, Tool, tool

_LONGEST = 300
_SUM = re.compile(r"[0-9.()+*/ -]+")
_OPERATION = re.compile(r"[\d)]\s*[+*/-]")
_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_EXAMPLES = (
    "what is 155.33 - 147.05 + 268.77",
    "calculate 12 * 4.50 + 3.95",
    "add up 200.80, 96.35 and 193.38 for me",
    "how much is 652.61 plus 473.43",
    "(19.99 + 5) * 3 = ?",
)


@tool(roles={"customer", "manager"}, examples=_EXAMPLES)
def calculate(context: Context, expression: str) -> ToolResult:
    """Work out a sum: numbers with + - * / and brackets, or in words.

    Args:
        expression: the sum as it was said, such as 12 * 4.50 + 3.95 or 17.5% of 240.
    """
    value = evaluate(expression)
    text = f"{value:,.2f}" if value != value.to_integral() else f"{value:,.0f}"
    said = " ".join(expression.split())
    return ToolResult(headline=f"{said} = {text}.", facts=(Fact("result", float(value), "", text),))


def evaluate(expression: str) -> Decimal:
    """The value of a sum, rounded to the penny, halves up; exact decimals, so that pennies do not drift.

    Raises:
        BadCall: it is no sum of numbers, or divides by nothing.
    """
    if len(expression) > _LONGEST:
        raise BadCall(f"A sum has at most {_LONGEST} characters; this one has {len(expression):,}.")
    text = in_symbols(expression)
    if not _SUM.fullmatch(text) or not _OPERATION.search(text):
        raise _no_sum(expression)
    try:
        value = _value(ast.parse(text, mode="eval").body, text)
        return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    except (SyntaxError, RecursionError, MemoryError):
        raise _no_sum(expression) from None
    except DivisionByZero:
        raise BadCall("Nothing can be divided by zero.") from None
    except InvalidOperation:
        raise BadCall("That sum has no value that I can write down.") from None


def _value(node: ast.expr, whole: str) -> Decimal:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Decimal(ast.get_source_segment(whole, node) or str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        value = _value(node.operand, whole)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_value(node.left, whole), _value(node.right, whole))
    raise _no_sum(whole)


def _no_sum(expression: str) -> BadCall:
    return BadCall(f"Expected a sum like 12 * 4.50 + 3.95 or 17.5% of 240; got “{expression[:60]}”.")


TOOLS: tuple[Tool, ...] = (calculate,)
