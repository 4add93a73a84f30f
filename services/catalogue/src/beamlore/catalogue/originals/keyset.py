"""Keyset pagination: a page begins after the last row of the one before, however many rows lie before it."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

import orjson

from beamlore.catalogue.answers import from_milliseconds, milliseconds
from beamlore.core import BadRequestError

Sort: TypeAlias = Literal[
    "-startTime",
    "startTime",
    "-creationTime",
    "creationTime",
    "-createdAt",
    "createdAt",
    "-updatedAt",
    "updatedAt",
    "-size",
    "size",
    "-datasetName",
    "datasetName",
    "-pid",
    "pid",
]
"""A field to sort by, with `-` from the largest down. The PID decides between equals."""

SORTS = get_args(Sort)


@dataclass(frozen=True)
class Keyset:
    """An order over all datasets, and places in it."""

    sort: Sort

    @property
    def field(self) -> str:
        """The stored field it goes by."""
        name = self.sort.removeprefix("-")
        return "_id" if name == "pid" else name

    @property
    def order(self) -> tuple[tuple[str, int], ...]:
        """The sort of the database."""
        way = -1 if self.sort.startswith("-") else 1
        return ((self.field, way),) if self.field == "_id" else ((self.field, way), ("_id", way))

    def after(self, cursor: str) -> dict[str, Any]:
        """Return the condition of all that comes after a place.

        Raises:
            BadRequestError: the cursor was not given out for this order.
        """
        value, pid = self._read(cursor)
        beyond = "$lt" if self.sort.startswith("-") else "$gt"
        if self.field == "_id":
            return {"_id": {beyond: pid}}
        same = {self.field: value, "_id": {beyond: pid}}
        # Datasets without the field are the smallest.
        if value is None:
            return same if beyond == "$lt" else {"$or": [same, {self.field: {"$ne": None}}]}
        further: list[dict[str, Any]] = [{self.field: {beyond: value}}, same]
        if beyond == "$lt":
            further.append({self.field: None})
        return {"$or": further}

    def place(self, last: Mapping[str, Any]) -> str:
        """Return the cursor of what comes after a document."""
        value = last.get(self.field)
        moment = isinstance(value, datetime)
        written = [self.sort, moment, milliseconds(value) if isinstance(value, datetime) else value, last["_id"]]
        return base64.urlsafe_b64encode(orjson.dumps(written)).decode().rstrip("=")

    def _read(self, cursor: str) -> tuple[Any, str]:
        try:
            sort, moment, value, pid = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            scalar = value is None or isinstance(value, str | int | float)
            if sort != self.sort or not isinstance(pid, str) or not scalar:
                raise TypeError("it is a place in another order")
            return (from_milliseconds(value) if moment else value), pid
        except (binascii.Error, ValueError, TypeError, OverflowError, OSError) as error:
            raise BadRequestError("cursor: not one that this service gave out for this order") from error
