"""Files and attachments: SciCat's variables."""

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, variable

_UNITS = {"b": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30}


def _size(value: object) -> object:
    """Return the bytes of a size such as ``16mb``; as SciCat counts, a megabyte is 2^20 bytes."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    unit = next((name for name in ("kb", "mb", "gb", "b") if text.endswith(name)), "")
    number = text.removesuffix(unit).strip()
    try:
        return round(float(number) * _UNITS[unit or "b"])
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{value!r} is not a size; write it as 16mb") from error


Size: TypeAlias = Annotated[int, BeforeValidator(_size)]
"""Bytes; also written `512kb`, `16mb`."""


class FileSettings(BaseSettings):
    """What is kept of files, and what may be attached."""

    max_file_upload_size: Size = variable(
        "MAX_FILE_UPLOAD_SIZE", 16 * 2**20, "Largest request that brings an attachment, such as `16mb`.", gt=0
    )
    files_public_with_dataset: Flag = Field(
        default=False,
        description="Whether blocks of files and attachments become public with their dataset. As in SciCat, each has "
        "its own `isPublished` otherwise; what stands below a public dataset (`/datasets/{pid}/origdatablocks`) is "
        "public in any case.",
    )
    datafiles_metadata_schema: Path | None = variable(
        "DATAFILES_METADATA_SCHEMA",
        None,
        "JSON schema that the metadata of each file must follow; without it, `datafilesMetadataSchema.json` in the "
        "working directory, if there is one, or SciCat's `datafilesMetadataSchema.example.json`. Without any, a file "
        "can have no metadata of its own.",
    )
