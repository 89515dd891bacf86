"""Makes text safe inside HTML: whatever came from data, a person or a model passes here. Knows nothing else."""

import html


def escaped(text: object) -> str:
    """The text for use between tags and inside double-quoted attributes."""
    return html.escape(str(text), quote=True)


def button(label: str, action: str, value: str, *, kind: str = "quiet", says: str = "", off: bool = False) -> str:
    """A button whose press the page reports as (action, value).

    Args:
        label: what it shows.
        action: "ask", "add" or "remove".
        value: the message or product id.
        kind: "quiet", "main" or "chip".
        says: a longer name for screen readers.
        off: cannot be pressed.
    """
    name = f' aria-label="{escaped(says)}"' if says else ""
    return (
        f'<button type="button" class="ra-button ra-{kind}" data-action="{escaped(action)}" '
        f'data-value="{escaped(value)}"{name}{" disabled" if off else ""}>{escaped(label)}</button>'
    )
