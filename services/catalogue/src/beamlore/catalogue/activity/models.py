"""What the activity's route answers. Answers are built as plain JSON; these declare their shape."""

from datetime import date

from pydantic import Field

from beamlore.core import ApiModel


class DayCount(ApiModel):
    """The datasets of one day."""

    day: date = Field(description="In the time zone asked for.")
    count: int


class BeamlineActivity(ApiModel):
    """The datasets of a beamline."""

    beamline: str = Field(description="Empty for datasets that name none.")
    count: int
    days: list[DayCount] = Field(description="Days with datasets only, the oldest first.")


class Activity(ApiModel):
    """Datasets by beamline and day, among those the caller may see and that match."""

    count: int
    beamlines: list[BeamlineActivity] = Field(description="By name.")
