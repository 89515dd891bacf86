"""Sample plugin tools that mainly staff call: hours, rota, suppliers, energy, press. No shop has them."""

from assistant.messages import Fact, ToolResult
from assistant.toolbox import Context, Tool, tool

_HOURS = {"saturday": ("09:00", "18:00"), "sunday": ("10:30", "16:30")}
_WEEKDAY = ("09:00", "17:30")
_ROTA = {0: "Amira and Joe", 1: "Joe and Petra", 2: "Amira and Sven", 3: "Petra and Sven", 4: "Amira, Joe and Petra",
         5: "Joe, Petra, Sven and Lou", 6: "Lou and Amira"}  # fmt: skip
_SUPPLIERS = {
    "northfield pottery": ("Helen Marsh", "01632 960 114"),
    "baltic linen": ("Jonas Petrauskas", "01632 960 230"),
    "cove candles": ("Ray Odell", "01632 960 377"),
}
_KWH_A_DAY = 41.5


@tool(
    roles={"customer", "manager"},
    examples=(
        "when do you open on sunday",
        "what are your opening hours",
        "are you open late on thursdays",
        "what time does the shop close on saturday",
        "is the store open on a monday morning",
    ),
)
def store_opening_hours(context: Context, weekday: str | None = None) -> ToolResult:
    """When the shops are open.

    Args:
        weekday: the day of the week.
    """
    if weekday is None:
        return ToolResult("Open Monday to Friday 09:00 to 17:30, Saturday 09:00 to 18:00, Sunday 10:30 to 16:30.")
    opens, closes = _HOURS.get(weekday.lower().rstrip("s"), _WEEKDAY)
    return ToolResult(f"On {weekday} the shops are open from {opens} to {closes}.")


@tool(
    roles={"manager"},
    examples=(
        "who is working tomorrow",
        "show me the rota for next friday",
        "which staff are on shift on saturday",
        "who's on the till next monday",
        "staff schedule for the day after tomorrow",
    ),
)
def staff_rota(context: Context, date: str) -> ToolResult:
    """Who works on a day.

    Args:
        date: the day, as it was said.
    """
    day = context.shop.resolve.clock.horizon(date)
    if day is None:
        return ToolResult(f"Which day is meant by {date!r}?", status="error")
    return ToolResult(f"On {day.start:%A %d %B} these work: {_ROTA[day.start.weekday()]}.")


@tool(
    roles={"manager"},
    examples=(
        "phone number of Northfield Pottery",
        "who is our contact at Baltic Linen",
        "how do I reach Cove Candles",
        "give me the supplier's details for Northfield Pottery",
        "I need to ring Baltic Linen, whom do I ask for",
    ),
)
def supplier_contact(context: Context, supplier: str) -> ToolResult:
    """Whom to call at a supplier, and the number.

    Args:
        supplier: its name.
    """
    found = _SUPPLIERS.get(supplier.lower().strip())
    if found is None:
        return ToolResult(f"There is no supplier called {supplier} in the book.", status="error")
    return ToolResult(f"At {supplier} ask for {found[0]}, {found[1]}.", facts=(Fact("phone", found[1], "", found[1]),))


@tool(
    roles={"manager"},
    examples=(
        "how much electricity did we use last month",
        "energy use in may",
        "what was our power consumption last week",
        "kilowatt hours used since january",
        "show the electricity meter for last quarter",
    ),
)
def energy_use(context: Context, period: str) -> ToolResult:
    """How much electricity the shops used in a period.

    Args:
        period: the time, as it was said.
    """
    past = context.shop.resolve.clock.period(period)
    if past is None:
        return ToolResult(f"Which time is meant by {period!r}?", status="error")
    used = round(_KWH_A_DAY * ((past.end - past.start).days + 1), 1)
    fact = Fact("used", used, "kWh", f"{used:,.1f}")
    return ToolResult(f"The shops used {used:,.1f} kWh {past.label}.", facts=(fact,))


@tool(
    roles={"manager"},
    examples=(
        "write a press release about our new store",
        "draft a press notice on the charity bake sale",
        "I need a news release about the anniversary sale",
        "put together a statement for the papers on the refurbishment",
        "press release: we won the local business award",
    ),
)
def press_release(context: Context, topic: str) -> ToolResult:
    """Drafts a press release about something.

    Args:
        topic: what it is about.
    """
    return ToolResult(
        f"Draft: {context.shop.name} announces {topic}. For immediate release, {context.shop.as_of:%d %B %Y}."
    )


TOOLS: tuple[Tool, ...] = (store_opening_hours, staff_rota, supplier_contact, energy_use, press_release)
