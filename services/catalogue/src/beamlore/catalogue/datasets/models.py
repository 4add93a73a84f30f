"""What SciCat's dataset routes take: its OpenAPI's `Create…` and `PartialUpdate…` data transfer objects.

Unknown properties are refused, as SciCat does.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    create_model,
    model_validator,
)

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.fields import parse_date


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return parse_date(value, "date")
    except FilterError as error:
        raise ValueError(error.detail) from error


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text.strip()):
        raise ValueError(f"expected an e-mail address, got {text[:80]!r}")
    return text


def _addresses(text: str) -> str:
    for one in text.split(";"):
        _address(one)
    return text


def _folder(text: str) -> str:
    return text if text == "/" else text.removesuffix("/")


# HTML Living Standard, "valid e-mail address", with a dot in the domain, which SciCat asks for.
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[\w-]{2,63}")

# What SciCat's validator takes for a web address: the scheme may be left out, the host has a dot.
_URL = re.compile(
    r"(?:(?:https?|ftp)://)?(?:[^\s/@]+@)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE
)

Date = Annotated[AwareDatetime, BeforeValidator(_moment)]
Text = Annotated[str, Field(max_length=65_536)]
Required = Annotated[str, Field(min_length=1, max_length=4_096)]
Address = Annotated[Text, AfterValidator(_address)]
Addresses = Annotated[Required, AfterValidator(_addresses)]
"""E-mail addresses with semicolons between them."""

Folder = Annotated[Required, AfterValidator(_folder)]
Texts = Annotated[list[Text], Field(max_length=10_000)]
Count = Annotated[int, Field(ge=0, le=2**53)]
JsonObject = dict[str, JsonValue]


class Technique(BaseModel):
    """A technique: its persistent identifier and name."""

    model_config = ConfigDict(extra="forbid")

    pid: Text
    name: Text


class Relationship(BaseModel):
    """Something that a dataset is related to. Source: SciCat's OpenAPI, ``CreateRelationshipDto``.

    What is not given is stored with its default, as SciCat stores it.
    """

    model_config = ConfigDict(extra="forbid")

    identifier: Text
    identifierType: Text = "Other"  # noqa: N815 - SciCat's names
    relationship: Text = "IsReferencedBy"
    entityType: Text = "Other"  # noqa: N815
    externalId: Text | None = None  # noqa: N815

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        given = {name: one for name, one in value.items() if one is not None}
        return {"identifierType": "Other", "relationship": "IsReferencedBy", "entityType": "Other"} | given

    @model_validator(mode="after")
    def _matches_its_type(self) -> Self:
        if self.identifierType == "URL" and not _URL.fullmatch(self.identifier):
            raise ValueError("identifier must be a valid URL when identifierType is set to 'URL'.")
        return self


class LifecycleChange(BaseModel):
    """Changes of a dataset's life cycle. Source: SciCat's OpenAPI, ``PartialUpdateDatasetLifecycleDto``."""

    model_config = ConfigDict(extra="forbid")

    archivable: bool | None = None
    retrievable: bool | None = None
    publishable: bool | None = None
    dateOfDiskPurging: Date | None = None  # noqa: N815 - SciCat's names
    archiveRetentionTime: Date | None = None  # noqa: N815
    dateOfPublishing: Date | None = None  # noqa: N815
    publishedOn: Date | None = None  # noqa: N815
    isOnCentralDisk: bool | None = None  # noqa: N815
    archiveStatusMessage: Text | None = None  # noqa: N815
    retrieveStatusMessage: Text | None = None  # noqa: N815
    archiveReturnMessage: JsonValue = None  # noqa: N815
    retrieveReturnMessage: JsonValue = None  # noqa: N815
    exportedTo: Text | None = None  # noqa: N815
    retrieveIntegrityCheck: bool | None = None  # noqa: N815
    storageLocation: Text | None = None  # noqa: N815


class Lifecycle(LifecycleChange):
    """The life cycle as a part of a dataset; what it does not have is left out, such as the identifiers in old ones."""

    model_config = ConfigDict(extra="ignore")


class DatasetFields(BaseModel):
    """The fields of a dataset, current names; all optional, which is what a change may carry."""

    model_config = ConfigDict(extra="forbid")

    ownerGroup: Required | None = None  # noqa: N815 - SciCat's names
    accessGroups: Texts | None = None  # noqa: N815
    instrumentGroup: Text | None = None  # noqa: N815
    owner: Text | None = None
    ownerEmail: Address | None = None  # noqa: N815
    orcidOfOwner: Text | None = None  # noqa: N815
    contactEmail: Addresses | None = None  # noqa: N815
    sourceFolder: Folder | None = None  # noqa: N815
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
    relationships: list[Relationship] | None = None
    datasetlifecycle: Lifecycle | None = None
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


class _Former(BaseModel):
    """v3's names of single values."""

    model_config = ConfigDict(extra="forbid")

    principalInvestigator: Text | None = None  # noqa: N815 - SciCat's names
    investigator: Text | None = None
    proposalId: Text | None = None  # noqa: N815
    sampleId: Text | None = None  # noqa: N815
    instrumentId: Text | None = None  # noqa: N815


class FormerFields(DatasetFields, _Former):
    """The fields of a dataset with v3's names of single values beside them."""


_ALWAYS = ("ownerGroup", "contactEmail", "sourceFolder", "creationTime")
_RAW = ("owner", "principalInvestigator", "creationLocation")
_DERIVED = ("owner", "investigator", "inputDatasets", "usedSoftware")
_MAY_BE_EMPTY = frozenset({"principalInvestigator", "creationLocation", "investigator"})
_KINDS: dict[str, Any] = {
    "contactEmail": Addresses,
    "sourceFolder": Folder,
    "creationTime": Date,
    "inputDatasets": Texts,
    "usedSoftware": Texts,
}


def _whole(name: str, base: type[DatasetFields], *required: str, **more: Any) -> type[DatasetFields]:
    """Return a model of a whole dataset: some fields are required."""
    fields: dict[str, Any] = {
        field: (Text if field in _MAY_BE_EMPTY else _KINDS.get(field, Required), ...) for field in required
    }
    model: type[DatasetFields] = create_model(
        name, __base__=base, __doc__=f"A whole dataset ({name}).", **fields | more
    )
    return model


_GIVEN: dict[str, Any] = {"pid": (Text | None, None), "type": (Required, ...), "version": (Text | None, None)}

CreateDataset = _whole("CreateDatasetDto", DatasetFields, *_ALWAYS, "datasetName", **_GIVEN)
CreateRaw = _whole("CreateRawDatasetObsoleteDto", FormerFields, *_ALWAYS, *_RAW, **_GIVEN)
CreateDerived = _whole("CreateDerivedDatasetObsoleteDto", FormerFields, *_ALWAYS, *_DERIVED, **_GIVEN)
CreateOther = _whole("CreateCustomDatasetDto", FormerFields, *_ALWAYS, "datasetName", **_GIVEN)

ReplaceDataset = _whole("UpdateDatasetDto", DatasetFields, *_ALWAYS, "datasetName")
ReplaceRaw = _whole("UpdateRawDatasetObsoleteDto", FormerFields, *_ALWAYS, *_RAW)
ReplaceDerived = _whole("UpdateDerivedDatasetObsoleteDto", FormerFields, *_ALWAYS, *_DERIVED)
ReplaceOther = _whole("UpdateCustomDatasetDto", FormerFields, *_ALWAYS, "datasetName")


class PartialUpdate(DatasetFields):
    """Changes of a dataset, current names."""


class PartialUpdateFormer(FormerFields):
    """Changes of a dataset, v3's names taken too."""
