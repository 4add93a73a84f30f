"""``error``: refuses the request; for a case of a ``switch``."""

from typing import ClassVar

from pydantic import Field

from beamlore.catalogue.jobs.actions.action import Checks, Context, Options, Tools
from beamlore.catalogue.jobs.actions.errors import ActionError


class ErrorOptions(Options):
    """What is said, as a template, and with which status."""

    message: str
    status: int = Field(default=400, ge=400, le=599)


class ErrorAction(Checks):
    """Refuses."""

    kind: ClassVar[str] = "error"

    def __init__(self, options: ErrorOptions, tools: Tools, at: str) -> None:
        self._message = tools.templates.compile(options.message, f"{at}.message")
        self._status = options.status

    async def check(self, context: Context) -> None:
        """Refuse.

        Raises:
            ActionError: always.
        """
        raise ActionError(self._message(context.plain), self._status)
