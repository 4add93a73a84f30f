"""The settings of a beamline's process, read from ``BEAMLORE_*`` variables."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_STATE_DIR = Path("~/.local/state/beamlore")


class KafkaSettings(BaseSettings):
    """Where messages go, and where they wait while the broker is away."""

    model_config = SettingsConfigDict(env_prefix="BEAMLORE_", frozen=True, extra="ignore")

    kafka_bootstrap: str = Field(description="Address of the broker, host:port; several with commas.")
    kafka_username: str | None = Field(default=None, description="SCRAM account; none: no authentication.")
    kafka_password: SecretStr | None = None
    spool_dir: Path = Field(
        default=DEFAULT_STATE_DIR,
        description="Directory on a local disk in which messages wait for the broker; one process at a time uses it.",
    )
    spool_max_bytes: int = Field(
        default=4 * 1024**3, ge=1024**2, description="Size in bytes at which the spool takes no more messages."
    )
    spool_reserve_bytes: int = Field(
        default=16 * 1024**2, ge=0, description="Bytes the spool allocates ahead, for messages while the disk is full."
    )

    otlp_endpoint: str | None = Field(
        default=None,
        description="Collector of traces (OTLP over HTTP), such as http://collector:4318; needs the extra `tracing`.",
    )
    trace_ratio: float = Field(default=1.0, ge=0, le=1, description="The part of scans that is traced.")

    @property
    def kafka_options(self) -> dict[str, Any]:
        """The connection's keyword arguments for aiokafka's clients."""
        options: dict[str, Any] = {"bootstrap_servers": self.kafka_bootstrap}
        if self.kafka_username is not None and self.kafka_password is not None:
            options |= {
                "security_protocol": "SASL_PLAINTEXT",
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.kafka_username,
                "sasl_plain_password": self.kafka_password.get_secret_value(),
            }
        return options


class BeamlineSettings(KafkaSettings):
    """All a beamline's process needs. Without a configurator, nothing but what the caller gives is recorded."""

    beamline: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Name of the beamline.")
    pid_prefix: str = Field(default="beamlore", description="The facility's prefix of PIDs.")
    configurator_url: str | None = Field(default=None, description="Base address of the configurator.")
    oidc_issuer: str | None = Field(default=None, description="Issuer of the token shown to the configurator.")
    oidc_backchannel_url: str | None = Field(
        default=None, description="Address at which the issuer is reached, where it is not the issuer's own."
    )
    client_id: str | None = Field(default=None, description="The beamline's own confidential client.")
    client_secret: SecretStr | None = None
    configuration_poll_seconds: Annotated[float, Field(gt=0)] = 5.0
    gather_budget_seconds: Annotated[float, Field(ge=0.1)] = Field(
        default=0.5, description="Reading all attributes never delays a scan by more than this."
    )
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port on which a long-running command shows its measurements."
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of that port.")
    update_interval_seconds: Annotated[float, Field(ge=0)] = Field(
        default=0.5, description="Updates of a running scan that come faster than this are sent as one."
    )
