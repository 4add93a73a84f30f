"""Files and attachments: SciCat's variables."""

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import variable

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
    datafiles_metadata_schema: Path | None = variable(
        "DATAFILES_METADATA_SCHEMA",
        None,
        "JSON schema that the metadata of each file must follow. Without it a file can have no metadata of its own.",
    )
