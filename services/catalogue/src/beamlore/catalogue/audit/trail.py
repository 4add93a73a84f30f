"""Writes the audit, in the transaction of what it tells of."""

from collections.abc import Sequence

import bson
from bson.codec_options import CodecOptions
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.audit.entries import AUDIT, entry_of
from beamlore.catalogue.database import Change, Document

PARTS = "beamlore_audit_parts"
_WHOLE_AT_MOST = 4 * 1024 * 1024
_PART = 8 * 1024 * 1024


class AuditTrail:
    """The observer that keeps the audit: an entry for each change of a document."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._entries = database[AUDIT]
        self._parts = database[PARTS]

    async def wrote(self, session: AsyncClientSession, changes: Sequence[Change]) -> None:
        """Write what the changes have to tell."""
        entries = [entry for change in changes if (entry := entry_of(change)) is not None]
        if entries:
            parts: list[Document] = []
            for entry in entries:
                parts += _taken_apart(entry)
            await self._entries.insert_many(entries, session=session)
            if parts:
                await self._parts.insert_many(parts, session=session)


def _taken_apart(entry: Document) -> list[Document]:
    """Take what is too large for one document out of an entry and return it in parts: thumbnails, long file lists."""
    large: Document = {name: entry[name] for name in ("changes", "before") if name in entry}
    content = bson.encode(large)
    if len(content) <= _WHOLE_AT_MOST:
        return []
    for name in large:
        del entry[name]
    starts = range(0, len(content), _PART)
    entry["parts"] = len(starts)
    return [
        {"_id": {"entry": entry["_id"], "number": number}, "content": content[start : start + _PART]}
        for number, start in enumerate(starts)
    ]


def put_together(parts: Sequence[Document], options: CodecOptions[Document]) -> Document:
    """Return what was taken out of an entry, from its parts in their order."""
    return bson.decode(b"".join(part["content"] for part in parts), codec_options=options)
