"""The conversation: language model, tools and safety. Knows retrieval and analytics, not the web page."""
