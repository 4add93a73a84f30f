"""Settings of the user office."""

from pathlib import Path

from pydantic import Field

from beamlore.core import HttpSettings, IdentityCheckSettings


class Settings(HttpSettings, IdentityCheckSettings):
    """What the user office is told by its environment."""

    seed_file: Path | None = Field(default=None, description="The YAML file with its content; without it, the demo's.")
