"""What the attachment routes take: SciCat's `CreateAttachmentV4Dto` and its v3 forms."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.parts.models import Group, OwnableFields, Text

Thumbnail = Annotated[
    str,
    Field(
        description="Any text, kept as it is sent; SciCat's frontends show a picture written as `data:…;base64,…`. "
        "It is not checked: a page that shows it must not run it."
    ),
]


class Relationship(BaseModel):
    """What an attachment hangs on."""

    model_config = ConfigDict(extra="forbid")

    targetId: Text  # noqa: N815 - SciCat's names
    targetType: Literal["dataset", "proposal", "sample", "published_data"]  # noqa: N815
    relationType: Text = "is attached to"  # noqa: N815


class ChangeAttachment(OwnableFields):
    """Changes of an attachment."""

    thumbnail: Thumbnail | None = None
    caption: Text | None = None
    relationships: Annotated[list[Relationship], Field(max_length=1_000)] | None = None
    isPublished: bool | None = None  # noqa: N815


class ReplaceAttachment(ChangeAttachment):
    """All of an attachment; what is not given is taken away."""

    ownerGroup: Group  # noqa: N815
    caption: Text
    isPublished: bool  # noqa: N815


class CreateAttachment(ReplaceAttachment):
    """A new attachment."""

    aid: Annotated[str, Field(min_length=1, max_length=512)] | None = None


class ChangeFormerAttachment(OwnableFields):
    """Changes of an attachment, v3's form."""

    thumbnail: Thumbnail | None = None
    caption: Text | None = None


class ReplaceFormerAttachment(ChangeFormerAttachment):
    """What v3's ``PUT`` must name."""

    ownerGroup: Group  # noqa: N815
    caption: Text


class CreateSubAttachment(ChangeFormerAttachment):
    """A new attachment below a dataset, proposal or sample, v3's form; what it hangs on is said by the path."""

    caption: Text
    id: Text | None = None
    datasetId: Text | None = None  # noqa: N815
    proposalId: Text | None = None  # noqa: N815
    sampleId: Text | None = None  # noqa: N815
