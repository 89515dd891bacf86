"""Who may use the manager desk, asked anew at each event, and under which name. Knows requests, not the page."""

from ui.access import Access, Asking

MANAGER = "manager"


class Gate:
    """Asks `Access`; every handler of the desk passes here before it shows or does anything."""

    def __init__(self, access: Access) -> None:
        self.access = access

    def admits(self, request: Asking) -> bool:
        """Whether the desk is open to this request, for what is merely shown."""
        return self.access.desk(request) == "open"

    def grants(self, request: Asking, what: str) -> bool:
        """Whether this request may do something; the grant or denial is recorded.

        Args:
            request: who asks.
            what: is wanted, for the audit trail.
        """
        return self.access.admits_manager(request, what)

    def login(self, request: Asking) -> str:
        """The name of the login; empty on the shop's own machine where nobody signs in."""
        return self.access.who(request).name

    def name(self, request: Asking) -> str:
        """Whose board and actions these are: the login's name, or one for all who share the shop's machine."""
        return self.login(request) or MANAGER
