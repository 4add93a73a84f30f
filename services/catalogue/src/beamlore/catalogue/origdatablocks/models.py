"""What the OrigDatablock routes take: SciCat's `CreateOrigDatablockDto` and `PartialUpdateOrigDatablockDto`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.parts.models import Bytes, DataFile, OwnableFields, Text

_Algorithm = Annotated[str, Field(min_length=1, max_length=256)]
_Files = Annotated[list[DataFile], Field(min_length=1)]


class ChangeOrigDatablock(OwnableFields):
    """Changes of an OrigDatablock."""

    size: Bytes | None = None
    chkAlg: _Algorithm | None = None  # noqa: N815 - SciCat's names
    dataFileList: _Files | None = None  # noqa: N815
    isPublished: bool | None = None  # noqa: N815


class CreateOrigDatablock(ChangeOrigDatablock):
    """A new OrigDatablock; it belongs to whom its dataset belongs to, whatever is said here."""

    datasetId: Text  # noqa: N815
    size: Bytes
    dataFileList: _Files  # noqa: N815


class CreateDatasetOrigDatablock(BaseModel):
    """A new OrigDatablock below a dataset."""

    model_config = ConfigDict(extra="forbid")

    size: Bytes
    chkAlg: _Algorithm | None = None  # noqa: N815
    dataFileList: _Files  # noqa: N815
    isPublished: bool | None = None  # noqa: N815
