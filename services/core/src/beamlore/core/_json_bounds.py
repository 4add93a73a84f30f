"""How deep and how large JSON from callers may be: looked at before anything reads it.

What reads JSON afterwards (validation, filters, BSON, answers) goes down into it by recursion, and remembers every part
of it. Only the structure is looked at here, at the speed of the functions of ``bytes``: 2 ms for a megabyte.
"""

import re
from itertools import accumulate
from typing import Final
from urllib.parse import parse_qsl

import orjson

from beamlore.core._errors import BadRequestError

_STRUCTURE: Final = b'[]{},"'
_NO_STRUCTURE: Final = bytes(one for one in range(256) if one not in _STRUCTURE)
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_TEXT = re.compile(rb'"[^"]*"')
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_SUSPICIOUS = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]|[0-9]{19}")
_TOKEN = re.compile(
    rb'"(?P<name>(?:[^"\\]|\\.)*)"\s*:|"(?:[^"\\]|\\.)*"'
    rb"|(?P<integer>-?[0-9]{19,4300})(?![0-9.eE])|[-0-9.eE+]+",
    re.DOTALL,
)
"""A name, a text, an integer of many digits, or another number."""
_INT64 = range(-(2**63), 2**63)
_OPENED = re.compile(r"[\[{]|%5b|%7b", re.IGNORECASE)


class JsonBounds:
    """Bounds of one kind of JSON."""

    def __init__(self, what: str, *, depth: int, items: int) -> None:
        """Prepare.

        Args:
            what: it is, for errors: "the body".
            depth: most objects and lists within one another.
            items: most values, of objects and lists together.
        """
        self._what = what
        self._depth = depth
        self._items = items

    def check(self, text: bytes) -> None:
        """Let JSON through; what is none is left to whoever reads it.

        Raises:
            BadRequestError: it is too deep or too large.
        """
        if text.count(b"[") + text.count(b"{") > self._depth:
            self._check_depth(text)
        if text.count(b",") > self._items and _structure(text).count(b",") >= self._items:
            raise BadRequestError(f"{self._what} has more than {self._items} values; send fewer at a time")

    def check_strictly(self, text: bytes) -> None:
        """Let JSON through that every reader understands the same way.

        Raises:
            BadRequestError: it is too deep or too large, or holds ``NaN``, numbers nobody stores, or broken text.
        """
        self.check(text)
        if _SUSPICIOUS.search(text):
            _check_integers(text)
            try:
                orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise BadRequestError(f"{self._what} is not JSON: {error}") from error

    def check_query(self, query: str) -> None:
        """Let a query string through whose values are no deeper or larger than this.

        Raises:
            BadRequestError: one of them is.
        """
        if len(_OPENED.findall(query)) <= self._depth and query.count(",") + query.lower().count("%2c") < self._items:
            return
        for name, value in parse_qsl(query, errors="replace"):
            JsonBounds(f"the parameter {name[:40]!r}", depth=self._depth, items=self._items).check(value.encode())

    def _check_depth(self, text: bytes) -> None:
        steps = (_STEPS[one] for one in _structure(text) if one in _STEPS)
        if max(accumulate(steps), default=0) > self._depth:
            raise BadRequestError(f"{self._what} is nested more than {self._depth} deep; send it flatter")


def _check_integers(text: bytes) -> None:
    """Let JSON through whose integers have 64 bits, which is what BSON, Parquet and most readers store.

    Raises:
        BadRequestError: one has more; the text says at which name.
    """
    name = ""
    for found in _TOKEN.finditer(text):
        if found["name"] is not None:
            name = found["name"].decode(errors="replace")
        elif found["integer"] is not None and int(found["integer"]) not in _INT64:
            raise BadRequestError(
                f"{name or 'the value'}: the integer {found['integer'].decode()[:40]} has more than 64 bits; "
                "send it as text, or as a number with an exponent"
            )


def _structure(text: bytes) -> bytes:
    """Return the brackets and commas of JSON that are not in its texts."""
    if b"\\" in text:
        text = _ESCAPED.sub(b"", text)
    return _TEXT.sub(b"", text.translate(None, _NO_STRUCTURE))
