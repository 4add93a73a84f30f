"""A proposal, as the user office gives it out."""

from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from beamlore.core import ApiModel
from beamlore.useroffice.people.models import Person


class Period(ApiModel):
    """A span of time, from its start up to its end, both with their time zone."""

    start: AwareDatetime = Field(description="From when on, with time zone.")
    end: AwareDatetime = Field(description="Until when, with time zone.")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the end must be after the start")
        return self


class ProposalText(ApiModel):
    """What a proposal is about, and where."""

    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="The number the user office gave it.",
        examples=["20260101"],
    )
    title: str = Field(min_length=1, max_length=1024)
    abstract: str = Field(default="", max_length=16_384)
    beamline: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["balder"])


class Proposal(Period, ProposalText):
    """A proposal with its period and its people."""

    principal_investigator: Person = Field(description="Who answers for it.")
    members: list[Person] = Field(description="Everybody on it, the principal investigator first.")
