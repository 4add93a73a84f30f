"""What the routes of datasets as they were sent answer. Answers are built as plain JSON; these declare their shape."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from beamlore.core import ApiModel


class Original(BaseModel):
    """A dataset with SciCat's fields, the metadata exactly as it was sent."""

    model_config = ConfigDict(extra="allow")

    pid: str
    scientificMetadata: Any = None  # noqa: N815 - SciCat's name


class OriginalPage(ApiModel):
    """Datasets in the order asked for."""

    items: list[Original]
    next_cursor: str | None = Field(
        default=None, description="Give it as `cursor` for what follows; absent at the end."
    )


class AccessReason(ApiModel):
    """One way of being allowed to see a dataset."""

    way: str = Field(description="The dataset's field that decides, or `everything`.")
    holds: bool
    says: str = Field(description="The same in words.")


class DatasetAccess(ApiModel):
    """Why the caller sees a dataset."""

    pid: str
    visible: bool
    changeable: bool
    reasons: list[AccessReason]
    groups: list[str] = Field(description="The groups the caller's token names.")
