"""A beamline, as it is sent and answered."""

from datetime import datetime

from pydantic import Field

from beamlore.core import ApiModel


class BeamlineText(ApiModel):
    """What people call a beamline."""

    name: str = Field(min_length=1, max_length=128, examples=["Balder"])
    description: str = Field(default="", max_length=2048)


class Beamline(BeamlineText):
    """A beamline that records metadata."""

    id: str = Field(description="As it stands in topics, groups and PIDs' records.", examples=["balder"])
    version: int = Field(ge=1)
    changed_at: datetime
    changed_by: str


class Beamlines(ApiModel):
    """All beamlines that the caller may see."""

    items: list[Beamline]
