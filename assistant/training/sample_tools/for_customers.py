"""Sample plugin tools that customers call: gift wrap, points, fittings, wedding lists, sizes. No shop has them."""

from typing import Literal

from assistant.messages import Fact, ToolResult
from assistant.toolbox import Context, Tool, tool

_WRAPS = {"paper": 2.50, "box": 4.00, "hamper": 9.50}
_POINTS_FOR_ONE, _POINT_IN_PENCE = 5, 1
_LISTS = {
    "harper and lin": ("14 June", 32, 11),
    "okafor and webb": ("2 August", 25, 19),
    "delgado and price": ("6 September", 40, 3),
}
_CHEST = ((86, "XS"), (94, "S"), (102, "M"), (110, "L"), (118, "XL"))  # up to so many cm


@tool(
    roles={"customer", "manager"},
    examples=(
        "how much is gift wrapping",
        "can you wrap three presents for me and what would it cost",
        "price for a gift box please",
        "what do you charge to wrap things up nicely as a present",
        "wrapping cost for 2 hampers",
    ),
)
def gift_wrap_price(
    context: Context, quantity: int = 1, style: Literal["paper", "box", "hamper"] = "paper"
) -> ToolResult:
    """What gift wrapping costs.

    Args:
        quantity: how many presents.
        style: paper, box or hamper.
    """
    total = quantity * _WRAPS[style]
    return ToolResult(
        f"Wrapping {quantity} in {style} costs £{total:.2f}.", facts=(Fact("price", total, "GBP", f"£{total:.2f}"),)
    )


@tool(
    roles={"customer", "manager"},
    examples=(
        "how many points do I get for spending 50 pounds",
        "what are my loyalty points worth on an 80 pound order",
        "how does the points card work, say I spend £20",
        "points earned on 120",
        "do I collect bonus points when I spend £35",
    ),
)
def loyalty_points(context: Context, amount: float) -> ToolResult:
    """How many loyalty points a purchase of some amount earns, and what they are worth.

    Args:
        amount: what is spent.
    """
    points = int(amount) * _POINTS_FOR_ONE
    worth = points * _POINT_IN_PENCE / 100
    return ToolResult(
        f"Spending £{amount:.2f} earns {points} points, worth £{worth:.2f} off a later order.",
        facts=(Fact("points", points, "points", str(points)), Fact("worth", worth, "GBP", f"£{worth:.2f}")),
    )


@tool(
    roles={"customer"},
    examples=(
        "I'd like to book someone to measure up for curtains next tuesday",
        "can I get an appointment for a blinds fitting",
        "book a carpet fitting for 12 july",
        "could a fitter come round tomorrow to measure the windows for blinds",
        "arrange a fitting appointment for curtains",
    ),
)
def book_fitting(
    context: Context, service: Literal["curtains", "blinds", "carpet"], date: str | None = None
) -> ToolResult:
    """Asks for a home visit of the fitter, who measures for curtains, blinds or carpet.

    Args:
        service: what is to be fitted.
        date: the day that suits, as it was said.
    """
    day = context.shop.resolve.clock.horizon(date) if date else None
    when = f" on {day.start:%A %d %B}" if day else ""
    return ToolResult(f"The fitter for {service} is asked to come{when}; the shop will call to settle the hour.")


@tool(
    roles={"customer"},
    examples=(
        "I'm looking for the wedding list of Harper and Lin",
        "what is still left on the Okafor and Webb gift registry",
        "find the registry for Delgado and Price",
        "we're going to a wedding, is there a list for Harper and Lin",
        "has anyone bought anything from the bridal registry of Okafor and Webb",
    ),
)
def wedding_list(context: Context, couple: str) -> ToolResult:
    """A couple's wedding list: the day, and how many of its presents are still to be had.

    Args:
        couple: their names.
    """
    found = _LISTS.get(couple.lower().replace("&", "and").strip())
    if found is None:
        return ToolResult(f"There is no wedding list in the name of {couple}.", status="error")
    day, presents, taken = found
    return ToolResult(
        f"The wedding of {couple} is on {day}; {presents - taken} of {presents} presents are still to be had.",
        facts=(Fact("presents left", presents - taken, "", str(presents - taken)),),
    )


@tool(
    roles={"customer"},
    examples=(
        "which size apron do I need with a 100 cm chest",
        "size guide for the linen shirts",
        "I measure 112 cm round the chest, what size is that in a dressing gown",
        "do your pyjamas come up small, what size should I take",
        "sizing chart for kimonos please",
    ),
)
def size_guide(context: Context, garment: str, chest: float | None = None) -> ToolResult:
    """Which size of a garment fits.

    Args:
        garment: the kind of garment.
        chest: measure round the chest in cm.
    """
    if chest is None:
        steps = ", ".join(f"{size} up to {most} cm" for most, size in _CHEST)
        return ToolResult(f"Sizes for {garment} by the chest: {steps}.")
    size = next((size for most, size in _CHEST if chest <= most), "XXL")
    return ToolResult(f"With a chest of {chest:g} cm you need size {size} in {garment}.")


TOOLS: tuple[Tool, ...] = (gift_wrap_price, loyalty_points, book_fitting, wedding_list, size_guide)
