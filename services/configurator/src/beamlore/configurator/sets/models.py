"""Metadata sets, as they are answered. They are sent as the contract's ``MetadataSet``."""

from datetime import datetime

from pydantic import Field

from beamlore.configurator.changes.models import Kind
from beamlore.contract import MetadataSet
from beamlore.core import ApiModel


class StoredSet(MetadataSet):
    """A metadata set in its newest version."""

    version: int = Field(ge=1)
    changed_at: datetime
    changed_by: str


class StoredSets(ApiModel):
    """All metadata sets of a beamline."""

    items: list[StoredSet]
    active: str | None = Field(default=None, description="Name of the one that is active.")


class SetVersion(ApiModel):
    """Who made a version, when, and how."""

    version: int = Field(ge=1)
    kind: Kind
    changed_at: datetime
    changed_by: str


class SetVersions(ApiModel):
    """Versions of a set, the newest first."""

    items: list[SetVersion]
    next_cursor: int | None = Field(default=None, description="Give it as `cursor` to get the next ones.")


class SetVersionContent(SetVersion):
    """A version with what it says."""

    metadata_set: MetadataSet | None = Field(default=None, description="Absent where the set was deleted.")
