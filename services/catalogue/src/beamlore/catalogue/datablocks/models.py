"""What the Datablock routes take: SciCat's `CreateDatablockDto` and `PartialUpdateDatablockDto`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.parts.models import Bytes, DataFile, OwnableFields, Text

_Algorithm = Annotated[str, Field(min_length=1, max_length=256)]
_ArchiveId = Annotated[str, Field(max_length=1_024)]
_Files = Annotated[list[DataFile], Field(min_length=1)]


class ChangeDatablock(OwnableFields):
    """Changes of a Datablock."""

    archiveId: _ArchiveId | None = None  # noqa: N815 - SciCat's names
    size: Bytes | None = None
    packedSize: Bytes | None = None  # noqa: N815
    chkAlg: _Algorithm | None = None  # noqa: N815
    version: Text | None = None
    dataFileList: _Files | None = None  # noqa: N815


class CreateDatablock(ChangeDatablock):
    """A new Datablock; it belongs to whom its dataset belongs to, whatever is said here."""

    datasetId: Text  # noqa: N815
    archiveId: _ArchiveId  # noqa: N815
    size: Bytes
    packedSize: Bytes  # noqa: N815
    version: Text
    dataFileList: _Files  # noqa: N815


class CreateDatasetDatablock(BaseModel):
    """A new Datablock below a dataset."""

    model_config = ConfigDict(extra="forbid")

    archiveId: _ArchiveId  # noqa: N815
    size: Bytes
    packedSize: Bytes  # noqa: N815
    chkAlg: _Algorithm | None = None  # noqa: N815
    version: Text
    dataFileList: _Files  # noqa: N815
