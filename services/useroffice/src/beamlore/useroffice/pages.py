"""Pages of a list in the order of its keys. The cursor is the last key seen: pages hold while entries come and go."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Annotated, Generic, TypeVar

from fastapi import Query

from beamlore.core import ApiModel, BadRequestError

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many items.")]
Cursor = Annotated[str | None, Query(description="`nextCursor` of the page before; without it, the first page.")]


class Page(ApiModel, Generic[T]):
    """Some of the items, and how to get the next ones."""

    items: list[T]
    next_cursor: str | None = None


class Index(Generic[T]):
    """Entries by a key that is unique among them, in the key's order."""

    def __init__(self, entries: Iterable[T], key: Callable[[T], str]) -> None:
        self._entries: Mapping[str, T] = {key(entry): entry for entry in entries}
        self._keys = sorted(self._entries)

    def get(self, key: str) -> T | None:
        """Return the entry, ``None`` where there is none."""
        return self._entries.get(key)

    def page(self, limit: int, cursor: str | None, accepts: Callable[[T], bool] = lambda _: True) -> Page[T]:
        """Return up to ``limit`` accepted entries after the cursor.

        Raises:
            BadRequestError: the cursor is not one that a page gave.
        """
        start = 0 if cursor is None else bisect_right(self._keys, _decode(cursor))
        items: list[T] = []
        last = ""
        for key in islice(self._keys, start, None):
            if not accepts(self._entries[key]):
                continue
            if len(items) == limit:
                return Page(items=items, next_cursor=_encode(last))
            items.append(self._entries[key])
            last = key
        return Page(items=items)


def _encode(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _decode(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadRequestError("the cursor is not one that a page gave") from error
