"""Settings of `beamlore ops kafka`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaAdminSettings(BaseSettings):
    """How Kafka's administrator connects."""

    model_config = SettingsConfigDict(
        env_prefix="BEAMLORE_OPS_KAFKA_", frozen=True, extra="ignore", populate_by_name=True
    )

    bootstrap: str = Field(min_length=1, description="host:port, several with commas.")
    protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    username: str = "admin"
    password: SecretStr
    ca_file: Path | None = Field(default=None, description="Authorities of the brokers' certificates (PEM).")
    ca: str | None = Field(default=None, description="The same as PEM text, in place of a file.")


class KafkaConfigureSettings(KafkaAdminSettings):
    """What `beamlore ops kafka configure` is told by its environment."""

    accounts_dir: Path = Field(description="Directory of the files `<account>-password`.")
    replication: int = Field(default=1, ge=1, description="Copies of each topic.")
    wait_seconds: float = Field(default=600, gt=0, description="How long to wait for the brokers.")
    beamlines_file: Path = Field(
        validation_alias="BEAMLORE_OPS_BEAMLINES_FILE", description="The values' beamlines, a YAML list."
    )
