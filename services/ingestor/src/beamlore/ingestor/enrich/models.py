"""An item of the catalogue's batch route, as JSON."""

from datetime import datetime
from typing import Literal

import msgspec

from beamlore.contract import File, MetadataValue, ScanState


class DatasetFields(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """SciCat's fields of a raw dataset (OutputDatasetDto in SciCat's OpenAPI says what each means)."""

    owner_group: str
    access_groups: list[str]
    instrument_group: str
    owner: str
    owner_email: str | None = None
    orcid_of_owner: str | None = None
    contact_email: str
    source_folder: str
    creation_time: datetime
    start_time: datetime
    end_time: datetime | None = None
    type: Literal["raw"]
    dataset_name: str
    description: str | None = None
    creation_location: str
    principal_investigators: list[str]
    proposal_ids: list[str]
    instrument_ids: list[str]
    sample_ids: list[str]
    size: int
    number_of_files: int
    run_number: str | None = None
    keywords: list[str]


class ProposalDetails(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What the user office says of a proposal."""

    title: str
    abstract: str = ""
    pi_name: str
    pi_email: str
    start: datetime
    end: datetime


class Item(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """The news of one scan."""

    pid: str
    sequence: int
    state: ScanState
    proposal: str
    dataset: DatasetFields
    metadata: dict[str, MetadataValue]
    metadata_complete: bool
    files: list[File]
    points: int | None = None
    points_planned: int | None = None
    sent: datetime
    command: str
    number: int | None = None
    clock_ahead: float | None = None
    """Seconds by which the instrument's clock was ahead of ours, where the dataset's times were corrected by them."""

    traceparent: str | None = None
    """Where the scan is traced: the span of its ingest."""

    proposal_details: ProposalDetails | None = None
    """Given once a batch for each proposal: it is the same for all its scans."""
