"""What can be wrong with a token that its bearer should know apart."""

from beamlore.core import UnauthenticatedError


class SessionExpiredError(UnauthenticatedError):
    """The token was good and has run out; SciCat's frontends look for this word and show their login."""

    def __init__(self) -> None:
        super().__init__("SESSION_EXPIRED", reason="expired")
