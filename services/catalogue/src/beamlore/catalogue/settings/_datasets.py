"""How datasets are taken and shown."""

import re
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, Listed, variable


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Expression: TypeAlias = Annotated[str, AfterValidator(_expression)]


class DatasetSettings(BaseSettings):
    """What a facility says about its datasets."""

    pid_prefix: str = variable(
        "PID_PREFIX",
        "",
        "Prefix of the PIDs given to what comes without. Where it is empty, those of datasets begin with `beamlore/`; "
        "those of instruments have none.",
    )

    @property
    def dataset_pid_prefix(self) -> str:
        """What the PIDs of datasets begin with, without the slash; never nothing, as a PID has two parts."""
        return self.pid_prefix.rstrip("/") or "beamlore"

    dataset_creation_validation_enabled: Flag = variable(
        "DATASET_CREATION_VALIDATION_ENABLED", False, "Whether PIDs that come with a dataset are checked."
    )
    dataset_creation_validation_regex: Expression = variable(
        "DATASET_CREATION_VALIDATION_REGEX", "", "What they must match then."
    )
    dataset_types_file: Path | None = variable(
        "DATASET_TYPES_FILE",
        None,
        "An object whose values are the types there are beside raw and derived; without it, `datasetTypes.json` in the "
        "working directory, if there is one. Without either, any type is taken.",
    )
    metadata_keys_return_limit: int | None = variable(
        "METADATA_KEYS_RETURN_LIMIT", None, "Most keys `datasets/metadataKeys` answers.", ge=1
    )
    metadata_parent_instances_return_limit: int | None = variable(
        "METADATA_PARENT_INSTANCES_RETURN_LIMIT", None, "Most datasets it looks through for them.", ge=1
    )
    metadata_schemas_directory: Path | None = variable(
        "METADATA_SCHEMAS_DIRECTORY",
        None,
        "Folder of JSON Schemas (*.json) that `scientificMetadataSchema` may name, by `$id` or by file.",
    )
    metadata_schema_sources: Listed = variable(
        "METADATA_SCHEMA_SOURCES",
        (),
        "Beginnings of addresses from which other schemas may be fetched, such as https://schemas.facility.example/; "
        "none are by default.",
    )
    units_file: Path | None = variable(
        "UNITS_FILE",
        None,
        "File of the facility's own units, one on a line such as `gap_turn = 0.25 mm`; see units.md.",
    )
