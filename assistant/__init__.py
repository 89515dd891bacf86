"""The conversation: language model, tools and safety. Knows retrieval and analytics, not the web page."""

__version__ = "0.1.0"
