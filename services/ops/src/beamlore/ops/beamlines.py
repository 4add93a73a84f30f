"""The beamlines of an installation, as the chart's values list them."""

from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from beamlore.contract import scan_topic
from beamlore.ops.errors import OpsError

DEFAULT_PARTITIONS: Final = 3


def _checked(name: str) -> str:
    scan_topic(name)
    return name


class Beamline(BaseModel):
    """A beamline. What else the values say of it concerns others."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, AfterValidator(_checked)]
    partitions: int = Field(default=DEFAULT_PARTITIONS, ge=1, le=1000, description="Of its topic of scans.")


_BEAMLINES = TypeAdapter(list[Beamline])


def load_beamlines(path: Path) -> list[Beamline]:
    """Return the beamlines of a YAML file.

    Raises:
        OpsError: the file cannot be read, is not YAML, or is no list of beamlines.
    """
    try:
        return _BEAMLINES.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")) or [])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise OpsError(f"The beamlines in {path} cannot be read: {error}.") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        raise OpsError(f"The beamlines in {path} are not valid: {faults}.") from error
