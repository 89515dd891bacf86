"""The errors of analytics.

AnalyticsError
├── ImportFailed      the source file cannot be imported (says what was expected, what came and the fix)
├── ShopBusy          another process is building or importing into this shop
├── MissingData       the shop lacks a table or column that the question needs
├── NotEnoughHistory  too little data to fit or to answer
└── NotFitted         the model has not been fitted for this shop yet
"""


class AnalyticsError(Exception):
    """Base of all errors that a person may read: what was expected, what came, and the fix."""


class ImportFailed(AnalyticsError):
    """A source file cannot be imported."""


class ShopBusy(AnalyticsError):
    """Another process holds the shop's build lock."""


class MissingData(AnalyticsError):
    """The shop has no data of the kind that is needed."""


class NotEnoughHistory(AnalyticsError):
    """There is data, but too little to fit or answer."""


class NotFitted(AnalyticsError):
    """A model is asked before `retail-assistant fit` has run."""
