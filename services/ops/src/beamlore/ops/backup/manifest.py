"""What a backup says of itself: ``manifest.json``, written last."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)


class Content(_Entry):
    """How many documents there are and what they are, in whatever order.

    The digest is the sum of the documents' BLAKE2b digests (16 bytes of their BSON), modulo 2¹²⁸, in hexadecimal.
    """

    documents: int
    bytes: int = Field(description="Of the documents as BSON.")
    digest: str


class Part(Content):
    """A file of documents: BSON one after the other, compressed by Zstandard."""

    path: str
    stored_bytes: int
    sha256: str = Field(description="Of the file.")


class Collection(Content):
    """A collection: its documents, and a file with its options and indexes as mongodump writes it."""

    database: str
    name: str
    parts: list[Part]
    metadata_path: str
    metadata_sha256: str

    @property
    def full_name(self) -> str:
        """Database and collection, for people."""
        return f"{self.database}.{self.name}"


class Summary(_Entry):
    """A backup in a line."""

    id: str
    started_at: datetime
    seconds: float
    documents: int
    stored_bytes: int


class Manifest(_Entry):
    """A whole backup."""

    format: Literal[1] = 1
    id: str
    cluster_time: tuple[int, int] = Field(description="The moment all of it is of: MongoDB's time stamp.")
    started_at: datetime
    finished_at: datetime
    mongodb_version: str
    beamlore_version: str
    databases: list[str]
    collections: list[Collection]

    @property
    def documents(self) -> int:
        """Of all collections."""
        return sum(one.documents for one in self.collections)

    @property
    def stored_bytes(self) -> int:
        """Of all files of documents."""
        return sum(part.stored_bytes for one in self.collections for part in one.parts)

    @property
    def summary(self) -> Summary:
        """The backup in a line."""
        return Summary(
            id=self.id,
            started_at=self.started_at,
            seconds=(self.finished_at - self.started_at).total_seconds(),
            documents=self.documents,
            stored_bytes=self.stored_bytes,
        )
