"""What clients send. Source: SciCat's OpenAPI, ``CreateJobDto``, ``UpdateJobDto`` and those of v3."""

import re
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\]+")
"""One address, and nothing that could make it several or end a header field (RFC 5322, section 3.4.1)."""
_Text: TypeAlias = Annotated[str, Field(max_length=1024)]


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be an email")
    return text


_Email: TypeAlias = Annotated[
    str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_address)
]


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


_Moment: TypeAlias = Annotated[
    str, Field(max_length=64, json_schema_extra={"format": "date-time"}), AfterValidator(_moment)
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CreateJob(_Body):
    """A new job (v4)."""

    type: _Text
    jobParams: dict[str, Any]  # noqa: N815 - SciCat's names, here and below
    ownerUser: _Text | None = None  # noqa: N815
    ownerGroup: _Text | None = None  # noqa: N815
    contactEmail: _Email | None = None  # noqa: N815


class UpdateJob(_Body):
    """A change of a job (v4)."""

    statusCode: _Text  # noqa: N815
    statusMessage: Annotated[str, Field(max_length=16_384)]  # noqa: N815
    jobResultObject: dict[str, Any] | None = None  # noqa: N815


class MergeJob(_Body):
    """A change of a job that is merged into it (v4, RFC 7396)."""

    statusCode: _Text | None = None  # noqa: N815
    statusMessage: Annotated[str, Field(max_length=16_384)] | None = None  # noqa: N815
    jobResultObject: dict[str, Any] | None = None  # noqa: N815


class UpdateFormerJob(_Body):
    """A change of a job (v3)."""

    executionTime: _Moment | None = None  # noqa: N815
    jobStatusMessage: _Text | None = None  # noqa: N815
    jobResultObject: dict[str, Any] | None = None  # noqa: N815


class CreateFormerJob(UpdateFormerJob):
    """A new job (v3)."""

    type: _Text
    emailJobInitiator: _Email | None = None  # noqa: N815
    jobParams: dict[str, Any] | None = None  # noqa: N815
    datasetList: list[Any] | None = None  # noqa: N815


class DatasetChoice(_Body):
    """One dataset of a job, and which of its files; with none, all of them."""

    pid: Annotated[str, Field(min_length=1, max_length=512)]
    files: Annotated[list[_Text], Field(max_length=1_000_000)]
