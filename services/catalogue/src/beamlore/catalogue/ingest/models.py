"""The batch as it comes over the wire.

msgspec, not pydantic: each item is decoded and checked once, on the hot path, straight into what is stored.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, TypedDict

import msgspec

from beamlore.contract import ScanState

BATCH_ITEMS = 5_000
Outcome: TypeAlias = Literal["created", "updated", "unchanged", "rejected"]
AwareDatetime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=4096)]
LongText: TypeAlias = Annotated[str, msgspec.Meta(max_length=65_536)]
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
TraceParent: TypeAlias = Annotated[str, msgspec.Meta(pattern="^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
Scalar: TypeAlias = bool | int | float | str | None


class Metadata(TypedDict, total=False):
    """One metadata entry, as the scan message has it."""

    value: Scalar | list[Scalar]
    unit: str
    name: str
    source: str
    group: str
    available: bool
    reason: str


class DataFile(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A file of the scan: path relative to ``sourceFolder``, size in bytes, time of last change."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    size: Count
    time: AwareDatetime


class RawDataset(
    msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """SciCat's fields of a raw dataset; the metadata stands beside it."""

    owner_group: Name
    owner: Text
    contact_email: Text
    source_folder: Text
    creation_time: AwareDatetime
    start_time: AwareDatetime
    dataset_name: Text
    creation_location: Text
    type: Literal["raw"] = "raw"
    access_groups: list[Name] = []
    instrument_group: Name | None = None
    is_published: bool = False
    owner_email: Text | None = None
    orcid_of_owner: Text | None = None
    end_time: AwareDatetime | None = None
    description: LongText | None = None
    principal_investigators: list[Text] = []
    proposal_ids: list[Name] = []
    instrument_ids: list[Name] = []
    sample_ids: list[Name] = []
    size: Count = 0
    number_of_files: Count = 0
    run_number: Text | None = None
    keywords: list[Text] = []
    data_format: Text | None = None
    techniques: list[dict[str, Any]] = []


class ProposalDetails(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What the user office says of the scan's proposal; kept in SciCat's ``Proposal`` collection."""

    title: Text
    abstract: LongText = ""
    pi_name: Text = ""
    pi_email: Text = ""
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class BatchItem(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """One scan as of one message.

    ``dataset`` is needed for every state but ``interrupted``, which closes a running scan whose stored sequence is
    the one given, and changes nothing else.
    """

    pid: Name
    sequence: Count
    state: ScanState
    proposal: Name
    dataset: RawDataset | None = None
    metadata: dict[Name, Metadata] = {}
    metadata_complete: bool = False
    files: list[DataFile] = []
    points: Count | None = None
    points_planned: Count | None = None
    sent: AwareDatetime | None = None
    command: Text = ""
    number: Count | None = None
    clock_ahead: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Seconds by which the instrument's clock was ahead, where the dataset's times were corrected by them."""

    proposal_details: ProposalDetails | None = None
    traceparent: TraceParent | None = None
    """Where the scan is traced (W3C Trace Context)."""


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items of different PIDs."""

    items: Annotated[list[BatchItem], msgspec.Meta(max_length=BATCH_ITEMS)]


class ItemResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of an item; ``reason`` where it was rejected, or came after a later word of its scan."""

    pid: str
    outcome: Outcome
    reason: str = ""


class BatchDurability(msgspec.Struct, frozen=True):
    """How durable the batch is, and under which primary; see docs/explanation/delivery.md."""

    level: Literal["majority", "w1"]
    term: str


class BatchAnswer(msgspec.Struct, frozen=True):
    """The outcome of each item, in the batch's order."""

    durability: BatchDurability
    results: list[ItemResult]


decoder = msgspec.json.Decoder(Batch)
encoder = msgspec.json.Encoder()
