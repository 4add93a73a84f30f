"""What the sample routes take: SciCat's OpenAPI, ``CreateSampleDto`` and ``PartialUpdateSampleDto``.

Unknown properties are refused, as SciCat does.
"""

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.datasets.models import JsonObject, Required, Text, Texts


class ChangeSample(BaseModel):
    """Changes of a sample. Null takes the value of an optional field away; others cannot be without one."""

    model_config = ConfigDict(extra="forbid")

    ownerGroup: Required = Field(default="")  # noqa: N815 - SciCat's names
    accessGroups: Texts = Field(default=[])  # noqa: N815
    instrumentGroup: Text | None = None  # noqa: N815
    isPublished: bool = False  # noqa: N815
    sampleName: Required = Field(default="")  # noqa: N815
    owner: Text | None = None
    description: Text | None = None
    type: Text | None = None
    proposalId: Text | None = None  # noqa: N815
    parentSampleId: Text | None = None  # noqa: N815
    sampleCharacteristics: JsonObject = Field(default={})  # noqa: N815


class CreateSample(ChangeSample):
    """A new sample; without an identifier it is given one."""

    sampleId: Required | None = None  # noqa: N815
    ownerGroup: Required  # noqa: N815
    sampleName: Required  # noqa: N815
