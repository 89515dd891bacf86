"""The web page of the assistant. Knows `assistant` only, never the history nor the catalog."""
