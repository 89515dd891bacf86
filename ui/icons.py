"""The few signs of the page as drawings; what they mean stands beside them as text. Knows no page."""

_LINES = {
    "up": "M7 11v9H4v-9zM7 11l4-8c1.5 0 2.5 1 2.5 2.5V9H19a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20H7",
    "down": "M17 13V4h3v9zM17 13l-4 8c-1.5 0-2.5-1-2.5-2.5V15H5a2 2 0 0 1-2-2.3l1.2-7A2 2 0 0 1 6.2 4H17",
    "speaker": "M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12",
    "microphone": "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6",
    "cart": "M3 4h2l2.4 11h10.2L20 7H6.2M9 20a1 1 0 1 0 0-.1M17 20a1 1 0 1 0 0-.1",
    "cross": "M6 6l12 12M18 6L6 18",
}


def icon(name: str) -> str:
    """A drawing in the colour of the text around it, unknown to screen readers."""
    return f'<svg class="ra-sign" viewBox="0 0 24 24" aria-hidden="true"><path d="{_LINES[name]}"/></svg>'
