"""A tool is a typed function with a docstring: its schema, its permission, its validation and its call.

Knows no particular tool; `assistant.tools` holds those.
"""

import inspect
import math
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from analytics.errors import AnalyticsError
from assistant.errors import AssistantError, BadCall, Refused
from assistant.messages import Role, ToolCall, ToolResult
from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    from assistant.records import Session
    from assistant.shop import Shop

ToolFunction = Callable[..., ToolResult]
_ASKED = {  # what a person is asked where the tool cannot do without
    "product": "Which product do you mean?",
    "products": "Which products shall I compare? Please name two or more.",
    "customer": "Which customer do you mean? Please give a name or a customer number.",
    "order_id": "Which order do you mean? Please give its number.",
    "items": "Which items of the order do you mean?",
    "new_items": "What would you like instead?",
    "address": "What is the new address?",
    "payment": "Which payment method would you like instead?",
}
_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Context:
    """What a tool may use: the opened shop and the session of who asks.

    Attributes:
        correcting: the call puts right what the one before it did, rather than adding to it.
    """

    shop: "Shop"
    session: "Session"
    correcting: bool = False


@dataclass(frozen=True)
class Tool:
    """A function that the language model may call.

    Attributes:
        roles: who is offered it.
        private: about a person's own things; without identity the call is refused.
        writes: changes an order or an account; the first call only prepares the change.
        examples: phrasings that call it; routing of a tool added later rests on them.
        needs: the table of the history without which it has nothing to work on; a shop without it is not offered it.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    function: ToolFunction
    roles: frozenset[str]
    private: bool = False
    writes: bool = False
    examples: tuple[str, ...] = ()
    needs: str | None = None

    def schema(self) -> dict[str, Any]:
        """The tool in the function-calling form that chat templates and servers share."""
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": self.parameters},
        }

    def signature(self) -> str:
        """One line for a small model: `name(argument, optional?, choice: a|b)`."""
        required = self.parameters["required"]
        parts = []
        for name, schema in self.parameters["properties"].items():
            choices = "|".join(schema["enum"]) if "enum" in schema else ""
            parts.append(name + ("" if name in required else "?") + (f": {choices}" if choices else ""))
        return f"{self.name}({', '.join(parts)})"

    def check(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments with their types made right ("5" for an integer becomes 5).

        Raises:
            BadCall: an argument is unknown, missing or of the wrong kind.
        """
        properties = self.parameters["properties"]
        unknown = [name for name in arguments if name not in properties]
        if unknown:
            raise BadCall(f"{self.name} takes {', '.join(properties) or 'no arguments'}; got {', '.join(unknown)}.")
        checked = {n: _coerce(self.name, n, v, properties[n]) for n, v in arguments.items() if v not in (None, "")}
        missing = [name for name in self.parameters["required"] if name not in checked]
        if missing:
            raise _missing(missing)
        return checked


def tool(
    *,
    roles: Iterable[Role],
    private: bool = False,
    writes: bool = False,
    examples: Iterable[str] = (),
    needs: str | None = None,
) -> Callable[[ToolFunction], Tool]:
    """Makes a tool of a function `(context, ...) -> ToolResult` with a Google-style docstring."""

    def make(function: ToolFunction) -> Tool:
        description, argument_texts = _read_docstring(inspect.getdoc(function) or "")
        if not description:
            raise ValueError(f"Tool {function.__name__} needs a docstring: its first paragraph is the description.")
        return Tool(
            name=function.__name__,
            description=description,
            parameters=_parameters(function, argument_texts),
            function=function,
            roles=frozenset(roles),
            private=private,
            writes=writes,
            examples=tuple(examples),
            needs=needs,
        )

    return make


