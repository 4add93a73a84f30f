"""What a caller asks to see of a logbook, and the messages that are that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from beamlore.catalogue.filters import FilterError
from beamlore.catalogue.filters.listing import decode

_COLUMNS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "timestamp": lambda message: _number(message.get("origin_server_ts")),
    "sender": lambda message: str(message.get("sender", "")).replace("@", "", 1),
    "entry": lambda message: str(_object(message.get("content")).get("body", "")),
}


@dataclass(frozen=True)
class LogbookFilter:
    """What of a logbook, in which order. Source: SciCat's route ``/logbooks/{name}``."""

    text: str
    """As the server takes it: JSON."""

    skip: int = 0
    limit: int | None = None
    column: str = ""
    descending: bool = False

    def apply(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the messages, sorted and cut."""
        found = list(messages)
        if self.column:
            found.sort(key=_COLUMNS[self.column], reverse=self.descending)
        end = None if self.limit is None else self.skip + self.limit
        return found[self.skip : end]


def parse_logbook_filter(text: str | None) -> LogbookFilter:
    """Return what a ``filters`` parameter asks for.

    Raises:
        FilterError: it is malformed.
    """
    value = decode(text, "filters")
    if value is None:
        return LogbookFilter("{}")
    if not isinstance(value, dict):
        raise FilterError("filters", "must be an object")
    column, _, direction = str(value.get("sortField") or "").partition(":")
    if column and (column not in _COLUMNS or direction not in ("", "asc", "desc")):
        raise FilterError("filters.sortField", f"is one of {', '.join(_COLUMNS)}, with :asc or :desc")
    limit = _place(value, "limit")
    return LogbookFilter(
        text=orjson.dumps(value).decode(),
        skip=_place(value, "skip") or 0,
        limit=limit,
        column=column,
        descending=direction == "desc",
    )


def last_message(logbook: Mapping[str, Any]) -> float:
    """Return when the last message of a logbook came, in milliseconds since the epoch; negative where there is none."""
    messages = messages_of(logbook)
    return _number(messages[-1].get("origin_server_ts")) if messages else -1.0


def messages_of(logbook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a logbook's messages."""
    messages = logbook.get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


def _place(value: Mapping[str, Any], name: str) -> int | None:
    given = value.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 2**31:
        raise FilterError(f"filters.{name}", "is a number from 0")
    return given


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
