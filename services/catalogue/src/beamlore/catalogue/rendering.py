"""From BSON as the database sends it to the JSON of an answer, without doing the same work twice.

What a stored document looks like in an answer depends on its bytes alone. So the JSON is remembered under a digest of
those bytes: whatever changes in the document, by whomever, changes the digest, and nothing here can go stale.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC
from hashlib import blake2b
from typing import Any

import bson
from bson.codec_options import CodecOptions
from fastapi import Response

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.database.bson import Bson
from beamlore.core import measured

_DECODE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=UTC)
_OVERHEAD = 200
"""Bytes an entry takes beside its JSON."""


@dataclass(frozen=True)
class View:
    """What a route makes of a stored document."""

    name: bytes
    """Tells the views of a process apart; at most 16 bytes."""

    show: Callable[[dict[str, Any]], dict[str, Any]]
    """Depends on the document alone; may change and return what it gets."""


class Renderer:
    """Renders stored documents for the routes of one process; remembers up to so many bytes of JSON."""

    def __init__(self, room: int) -> None:
        """Prepare.

        Args:
            room: how many bytes of JSON are kept; those not asked for the longest go first.
        """
        self._room = room
        self._size = 0
        self._known: OrderedDict[bytes, bytes] = OrderedDict()

    def render(self, document: Bson, view: View) -> bytes:
        """Return the JSON of a document, whole as stored, in a view."""
        with measured("render"):
            return self._rendered(document, view)

    def render_list(self, documents: Iterable[Bson], view: View) -> bytes:
        """Return the JSON list of documents."""
        with measured("render"):
            return b"[" + b",".join([self._rendered(one, view) for one in documents]) + b"]"

    def _rendered(self, document: Bson, view: View) -> bytes:
        key = blake2b(document, digest_size=20, person=view.name).digest()
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        rendered = to_json(view.show(bson.decode(document, _DECODE)))
        self._known[key] = rendered
        self._size += len(rendered) + _OVERHEAD
        while self._size > self._room:
            self._size -= len(self._known.popitem(last=False)[1]) + _OVERHEAD
        return rendered


def rendered_response(body: bytes) -> Response:
    """Return the answer whose body is already JSON."""
    return Response(body, media_type="application/json")
