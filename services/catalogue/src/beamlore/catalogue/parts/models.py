"""Fields that files and pictures have in common. Source: SciCat's ``OwnableDto`` and ``DataFileDto``."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.fields import parse_date

Text = Annotated[str, Field(max_length=65_536)]
Group = Annotated[str, Field(min_length=1, max_length=1_024)]
Bytes = Annotated[int, Field(ge=0, le=2**53)]


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_date(value, "time")
    except FilterError as error:
        raise ValueError(error.detail) from error


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class OwnableFields(BaseModel):
    """Who owns and who may see; all optional, which is what a change may carry."""

    model_config = ConfigDict(extra="forbid")

    ownerGroup: Group | None = None  # noqa: N815 - SciCat's names
    accessGroups: Annotated[list[Text], Field(max_length=10_000)] | None = None  # noqa: N815
    instrumentGroup: Text | None = None  # noqa: N815


class DataFile(BaseModel):
    """One file: its path below the dataset's folder, its size in bytes, its time."""

    model_config = ConfigDict(extra="forbid")

    path: Text
    size: Annotated[float, Field(ge=0, le=2**53)] | Bytes
    time: Moment
    chk: Text | None = None
    uid: Text | None = None
    gid: Text | None = None
    perm: Text | None = None
    type: Text | None = None
    metadata: dict[str, JsonValue] | None = None
