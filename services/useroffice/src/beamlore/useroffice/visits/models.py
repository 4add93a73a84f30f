"""A visit, as the user office gives it out."""

from pydantic import Field

from beamlore.useroffice.people.models import Person
from beamlore.useroffice.proposals.models import Period


class Visit(Period):
    """A stay at a beamline for a proposal."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["20260101-1"])
    proposal: str = Field(description="Id of the proposal it is for.")
    beamline: str = Field(description="The proposal's beamline.")
    visitors: list[Person] = Field(description="Who comes.")
