"""What SciCat's dataset routes take: its OpenAPI's `Create…` and `PartialUpdate…` data transfer objects.

Unknown properties are refused, as SciCat does.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, create_model

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.fields import parse_date


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return parse_date(value, "date")
    except FilterError as error:
        raise ValueError(error.detail) from error


Date = Annotated[AwareDatetime, BeforeValidator(_moment)]
Text = Annotated[str, Field(max_length=65_536)]
Required = Annotated[str, Field(min_length=1, max_length=4_096)]
Texts = Annotated[list[Text], Field(max_length=10_000)]
Count = Annotated[int, Field(ge=0, le=2**53)]
JsonObject = dict[str, JsonValue]


class Technique(BaseModel):
    """A technique: its persistent identifier and name."""

    model_config = ConfigDict(extra="forbid")

    pid: Text
    name: Text


class DatasetFields(BaseModel):
    """The fields of a dataset, current names; all optional, which is what a change may carry."""

    model_config = ConfigDict(extra="forbid")

    ownerGroup: Required | None = None  # noqa: N815 - SciCat's names
    accessGroups: Texts | None = None  # noqa: N815
    instrumentGroup: Text | None = None  # noqa: N815
    owner: Text | None = None
    ownerEmail: Text | None = None  # noqa: N815
    orcidOfOwner: Text | None = None  # noqa: N815
    contactEmail: Required | None = None  # noqa: N815
    sourceFolder: Required | None = None  # noqa: N815
    sourceFolderHost: Text | None = None  # noqa: N815
    size: Count | None = None
    packedSize: Count | None = None  # noqa: N815
    numberOfFiles: Count | None = None  # noqa: N815
    numberOfFilesArchived: Count | None = None  # noqa: N815
    creationTime: Date | None = None  # noqa: N815
    validationStatus: Text | None = None  # noqa: N815
    keywords: Texts | None = None
    description: Text | None = None
    datasetName: Required | None = None  # noqa: N815
    classification: Text | None = None
    license: Text | None = None
    isPublished: bool | None = None  # noqa: N815
    techniques: list[Technique] | None = None
    sharedWith: Texts | None = None  # noqa: N815
    relationships: list[JsonObject] | None = None
    datasetlifecycle: JsonObject | None = None
    scientificMetadata: JsonObject | None = None  # noqa: N815
    scientificMetadataSchema: Text | None = None  # noqa: N815
    scientificMetadataValid: bool | None = None  # noqa: N815
    comment: Text | None = None
    dataQualityMetrics: float | None = None  # noqa: N815
    principalInvestigators: Texts | None = None  # noqa: N815
    startTime: Date | None = None  # noqa: N815
    endTime: Date | None = None  # noqa: N815
    creationLocation: Text | None = None  # noqa: N815
    dataFormat: Text | None = None  # noqa: N815
    proposalIds: Texts | None = None  # noqa: N815
    sampleIds: Texts | None = None  # noqa: N815
    instrumentIds: Texts | None = None  # noqa: N815
    inputDatasets: Texts | None = None  # noqa: N815
    usedSoftware: Texts | None = None  # noqa: N815
    jobParameters: JsonObject | None = None  # noqa: N815
    jobLogData: Text | None = None  # noqa: N815
    runNumber: Text | None = None  # noqa: N815


class FormerFields(DatasetFields):
    """The same with v3's names of single values beside them."""

    proposalId: Text | None = None  # noqa: N815
    sampleId: Text | None = None  # noqa: N815
    instrumentId: Text | None = None  # noqa: N815
    principalInvestigator: Text | None = None  # noqa: N815
    investigator: Text | None = None


def _creating(name: str, base: type[DatasetFields], *required: str, **more: Any) -> type[DatasetFields]:
    """Return a model for creating: some fields are required, and a PID, version and type may be given."""
    fields: dict[str, Any] = {field: (_required_type(base, field), ...) for field in required}
    fields |= {"pid": (Text | None, None), "type": (Required, ...), "version": (Text | None, None)} | more
    model: type[DatasetFields] = create_model(name, __base__=base, __doc__=f"A new dataset ({name}).", **fields)
    return model


def _required_type(base: type[DatasetFields], field: str) -> Any:
    kinds: dict[str, Any] = {"creationTime": Date, "inputDatasets": Texts, "usedSoftware": Texts}
    return kinds.get(field, Required)


_ALWAYS = ("ownerGroup", "contactEmail", "sourceFolder", "creationTime", "datasetName")
CreateDataset = _creating("CreateDatasetDto", DatasetFields, *_ALWAYS)
CreateRaw = _creating(
    "CreateRawDatasetObsoleteDto", FormerFields, *_ALWAYS, "owner", "principalInvestigator", "creationLocation"
)
CreateDerived = _creating(
    "CreateDerivedDatasetObsoleteDto", FormerFields, *_ALWAYS, "owner", "investigator", "inputDatasets", "usedSoftware"
)
CreateOther = _creating("CreateCustomDatasetDto", FormerFields, *_ALWAYS)


class PartialUpdate(DatasetFields):
    """Changes of a dataset, current names."""


class PartialUpdateFormer(FormerFields):
    """Changes of a dataset, v3's names taken too."""