@dataclass(frozen=True)
class Toolbox:
    """The tools of an assistant, by name."""

    tools: dict[str, Tool] = field(default_factory=dict)

    @classmethod
    def of(cls, tools: Iterable[Tool]) -> "Toolbox":
        """A toolbox of these tools.

        Raises:
            ValueError: two tools share a name.
        """
        named: dict[str, Tool] = {}
        for each in tools:
            if each.name in named:
                raise ValueError(f"Two tools are called {each.name}; rename one.")
            named[each.name] = each
        return cls(named)

    def permitted(self, role: Role) -> dict[str, Tool]:
        """The tools that this role is offered."""
        return {name: each for name, each in self.tools.items() if role in each.roles}

    def run(self, call: ToolCall, context: Context) -> tuple[ToolCall, ToolResult]:
        """Checks permission and arguments, runs the tool; a refusal or failure is a result too.

        Returns:
            The call with its checked arguments, and the result. Never raises for what a person can mend; a bug is loud.
        """
        try:
            each = self._admit(call, context)
            checked = ToolCall(call.name, each.check(call.arguments))
            return checked, each.function(context, **checked.arguments)
        except Refused as refusal:
            return call, ToolResult(headline=str(refusal), status="refused", lacks=refusal.lacks)
        except AssistantError as failure:
            return call, ToolResult(headline=str(failure), status="error", lacks=failure.lacks)
        except (AnalyticsError, RetrievalError) as failure:
            return call, ToolResult(headline=str(failure), status="error")

    def _admit(self, call: ToolCall, context: Context) -> Tool:
        each = self.tools.get(call.name)
        if each is None:
            raise BadCall(f"There is no tool called {call.name}.")
        session = context.session
        if session.role not in each.roles:
            raise Refused("I can't do that for you here: it is for the shop's staff only.")
        if each.private and session.customer_id is None:
            unknown = Refused(
                "Please identify yourself first: I also need the e-mail address or postcode on that order."
                if call.arguments.get("order_id")
                else "Please identify yourself first: tell me an order number together with the e-mail address "
                "or postcode on that order."
            )
            unknown.lacks = "identity"
            raise unknown
        return each


def _missing(names: list[str]) -> BadCall:
    """Asks a person for what a tool cannot do without."""
    failure = BadCall(" ".join(_ASKED.get(name, f"Please tell me the {name.replace('_', ' ')}.") for name in names))
    failure.lacks = names[0]
    return failure


def _read_docstring(text: str) -> tuple[str, dict[str, str]]:
    """The first paragraph, and the `Args:` section by argument name."""
    description = " ".join(text.split("\n\n")[0].split())
    arguments: dict[str, str] = {}
    inside, current = False, ""
    for line in text.splitlines():
        if line.strip() == "Args:":
            inside = True
        elif inside and line and not line.startswith(" "):
            inside = False
        elif inside and line.startswith("    ") and not line.startswith("      ") and ":" in line:
            current, said = line.strip().split(":", 1)
            arguments[current] = said.strip()
        elif inside and current:
            arguments[current] = f"{arguments[current]} {line.strip()}".strip()
    return description, arguments


def _parameters(function: ToolFunction, texts: dict[str, str]) -> dict[str, Any]:
    hints = typing.get_type_hints(function, localns={"Context": Context})
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if name not in texts:
            raise ValueError(f"Tool {function.__name__}: describe the argument {name} under Args.")
        properties[name] = {**_type_schema(hints[name]), "description": texts[name]}
        if parameter.default is inspect.Parameter.empty:
            required.append(name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _type_schema(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _type_schema(next(a for a in arguments if a is not type(None)))
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (list, tuple):
        return {"type": "array", "items": _type_schema(arguments[0])}
    if hint in _JSON_TYPES:
        return {"type": _JSON_TYPES[hint]}
    raise ValueError(f"A tool argument is text, a number, true or false, a Literal or a list of those; got {hint}.")


def _coerce(tool_name: str, name: str, value: Any, schema: dict[str, Any]) -> Any:
    kind = schema["type"]
    try:
        if kind == "array":
            values = value if isinstance(value, (list, tuple)) else [value]
            return [_coerce(tool_name, name, each, schema["items"]) for each in values]
        if kind in ("integer", "number"):
            number = math.nan if isinstance(value, bool) else float(value)
            if not math.isfinite(number) or (kind == "integer" and not number.is_integer()):
                raise ValueError
            return int(number) if kind == "integer" else number
        if kind == "boolean":
            return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
        text = str(value).strip()
    except (ValueError, TypeError, KeyError):
        raise BadCall(f"{tool_name}: {name} must be of kind {kind}; got {value!r}.") from None
    if "enum" in schema and text not in schema["enum"]:
        raise BadCall(f"{tool_name}: {name} must be one of {', '.join(schema['enum'])}; got {text!r}.")
    return text
