"""A typed function and its docstring become a schema, a permission check and a call."""

from types import SimpleNamespace
from typing import Any, Literal

import pytest

from analytics.errors import MissingData
from assistant.errors import BadCall, NotFound, Refused
from assistant.messages import ToolCall, ToolResult
from assistant.toolbox import Context, Tool, Toolbox, tool


@tool(roles={"manager"}, examples=["how much is {product}"])
def price_of(
    context: Context,
    product: str,
    goal: Literal["profit", "revenue"] = "profit",
    stores: list[str] | None = None,
    budget: float | None = None,
    limit: int | None = None,
    in_stock: bool | None = None,
) -> ToolResult:
    """Says the price
    of a product.

    A second paragraph for programmers.

    Args:
        product: id or
            name.
        goal: what to reach.
        stores: where.
        budget: money.
        limit: how many.
        in_stock: only what is there.

    Returns:
        nothing of interest: here.
    """
    return ToolResult(headline=f"{product} {goal} {stores} {budget} {limit} {in_stock}")


@tool(roles={"customer"}, private=True)
def my_things(context: Context) -> ToolResult:
    """Shows what is yours."""
    return ToolResult(headline=f"yours, {context.session.customer_id}")


@tool(roles={"customer", "manager"})
def breaks(context: Context, how: str) -> ToolResult:
    """Fails in the way it is told.

    Args:
        how: the way.
    """
    raise {"refused": Refused, "missing": MissingData, "unknown": NotFound, "bug": ZeroDivisionError}[how](
        "why: " + how
    )


TOOLBOX = Toolbox.of([price_of, my_things, breaks])


def context(role: str = "manager", customer: str | None = None) -> Context:
    session: Any = SimpleNamespace(role=role, customer_id=customer)
    return Context(SimpleNamespace(), session)  # type: ignore[arg-type]


def test_the_schema_is_the_signature_and_the_docstring() -> None:
    assert price_of.schema() == {
        "type": "function",
        "function": {
            "name": "price_of",
            "description": "Says the price of a product.",
            "parameters": {
                "type": "object",
                "properties": {
                    "product": {"type": "string", "description": "id or name."},
                    "goal": {"type": "string", "enum": ["profit", "revenue"], "description": "what to reach."},
                    "stores": {"type": "array", "items": {"type": "string"}, "description": "where."},
                    "budget": {"type": "number", "description": "money."},
                    "limit": {"type": "integer", "description": "how many."},
                    "in_stock": {"type": "boolean", "description": "only what is there."},
                },
                "required": ["product"],
                "additionalProperties": False,
            },
        },
    }
    assert price_of.signature() == "price_of(product, goal?: profit|revenue, stores?, budget?, limit?, in_stock?)"
    assert price_of.examples == ("how much is {product}",)


def test_arguments_get_their_types() -> None:
    given = {"product": " mug ", "stores": "York", "budget": "12.5", "limit": "5", "in_stock": "True", "goal": None}
    checked = price_of.check(given)
    assert checked == {"product": "mug", "stores": ["York"], "budget": 12.5, "limit": 5, "in_stock": True}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Which product do you mean"),
        ({"product": ""}, "Which product do you mean"),
        ({"product": "a", "colour": "red"}, "got colour"),
        ({"product": "a", "goal": "fame"}, "one of profit, revenue"),
        ({"product": "a", "limit": "many"}, "kind integer"),
        ({"product": "a", "limit": 2.5}, "kind integer"),
        ({"product": "a", "limit": True}, "kind integer"),
        ({"product": "a", "budget": "cheap"}, "kind number"),
        ({"product": "a", "in_stock": "perhaps"}, "kind boolean"),
        ({"product": "a", "limit": float("inf")}, "kind integer"),
    ],
)
def test_wrong_arguments_are_told_apart(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(BadCall, match=said):
        price_of.check(arguments)


def test_a_call_runs_with_its_checked_arguments() -> None:
    call, result = TOOLBOX.run(ToolCall("price_of", {"product": "mug", "limit": "5"}), context())
    assert call.arguments == {"product": "mug", "limit": 5}
    assert (result.status, result.headline) == ("ok", "mug profit None None 5 None")


@pytest.mark.parametrize(
    ("name", "arguments", "status", "said"),
    [
        ("price_of", {}, "error", "Which product do you mean"),
        ("no_such_tool", {}, "error", "no tool called no_such_tool"),
        ("breaks", {"how": "refused"}, "refused", "why: refused"),
        ("breaks", {"how": "missing"}, "error", "why: missing"),
        ("breaks", {"how": "unknown"}, "error", "why: unknown"),
    ],
)
def test_a_failure_is_a_result(name: str, arguments: dict[str, Any], status: str, said: str) -> None:
    _, result = TOOLBOX.run(ToolCall(name, arguments), context())
    assert result.status == status
    assert said in result.headline


def test_a_bug_is_loud() -> None:
    with pytest.raises(ZeroDivisionError):
        TOOLBOX.run(ToolCall("breaks", {"how": "bug"}), context())


def test_roles_and_identity_are_checked_when_it_runs() -> None:
    _, staff_only = TOOLBOX.run(ToolCall("price_of", {"product": "mug"}), context("customer"))
    _, nobody = TOOLBOX.run(ToolCall("my_things", {}), context("customer"))
    _, somebody = TOOLBOX.run(ToolCall("my_things", {}), context("customer", "C1"))
    assert (staff_only.status, nobody.status, somebody.status) == ("refused", "refused", "ok")
    assert "staff" in staff_only.headline
    assert "identify yourself" in nobody.headline
    assert set(TOOLBOX.permitted("customer")) == {"my_things", "breaks"}


def test_two_tools_of_one_name_and_undescribed_arguments_are_told() -> None:
    with pytest.raises(ValueError, match="Two tools are called breaks"):
        Toolbox.of([breaks, breaks])

    def silent(context: Context) -> ToolResult:
        return ToolResult("")

    def undescribed(context: Context, product: str) -> ToolResult:
        """Does something."""
        return ToolResult("")

    def odd(context: Context, product: bytes) -> ToolResult:
        """Does something.

        Args:
            product: a product.
        """
        return ToolResult("")

    for function, said in ((silent, "docstring"), (undescribed, "describe the argument product"), (odd, "bytes")):
        with pytest.raises(ValueError, match=said):
            tool(roles={"manager"})(function)


def test_every_standard_tool_is_complete() -> None:
    from assistant.tools import standard_tools

    tools = standard_tools()
    assert len(Toolbox.of(tools).tools) == len(tools)
    for each in tools:
        assert isinstance(each, Tool)
        assert each.roles
        assert each.roles <= {"customer", "manager"}
        assert each.description.endswith(".")
        assert all(schema["description"] for schema in each.parameters["properties"].values())
        assert not (each.writes and "manager" in each.roles)
