"""Settings of `beamlore ops backup`, `backups`, `verify` and `restore`."""

from pathlib import Path
from typing import Final, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DERIVED: Final = ("beamlore_changes", "beamlore_rollups", "beamlore_search", "beamlore_signatures", "beamlore_state")
"""What the catalogue makes anew from its documents, and where its change stream was."""


class TargetSettings(BaseSettings):
    """Where backups are: a directory, or a bucket of an S3 service."""

    model_config = SettingsConfigDict(env_prefix="BEAMLORE_OPS_BACKUP_", frozen=True, extra="ignore")

    directory: Path | None = Field(default=None, description="Directory of the backups, such as a mounted volume.")
    s3_bucket: str | None = Field(default=None, description="Bucket of the backups, where there is no directory.")
    s3_prefix: str | None = Field(default=None, description="Beginning of the objects' names.")
    s3_endpoint: str | None = Field(default=None, description="Address of an S3 service that is not Amazon's.")
    s3_region: str = "us-east-1"
    s3_access_key_id: SecretStr | None = None
    s3_secret_access_key: SecretStr | None = None
    workers: int = Field(default=4, ge=1, le=32, description="Parts read or written at once.")

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.directory is None) == (self.s3_bucket is None):
            raise ValueError("either the directory or the bucket is needed")
        return self


class DatabaseSettings(TargetSettings):
    """Which databases a backup is of."""

    mongodb_url: SecretStr = Field(description="Connection string of a user with the roles `backup` and `restore`.")
    databases: str = Field(default="catalogue,ingestor,configurator", description="With commas between.")
    leave_out: str = Field(
        default=",".join(DERIVED), description="Collections that are not in the backup, with commas between."
    )

    @property
    def database_names(self) -> list[str]:
        """The databases, each once."""
        return _names(self.databases)

    @property
    def left_out(self) -> frozenset[str]:
        """The collections that are not in the backup."""
        return frozenset(_names(self.leave_out))


class BackupSettings(DatabaseSettings):
    """What `beamlore ops backup` is told by its environment."""

    keep: int = Field(default=14, ge=1, description="So many backups are kept, the newest.")
    part_documents: int = Field(
        default=500_000, ge=1000, description="A larger collection is read in parts of about so many documents."
    )


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
