"""A message in the inbox: as it is stored, and as it is shown."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal, TypeAlias

from beanie import Document
from pydantic import Field
from pymongo import DESCENDING, IndexModel

from beamlore.core import ApiModel
from beamlore.ingestor.validate.models import Reason

InboxState: TypeAlias = Literal["open", "replayed", "discarded"]


class InboxItem(Document):
    """A message in the inbox. Its id, ``<topic>-<partition>-<offset>-<digest>``, is where it stands in Kafka, and what.

    So a message that is read twice is kept once, and what was discarded or replayed does not come back.
    """

    id: str  # type: ignore[assignment]  # beanie's is an ObjectId unless said otherwise
    state: InboxState
    reason: Reason
    text: str
    beamline: str
    pid: str | None
    proposal: str | None
    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: list[tuple[str, bytes | None]]
    sent_at: datetime
    received_at: datetime
    size: int
    content: bytes | None
    truncated: bool
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    resolution: str | None = None
    edited: str | None = None

    class Settings:
        """Where it is stored."""

        name = "Inbox"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("received_at", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("beamline", 1), ("state", 1), ("received_at", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("state", 1), ("reason", 1), ("received_at", DESCENDING), ("_id", DESCENDING)]),
        ]


class InboxSummary(ApiModel):
    """A message in the inbox, without its content."""

    id: str = Field(description="Where it stands in Kafka, and what it is: <topic>-<partition>-<offset>-<digest>.")
    state: InboxState = Field(description="`open` waits for somebody.")
    reason: Reason = Field(description="Why it was not catalogued, as a stable code.")
    text: str = Field(description="Why it was not catalogued, for people.")
    beamline: str = Field(description="The beamline by whose topic it came; its staff may mend it.")
    pid: str | None = Field(description="The scan's PID, where it can be read.")
    proposal: str | None = Field(description="The scan's proposal, where it can be read.")
    topic: str
    partition: int
    offset: int
    sent_at: datetime = Field(description="Kafka's time stamp of the message.")
    received_at: datetime = Field(description="When it came into the inbox.")
    size: int = Field(description="Bytes of the message.")
    truncated: bool = Field(description="Whether it was too big to be kept whole.")
    resolved_at: datetime | None = None
    resolved_by: str | None = Field(default=None, description="Who replayed or discarded it.")
    resolution: str | None = Field(default=None, description="What came of the replay, or why it was discarded.")


class Header(ApiModel):
    """A Kafka header."""

    name: str
    value: str | None = Field(description="Base64.")


class InboxDetail(InboxSummary):
    """A message in the inbox, with its content."""

    key: str | None = Field(description="Kafka's key, as text.")
    headers: list[Header]
    message: str | None = Field(description="The content as text; null where it is not UTF-8.")
    bytes: str | None = Field(description="The content as it came, base64.")
    edited: str | None = Field(default=None, description="What was replayed in its place.")


class InboxPage(ApiModel):
    """Messages in the inbox, newest first."""

    items: list[InboxSummary]
    next_cursor: str | None = Field(default=None, description="Give it as `cursor` for the next page.")


class Replay(ApiModel):
    """What is to be tried again."""

    message: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="The mended message, as JSON text; without it, the message as it came."
    )


class Discard(ApiModel):
    """Why a message is not needed."""

    reason: str = Field(min_length=1, max_length=1024)
