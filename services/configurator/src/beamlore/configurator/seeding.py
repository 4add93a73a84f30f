"""Filling a configurator from a file, over its REST interface: what is there, or once was, is left as it is."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import httpx
import yaml
from pydantic import Field, ValidationError

from beamlore.configurator.beamlines.models import BeamlineText
from beamlore.contract import MetadataSet
from beamlore.core import ApiModel

_ONLY_IF_NONE = {"If-None-Match": "*"}


class SeedError(ValueError):
    """A seed cannot be used or could not be planted: the text says which file or address and what is wrong."""


class BeamlineSeed(BeamlineText):
    """A beamline with its sets."""

    active: str = Field(description="Name of the set that is to be active at first.")
    sets: list[MetadataSet]


class Seed(ApiModel):
    """A whole file: beamlines by their ids."""

    beamlines: dict[str, BeamlineSeed]


def load_seed(path: Path | None) -> Seed:
    """Return the seed of a file, of the demo where no file is given.

    Raises:
        SeedError: the file cannot be read, is not YAML, or its content is not valid.
    """
    name = str(path) if path else "the demo seed"
    try:
        text = (path or files("beamlore.configurator") / "seeds" / "demo.yaml").read_text(encoding="utf-8")
        return Seed.model_validate(yaml.safe_load(text))
    except OSError as error:
        raise SeedError(f"{name}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedError(f"{name}: is not YAML: {error}") from error
    except ValidationError as error:
        faults = (f"{name}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        raise SeedError("\n".join(faults)) from error


async def plant(http: httpx.AsyncClient, seed: Seed, tell: Callable[[str], None]) -> None:
    """Make what is not there yet; planting the same seed again changes nothing.

    Args:
        http: speaks to the configurator (its base address ends in ``/api/configurator/v1``) as an administrator.
        seed: what is to be there.
        tell: is given a line about everything that was made.

    Raises:
        SeedError: the configurator refused, or does not answer.
    """
    for beamline, wanted in seed.beamlines.items():
        text = wanted.model_dump(include={"name", "description"})
        if await _send(http, "PUT", f"/beamlines/{beamline}", text, unless=412):
            tell(f"made the beamline {beamline}")
        for metadata_set in wanted.sets:
            # A set that staff deleted has a history; it stays deleted.
            address = f"/beamlines/{beamline}/sets/{quote(metadata_set.name, safe='')}/versions"
            known = await _send(http, "GET", address, None, unless=404)
            content = metadata_set.model_dump(mode="json")
            if not known and await _send(http, "POST", f"/beamlines/{beamline}/sets", content, unless=409):
                tell(f"made the set {metadata_set.name!r} of {beamline}")
        if await _send(http, "PUT", f"/beamlines/{beamline}/active", {"name": wanted.active}, unless=412):
            tell(f"made {wanted.active!r} the active set of {beamline}")


async def _send(http: httpx.AsyncClient, method: str, path: str, content: object, *, unless: int) -> bool:
    """Send a request; return whether it was done, false where the answer says that it need not be."""
    headers = _ONLY_IF_NONE if method == "PUT" else {}
    try:
        answer = await http.request(method, path, json=content, headers=headers)
    except httpx.TransportError as error:
        raise SeedError(f"the configurator at {http.base_url} does not answer: {error}") from error
    if answer.is_error and answer.status_code != unless:
        raise SeedError(f"{method} {answer.url}: {answer.status_code} {answer.text}")
    return not answer.is_error
