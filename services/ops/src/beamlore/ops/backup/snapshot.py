"""Reading several databases as they were at one moment.

MongoDB's manual, "Read Concern snapshot": reads with ``atClusterTime`` see one majority-committed state of all
collections. How far back that may be is ``minSnapshotHistoryWindowInSeconds``, by default 300.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from bson import CodecOptions, Timestamp
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient, ReadPreference
from pymongo.command_cursor import CommandCursor
from pymongo.errors import OperationFailure, WTimeoutError

from beamlore.ops.backup.settings import DatabaseSettings
from beamlore.ops.errors import OpsError

Client = MongoClient[dict[str, Any]]

_RAW: Final = CodecOptions(document_class=RawBSONDocument)
_BATCH_DOCUMENTS: Final = 10_000
_SAMPLES_OF_A_PART: Final = 40
_MAJORITY_MS: Final = 30_000
_TOO_OLD: Final = 239
_CATALOGUE_CHANGES: Final = 246


def connect(settings: DatabaseSettings) -> Client:
    """Return a client of the databases that settings tell of."""
    return MongoClient(settings.mongodb_url.get_secret_value(), appname="beamlore-ops", tz_aware=True)


def confirm_majority(client: Client, milliseconds: int) -> None:
    """Wait until a majority of the members has all that has been written until now.

    Raises:
        OpsError: it does not get it in that time.
    """
    concern = {"w": "majority", "wtimeout": milliseconds}
    try:
        client.admin.command("appendOplogNote", 1, data={"by": "beamlore ops"}, writeConcern=concern)
    except WTimeoutError as error:
        raise OpsError(
            f"No majority of MongoDB's members has confirmed what was written, for {milliseconds // 1000} s.",
            way_out="See whether all data members answer, and how far behind they are: 'beamlore ops status'.",
        ) from error


class SnapshotChangedError(Exception):
    """Collections or indexes were made meanwhile: another moment has to be taken."""


@dataclass(frozen=True)
class CollectionFound:
    """A collection with its options and indexes, as MongoDB describes them."""

    database: str
    name: str
    options: Mapping[str, Any]
    indexes: list[Mapping[str, Any]]


@dataclass(frozen=True)
class Range:
    """A part of a collection, by ``_id`` in the order of its index: from the first, to before the second."""

    begin: Mapping[str, Any] | None = None
    end: Mapping[str, Any] | None = None


class Snapshot:
    """The state of the databases at one moment.

    Args:
        client: a user who may read them.

    Raises:
        OpsError: no majority confirms writes now, and so there is no moment that lasts.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        confirm_majority(client, _MAJORITY_MS)
        self.time: Timestamp = client.admin.command("hello")["lastWrite"]["majorityOpTime"]["ts"]

    def read(self, database: str, collection: str, part: Range | None = None) -> Iterator[bytes]:
        """Give the documents of a collection, or of a part of it, as BSON.

        Raises:
            SnapshotChangedError: the collection or its indexes were made after the moment.
            OpsError: the moment is too long ago by now.
        """
        bounds = {}
        if part is not None and part.begin is not None:
            bounds["min"] = part.begin
        if part is not None and part.end is not None:
            bounds["max"] = part.end
        try:
            # Given twice: with the command for its first batch, of the database for all further ones.
            raw = self._client.get_database(database, codec_options=_RAW)
            cursor: CommandCursor[Any] = raw.cursor_command(
                {
                    "find": collection,
                    "batchSize": _BATCH_DOCUMENTS,
                    "noCursorTimeout": True,
                    "readConcern": {"level": "snapshot", "atClusterTime": self.time},
                    **({"hint": {"_id": 1}, **bounds} if bounds else {}),
                },
                codec_options=_RAW,
                read_preference=ReadPreference.SECONDARY_PREFERRED,
            )
            with cursor:
                for document in cursor:
                    yield document.raw
        except OperationFailure as error:
            if error.code == _CATALOGUE_CHANGES:
                raise SnapshotChangedError(f"{database}.{collection}") from error
            if error.code == _TOO_OLD:
                raise OpsError(
                    "Reading took longer than MongoDB remembers a moment.",
                    way_out="Give mongod a larger minSnapshotHistoryWindowInSeconds (300 by default).",
                ) from error
            raise

    def ranges(self, database: str, collection: str, part_documents: int) -> list[Range]:
        """Return parts of about so many documents, that together are the whole collection."""
        found = self._client[database][collection]
        parts = found.estimated_document_count() // part_documents
        if parts < 1:
            return [Range()]
        # In the order of the index, over all types that an _id may have: MongoDB sorts.
        samples = found.aggregate(
            [
                {"$sample": {"size": _SAMPLES_OF_A_PART * (parts + 1)}},
                {"$project": {"_id": 1}},
                {"$sort": {"_id": 1}},
            ]
        )
        bounds = list(samples)[_SAMPLES_OF_A_PART::_SAMPLES_OF_A_PART]
        edges: list[Mapping[str, Any] | None] = [None, *bounds, None]
        return [Range(begin, end) for begin, end in pairwise(edges) if begin != end or not bounds]


def collections_of(client: Client, database: str) -> list[CollectionFound]:
    """Return a database's own collections, by name; views have no documents and are not among them."""
    found = client[database].list_collections(filter={"type": "collection"})
    return [
        CollectionFound(
            database,
            one["name"],
            one["options"],
            [
                {key: value for key, value in index.items() if key != "ns"}
                for index in client[database][one["name"]].list_indexes()
            ],
        )
        for one in sorted(found, key=lambda one: str(one["name"]))
        if not one["name"].startswith("system.")
    ]
