"""What the proposal routes take: SciCat's OpenAPI, ``CreateProposalDto`` and ``PartialUpdateProposalDto``.

Unknown properties are refused, as SciCat does.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.datasets.models import Address, Date, JsonObject, Required, Text, Texts

DEFAULT_TYPE = "Default Proposal"


class MeasurementPeriod(BaseModel):
    """When and at which instrument a proposal measures."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)

    instrument: Text
    start: Date
    end: Date
    id: Text | None = Field(default=None, alias="_id")
    comment: Text | None = None


class ChangeProposal(BaseModel):
    """Changes of a proposal. Null takes the value of an optional field away; others cannot be without one."""

    model_config = ConfigDict(extra="forbid")

    ownerGroup: Required = Field(default="")  # noqa: N815 - SciCat's names
    accessGroups: Texts = Field(default=[])  # noqa: N815
    instrumentGroup: Text | None = None  # noqa: N815
    email: Address = Field(default="")
    title: Text = Field(default="")
    pi_email: Address | None = None
    pi_firstname: Text | None = None
    pi_lastname: Text | None = None
    firstname: Text | None = None
    lastname: Text | None = None
    abstract: Text | None = None
    startTime: Date | None = None  # noqa: N815
    endTime: Date | None = None  # noqa: N815
    MeasurementPeriodList: list[MeasurementPeriod] = Field(default=[], max_length=10_000)
    metadata: JsonObject = Field(default={})
    parentProposalId: Text | None = None  # noqa: N815
    type: Required = DEFAULT_TYPE
    instrumentIds: Texts = Field(default=[])  # noqa: N815


class CreateProposal(ChangeProposal):
    """A new proposal."""

    proposalId: Required  # noqa: N815
    ownerGroup: Required  # noqa: N815
    email: Address
    title: Text


def new_proposal(proposal: str) -> dict[str, Any]:
    """Return what every new proposal has, stored, before anything is said of it."""
    return {
        "proposalId": proposal,
        "accessGroups": [],
        "isPublished": False,
        "MeasurementPeriodList": [],
        "metadata": {},
        "parentProposalId": None,
        "type": DEFAULT_TYPE,
        "instrumentIds": [],
        "numberOfDatasets": 0,
    }
