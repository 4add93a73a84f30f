"""One change, as it is stored. Nothing stored is ever altered or removed."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, TypeAlias

from beanie import Document, PydanticObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

Subject: TypeAlias = Literal["beamline", "set", "active"]
Kind: TypeAlias = Literal["created", "changed", "deleted"]


def now() -> datetime:
    """Return the time in the database's own precision, so that what is answered equals what is read later."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


class Head(BaseModel):
    """Which change it is, without its content."""

    id: PydanticObjectId = Field(alias="_id")
    name: str
    version: int
    kind: Kind
    changed_at: datetime
    changed_by: str

    @property
    def mark(self) -> str:
        """What tells this version from every other, also from one of the same number that a failover took back."""
        return f"{self.version}-{str(self.id)[-8:]}"


class Draft(BaseModel):
    """A change that somebody wants to make."""

    subject: Subject
    name: str = ""
    """The set's name; a beamline has one text and one active configuration, which need none."""
    version: int
    """One above the version that it follows."""
    kind: Kind
    content: dict[str, Any] | None = None
    """The whole of what it is from now on; nothing where it is deleted."""


class Change(Document, Draft):
    """What somebody changed of a beamline.

    ``sequence`` counts the changes of a beamline, ``version`` those of one thing in it. Both are unique: of two
    writers that start from the same state, the database lets one through.
    """

    # Given here and not by the database, so that a write whose acknowledgement is late is known all the same.
    id: PydanticObjectId = Field(default_factory=PydanticObjectId)
    beamline: str
    sequence: int
    changed_at: datetime = Field(default_factory=now)
    changed_by: str

    class Settings:
        """How it is kept."""

        name = "changes"
        indexes: ClassVar = [
            IndexModel([("beamline", ASCENDING), ("sequence", ASCENDING)], name="one_change_at_a_time", unique=True),
            IndexModel(
                [("subject", ASCENDING), ("beamline", ASCENDING), ("name", ASCENDING), ("version", ASCENDING)],
                name="one_of_each_version",
                unique=True,
            ),
        ]

    @property
    def head(self) -> Head:
        """Which change it is, without its content."""
        return Head.model_validate({"_id": self.id, **self.model_dump(include=set(Head.model_fields) - {"id"})})
