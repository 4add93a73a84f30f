"""The SciChat server: it keeps a logbook for each proposal, in a chat room of its name.

Source: SciCat's ``LOGBOOK_BASE_URL``; ``GET /Logbooks`` and ``GET /Logbooks/{name}?filter=…`` there.
"""

from typing import Any

import httpx

from beamlore.catalogue.outgoing import segment_of
from beamlore.core import BoundedClient, UnavailableError

_REFUSAL = "the logbook server does not answer; try again in a moment"


class SciChat:
    """Asks the server."""

    def __init__(self, base_url: str, seconds: float) -> None:
        """Prepare.

        Args:
            base_url: its address.
            seconds: longest time it may take to answer.
        """
        self._client = BoundedClient(seconds=seconds, follow_redirects=False)
        self._logbooks = f"{base_url.rstrip('/')}/Logbooks"

    async def close(self) -> None:
        """Let its connections go."""
        await self._client.aclose()

    async def logbooks(self) -> list[dict[str, Any]]:
        """Return all logbooks.

        Raises:
            UnavailableError: it does not answer, or not so.
        """
        found = await self._get(self._logbooks, {})
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def logbook(self, name: str, filter_text: str) -> dict[str, Any] | None:
        """Return the logbook of a name, ``None`` where there is none.

        Raises:
            UnavailableError: it does not answer, or not so.
        """
        try:
            address = f"{self._logbooks}/{segment_of(name)}"
        except ValueError:
            return None
        found = await self._get(address, {"filter": filter_text})
        return found if isinstance(found, dict) else None

    async def _get(self, url: str, query: dict[str, str]) -> Any:
        try:
            answer = await self._client.get(url, params=query)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError(_REFUSAL) from error
