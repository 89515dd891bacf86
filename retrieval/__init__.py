"""The catalog: search, policies, recommendation and classification. Knows nothing of analytics nor of the assistant."""
