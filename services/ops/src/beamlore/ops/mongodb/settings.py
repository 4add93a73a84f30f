"""Settings of `beamlore ops mongodb`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from beamlore.ops.mongodb.members import Member


class MongoConfigureSettings(BaseSettings):
    """What `beamlore ops mongodb configure` is told by its environment."""

    model_config = SettingsConfigDict(env_prefix="BEAMLORE_OPS_MONGODB_", frozen=True, extra="ignore")

    members: str = Field(min_length=1, description="host:port of each data member, with commas between.")
    arbiters: str = Field(default="", description="host:port of each arbiter.")
    replica_set: str = Field(default="beamlore", min_length=1)
    key_file: Path = Field(description="The members' key file; by it the command logs in as `__system`.")
    users_dir: Path = Field(description="Directory of the files `<user>-password`.")
    election_timeout_ms: int = Field(
        default=5000, ge=1000, le=60_000, description="So long without a primary until another is elected."
    )
    wait_seconds: float = Field(default=600, gt=0, description="How long to wait for the members and a primary.")

    def all_members(self) -> list[Member]:
        """Return the data members, then the arbiters."""
        return [
            *(Member(host) for host in _hosts(self.members)),
            *(Member(host, is_arbiter=True) for host in _hosts(self.arbiters)),
        ]


def _hosts(text: str) -> list[str]:
    return [host.strip() for host in text.split(",") if host.strip()]
