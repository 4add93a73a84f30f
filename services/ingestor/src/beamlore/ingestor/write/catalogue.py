"""The catalogue's interface, as far as the ingestor uses it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeVar

import httpx
import msgspec

from beamlore.contract import ScanState
from beamlore.core import Durability, Health, UnavailableError
from beamlore.ingestor.enrich.models import Item

COMPONENT = "catalogue"
_PREFIX = "/api/beamlore/v1"
# What these say is wrong with the request itself: sending it again cannot help, sending less of it can.
_REFUSALS = frozenset({400, 413, 422})
_FAILURES = frozenset({500, 503})


class CatalogueUnavailableError(UnavailableError):
    """The catalogue does not answer, or not in a way that can be used."""


class CatalogueFailedError(CatalogueUnavailableError):
    """The catalogue is there and cannot do it: for a reason of the moment, or because of what it was sent."""


class CatalogueRefusedError(Exception):
    """The catalogue does not take this request, however often it is sent."""


class ItemResult(msgspec.Struct, frozen=True):
    """What became of an item."""

    pid: str
    outcome: Literal["created", "updated", "unchanged", "rejected"]
    reason: str = ""


class _Durability(msgspec.Struct, frozen=True):
    level: Literal["majority", "w1"]
    term: str


class _BatchAnswer(msgspec.Struct, frozen=True):
    durability: _Durability
    results: list[ItemResult]


class Interruption(msgspec.Struct, frozen=True, rename="camel"):
    """The item that closes a running scan, where no message came after the one with this sequence number."""

    pid: str
    sequence: int
    proposal: str
    state: ScanState = "interrupted"


class RunningScan(msgspec.Struct, frozen=True, rename="camel"):
    """A running scan, as the catalogue's scan log has it."""

    pid: str
    sequence: int
    proposal: str


class _ScanPage(msgspec.Struct, frozen=True, rename="camel"):
    items: list[RunningScan]
    next_cursor: str | None = None


class _Batch(msgspec.Struct, frozen=True):
    items: Sequence[Item | Interruption]


_Answer = TypeVar("_Answer")
_encoder = msgspec.json.Encoder()
_answers = msgspec.json.Decoder(_BatchAnswer)
_durabilities = msgspec.json.Decoder(_Durability)
_pages = msgspec.json.Decoder(_ScanPage)


class Catalogue:
    """Writes to the catalogue, and says in the health how it is."""

    def __init__(self, http: httpx.AsyncClient, health: Health) -> None:
        self._http = http
        self._health = health

    async def write(self, items: Sequence[Item | Interruption]) -> tuple[Durability, list[ItemResult]]:
        """Write the items, of different PIDs, and return how durable that is and what became of each.

        Raises:
            CatalogueUnavailableError: it is not known to be written; write it again.
            CatalogueRefusedError: something among the items is never taken.
        """
        answer = await self._send(
            self._http.build_request(
                "POST",
                f"{_PREFIX}/datasets/batch",
                content=_encoder.encode(_Batch(items)),
                headers={"Content-Type": "application/json"},
            )
        )
        if answer.status_code in _REFUSALS:
            raise CatalogueRefusedError(f"the catalogue answers {answer.status_code}: {answer.text[:500]}")
        if answer.status_code in _FAILURES:
            raise self._away(f"the catalogue answers {answer.status_code}: {answer.text[:500]}", CatalogueFailedError)
        body = self._read(answer, _answers)
        if [result.pid for result in body.results] != [item.pid for item in items]:
            raise self._away("the catalogue's answer does not speak of the items it was sent")
        return Durability(body.durability.level, body.durability.term), body.results

    async def durability(self) -> Durability:
        """Return how durable everything is that was written before.

        Raises:
            CatalogueUnavailableError: there is no answer.
        """
        body = self._read(await self._send(self._http.build_request("GET", f"{_PREFIX}/durability")), _durabilities)
        return Durability(body.level, body.term)

    async def running(
        self, beamline: str, idle_since: datetime, cursor: str | None
    ) -> tuple[list[RunningScan], str | None]:
        """Return running scans of a beamline of which no word came since then, and where to go on.

        Raises:
            CatalogueUnavailableError: there is no answer.
        """
        params = {"state": "running", "beamline": beamline, "idleSince": idle_since.isoformat(), "limit": "200"}
        if cursor is not None:
            params["cursor"] = cursor
        page = self._read(await self._send(self._http.build_request("GET", f"{_PREFIX}/scans", params=params)), _pages)
        return page.items, page.next_cursor

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._http.send(request)
        except httpx.HTTPError as error:
            raise self._away(f"the catalogue does not answer: {type(error).__name__} {error}") from error
        except UnavailableError as error:
            raise self._away(error.detail) from error

    def _read(self, answer: httpx.Response, decoder: msgspec.json.Decoder[_Answer]) -> _Answer:
        if answer.status_code != httpx.codes.OK:
            raise self._away(f"the catalogue answers {answer.status_code}: {answer.text[:200]}")
        try:
            body = decoder.decode(answer.content)
        except msgspec.DecodeError as error:
            raise self._away(f"the catalogue's answer cannot be read: {error}") from error
        self._health.set(COMPONENT, ok=True)
        return body

    def _away(
        self, detail: str, kind: type[CatalogueUnavailableError] = CatalogueUnavailableError
    ) -> CatalogueUnavailableError:
        self._health.set(COMPONENT, ok=False, detail=detail)
        return kind(detail)
