"""What the routes of published data take and answer: the data transfer objects of SciCat's OpenAPI.

Unknown properties are refused, as SciCat does.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictFloat, StrictInt

from beamlore.catalogue.datasets.models import Date, JsonObject, Text, Texts
from beamlore.catalogue.outgoing import path_of

PRIVATE: Final = "private"
PUBLIC: Final = "public"
REGISTERED: Final = "registered"
AMENDED: Final = "amended"
Status: TypeAlias = Literal["private", "public", "registered", "amended"]
Number: TypeAlias = StrictInt | StrictFloat


def _leads_nowhere_else(doi: str) -> str:
    """Let through a DOI that can be part of an address: the provider's, when it is registered."""
    path_of(doi)
    return doi


Doi: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=512, pattern=r"^[^\s]+$"), AfterValidator(_leads_nowhere_else)
]
Thumbnail: TypeAlias = Annotated[str, Field(max_length=16 * 1024 * 1024)]


class PartialUpdatePublishedDataV4Dto(BaseModel):
    """Changes of published data."""

    model_config = ConfigDict(extra="forbid")

    title: Text | None = None
    abstract: Text | None = None
    datasetPids: Texts | None = None  # noqa: N815 - SciCat's names
    registeredTime: Date | None = None  # noqa: N815
    status: Status | None = None
    metadata: JsonObject | None = None


class CreatePublishedDataV4Dto(PartialUpdatePublishedDataV4Dto):
    """New published data."""

    title: Text
    abstract: Text
    datasetPids: Texts  # noqa: N815


class PartialUpdatePublishedDataDto(BaseModel):
    """Changes of published data, with v3's names."""

    model_config = ConfigDict(extra="forbid")

    doi: Doi | None = None
    affiliation: Text | None = None
    creator: Texts | None = None
    publisher: Text | None = None
    publicationYear: Number | None = None  # noqa: N815
    title: Text | None = None
    url: Text | None = None
    abstract: Text | None = None
    dataDescription: Text | None = None  # noqa: N815
    resourceType: Text | None = None  # noqa: N815
    numberOfFiles: Number | None = None  # noqa: N815
    sizeOfArchive: Number | None = None  # noqa: N815
    pidArray: Texts | None = None  # noqa: N815
    authors: Texts | None = None
    registeredTime: Date | None = None  # noqa: N815
    status: Text | None = None
    scicatUser: Text | None = None  # noqa: N815
    thumbnail: Thumbnail | None = None
    relatedPublications: Texts | None = None  # noqa: N815
    downloadLink: Text | None = None  # noqa: N815


class CreatePublishedDataDto(PartialUpdatePublishedDataDto):
    """New published data, with v3's names; all of it where it is resynchronised."""

    creator: Texts
    publisher: Text
    publicationYear: Number  # noqa: N815
    title: Text
    abstract: Text
    dataDescription: Text  # noqa: N815
    resourceType: Text  # noqa: N815
    pidArray: Texts  # noqa: N815


class PublishedData(BaseModel):
    """Published data."""

    doi: str
    title: str
    abstract: str
    datasetPids: list[str]  # noqa: N815
    status: Status
    metadata: dict[str, Any] = {}
    numberOfFiles: int | None = None  # noqa: N815
    sizeOfArchive: int | None = None  # noqa: N815
    registeredTime: datetime | None = None  # noqa: N815
    createdBy: str  # noqa: N815
    updatedBy: str  # noqa: N815
    createdAt: datetime  # noqa: N815
    updatedAt: datetime  # noqa: N815


class PublishedDataConfig(BaseModel):
    """What the metadata of published data must be, and the form to edit them with."""

    metadataSchema: dict[str, Any]  # noqa: N815
    uiSchema: dict[str, Any]  # noqa: N815


class FormPopulateData(BaseModel):
    """What is known of a dataset that is to be published."""

    resourceType: str | None = None  # noqa: N815
    description: str | None = None
    title: str | None = None
    abstract: str | None = None
    thumbnail: str | None = None
    metadata: dict[str, Any] | None = None


class Count(BaseModel):
    """How many."""

    count: int
