"""What the policy routes take.

Source: SciCat's OpenAPI, ``CreatePolicyDto``, ``PartialUpdatePolicyDto``, ``UpdateWherePolicyDto``.
Unknown properties are refused, as SciCat does.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.datasets.models import Required, Text, Texts

Days = Annotated[int, Field(ge=0, le=1_000_000)]
Years = Annotated[float, Field(ge=0, le=1_000)]


class ChangePolicy(BaseModel):
    """Changes of a policy; what is not given of a new one has these values."""

    model_config = ConfigDict(extra="forbid")

    ownerGroup: Required = Field(default="")  # noqa: N815 - SciCat's names
    accessGroups: Texts = Field(default=[])  # noqa: N815
    instrumentGroup: Text | None = None  # noqa: N815
    manager: Texts = Field(default=[], description="E-mail addresses of who may change the policy.")
    tapeRedundancy: Text = Field(default="low", description="low, medium or high.")  # noqa: N815
    autoArchive: bool = True  # noqa: N815
    autoArchiveDelay: Days = Field(default=7, description="Days from a dataset's creation to its archiving.")  # noqa: N815
    archiveEmailNotification: bool = False  # noqa: N815
    archiveEmailsToBeNotified: Texts = Field(default=[])  # noqa: N815
    retrieveEmailNotification: bool = False  # noqa: N815
    retrieveEmailsToBeNotified: Texts = Field(default=[])  # noqa: N815
    embargoPeriod: Years = Field(default=3, description="Years from a dataset's creation to its publication.")  # noqa: N815


class CreatePolicy(ChangePolicy):
    """A new policy."""

    ownerGroup: Required  # noqa: N815


class ChangePoliciesOf(BaseModel):
    """Changes of the policies of several groups."""

    model_config = ConfigDict(extra="forbid")

    ownerGroupList: Required = Field(description="Groups, with commas between them.")  # noqa: N815
    data: ChangePolicy
