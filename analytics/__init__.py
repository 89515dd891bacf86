"""The shop's history and all that is computed from it. Knows nothing of the assistant, the index or the page."""
