"""What the scan log does."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from beamlore.catalogue.answers import fitting, from_milliseconds, milliseconds, to_json
from beamlore.catalogue.conditional import names
from beamlore.catalogue.database import Store
from beamlore.catalogue.scans.repository import Position, ScanQuery, ScanRepository
from beamlore.catalogue.scans.shape import same_version, scan_of, tag_of
from beamlore.catalogue.scopes.repository import ScopeRepository
from beamlore.core import BadRequestError, ForbiddenError, NotFoundError, PreconditionFailedError, Principal

__all__ = ["ScanQuery", "ScanService"]

_STORED_AS = {"comment": "comment", "rating": "dataQualityMetrics"}


class ScanService:
    """Lists scans, shows one, takes comments and ratings, and knows what there is to choose from."""

    def __init__(self, scans: ScanRepository, scopes: ScopeRepository, datasets: Store) -> None:
        self._scans = scans
        self._scopes = scopes
        self._datasets = datasets

    async def page(self, principal: Principal, query: ScanQuery, *, limit: int, cursor: str | None) -> dict[str, Any]:
        """Return one page of the scan log.

        Raises:
            BadRequestError: the cursor is not one of ours.
        """
        after = _decode_cursor(cursor) if cursor else None
        found = await self._scans.page(principal, query, after, limit + 1)
        items = fitting(scan_of(document, query.columns) for document in found[:limit])
        page: dict[str, Any] = {"items": items}
        if len(found) > len(items):
            page["nextCursor"] = _encode_cursor(found[len(items) - 1])
        return page

    async def get(self, principal: Principal, pid: str) -> dict[str, Any]:
        """Return a scan with all its metadata.

        Raises:
            NotFoundError: there is none, or none the principal may see.
        """
        document = await self._scans.one(principal, pid)
        if document is None:
            raise _not_found(pid)
        return scan_of(document, None)

    async def patch(
        self, principal: Principal, pid: str, changes: Mapping[str, Any], if_match: str | None = None
    ) -> dict[str, Any]:
        """Change a scan's comment or rating; ``None`` takes it away. Return the scan.

        Args:
            principal: who changes it.
            pid: the scan's.
            changes: by field: ``comment``, ``rating``.
            if_match: an ``If-Match`` header: the scan is changed only in the version that it names.

        Raises:
            NotFoundError: there is none, or none the principal may see.
            ForbiddenError: the principal may see it, not change it.
            PreconditionFailedError: it is in another version; the error carries the scan as it is (``current``).
        """
        where: dict[str, Any] = {"_id": pid}
        if if_match is not None:
            where = await self._matched(principal, pid, if_match)
        update: dict[str, Any] = {
            "$set": {"updatedBy": principal.username},
            "$inc": {"beamlore.revision": 1},
            "$currentDate": {"updatedAt": True},
        }
        for name, value in changes.items():
            if value is None or value == "":
                update.setdefault("$unset", {})[_STORED_AS[name]] = ""
            else:
                update["$set"][_STORED_AS[name]] = value
        changed = await self._datasets.change(principal, where, update)
        scan = await self.get(principal, pid)
        if changed is None:
            if not names(if_match or "*", tag_of(scan)):
                raise _changed_meanwhile(scan)
            raise ForbiddenError("only members of the scan's proposal and the beamline's staff may change it")
        return scan

    async def _matched(self, principal: Principal, pid: str, if_match: str) -> dict[str, Any]:
        document = await self._scans.one(principal, pid)
        if document is None:
            raise _not_found(pid)
        scan = scan_of(document, None)
        if not names(if_match, tag_of(scan)):
            raise _changed_meanwhile(scan)
        return {"_id": pid} if if_match.strip() == "*" else same_version(document)

    async def parameters(
        self, principal: Principal, *, search: str, proposal: str | None, beamline: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return the metadata keys that occur in what the principal may see, by human name."""
        return await self._scopes.parameters(
            principal, search=search, proposal=proposal, beamline=beamline, limit=limit
        )

    async def proposals(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the proposals of which the principal may see scans, with their titles."""
        return await self._scopes.proposals(principal)

    async def beamlines(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the beamlines of which the principal may see scans."""
        return await self._scopes.beamlines(principal)


def _not_found(pid: str) -> NotFoundError:
    return NotFoundError(f"there is no scan {pid} that you may see")


def _changed_meanwhile(scan: Mapping[str, Any]) -> PreconditionFailedError:
    return PreconditionFailedError(
        "The scan was changed meanwhile. `current` is the scan as it is now: apply your change to it, and send it "
        "again with its `version` as If-Match.",
        headers={"ETag": tag_of(scan)},
        current=orjson.loads(to_json(scan)),
    )


def _encode_cursor(last: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([milliseconds(last["startTime"]), last["_id"]])).decode().rstrip("=")


def _decode_cursor(text: str) -> Position:
    try:
        start, pid = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(pid, str):
            raise TypeError("a PID is text")
        return Position(from_milliseconds(start), pid)
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError) as error:
        raise BadRequestError("cursor: not one that this service gave out") from error
