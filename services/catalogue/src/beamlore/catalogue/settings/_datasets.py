"""How datasets are taken and shown."""

import re
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, variable


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Expression: TypeAlias = Annotated[str, AfterValidator(_expression)]


class DatasetSettings(BaseSettings):
    """What a facility says about its datasets."""

    pid_prefix: str = variable("PID_PREFIX", "beamlore", "Prefix of the PIDs given to datasets that come without.")
    dataset_creation_validation_enabled: Flag = variable(
        "DATASET_CREATION_VALIDATION_ENABLED", False, "Whether PIDs that come with a dataset are checked."
    )
    dataset_creation_validation_regex: Expression = variable(
        "DATASET_CREATION_VALIDATION_REGEX", "", "What they must match then."
    )
    dataset_types_file: Path | None = variable(
        "DATASET_TYPES_FILE",
        None,
        "SciCat's datasetTypes.json: an object whose values are the types there are beside raw and derived. "
        "Without it, any type is taken.",
    )
    metadata_keys_return_limit: int | None = variable(
        "METADATA_KEYS_RETURN_LIMIT", None, "Most keys `datasets/metadataKeys` answers.", ge=1
    )
    metadata_parent_instances_return_limit: int | None = variable(
        "METADATA_PARENT_INSTANCES_RETURN_LIMIT", None, "Most datasets it looks through for them.", ge=1
    )
