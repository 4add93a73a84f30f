"""What is known of an installation, as `beamlore ops status --json` prints it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True)


class Part(_Known):
    """A component with its pods."""

    component: str
    ready: int
    wanted: int
    image: str
    restarts: int
    faults: list[str] = Field(description="Why it is not as it should be; empty where it is.")


class Member(_Known):
    """A member of MongoDB's replica set."""

    pod: str
    state: str = Field(description="PRIMARY, SECONDARY, ARBITER, or what else it says of itself.")
    lag_seconds: float | None = Field(default=None, description="Behind the primary; none of an arbiter.")


class BeamlineLag(_Known):
    """How far the ingestor is behind a beamline."""

    beamline: str
    messages: int
    seconds: float


class Certificate(_Known):
    """A certificate of the front door."""

    secret: str
    expires_at: datetime


class Backup(_Known):
    """The last backup."""

    schedule: str
    last_success_at: datetime | None


class Status(_Known):
    """A whole installation. ``faults`` is empty where all is well."""

    release: str
    namespace: str
    chart: str
    version: str
    parts: list[Part]
    members: list[Member]
    lag: list[BeamlineLag]
    inbox: dict[str, int] = Field(description="Messages that wait for somebody, by reason.")
    backup: Backup | None
    certificates: list[Certificate]
    faults: list[str]
    warnings: list[str]

    @property
    def is_well(self) -> bool:
        """Whether nothing is at fault."""
        return not self.faults
