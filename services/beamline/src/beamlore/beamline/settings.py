"""The settings of a beamline's process, read from ``BEAMLORE_*`` variables."""

import ssl
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_STATE_DIR = Path("~/.local/state/beamlore")


class KafkaSettings(BaseSettings):
    """Where messages go, and where they wait while the broker is away."""

    model_config = SettingsConfigDict(env_prefix="BEAMLORE_", frozen=True, extra="ignore")

    kafka_bootstrap: str = Field(description="Address of the broker, host:port; several with commas.")
    kafka_username: str | None = Field(default=None, description="Account; none: no authentication.")
    kafka_password: SecretStr | None = None
    kafka_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] | None = Field(
        default=None, description="How the broker is spoken with; none: SASL_PLAINTEXT with an account, else PLAINTEXT."
    )
    kafka_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        default="SCRAM-SHA-512", description="How the account logs in."
    )
    kafka_ca_file: Path | None = Field(
        default=None, description="Authorities of the broker's certificate (PEM); none: the machine's own."
    )
    kafka_ca: str | None = Field(default=None, description="The same as PEM text, in place of a file.")
    kafka_check_hostname: bool = Field(
        default=True, description="Whether the broker's certificate must be for the address it is reached at."
    )
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
        """The connection's keyword arguments for aiokafka's clients.

        Raises:
            OSError: the file of authorities cannot be read (`ssl.SSLError`: it holds none).
        """
        has_account = self.kafka_username is not None and self.kafka_password is not None
        protocol = self.kafka_protocol or ("SASL_PLAINTEXT" if has_account else "PLAINTEXT")
        options: dict[str, Any] = {"bootstrap_servers": self.kafka_bootstrap, "security_protocol": protocol}
        if protocol.endswith("SSL"):
            context = ssl.create_default_context(
                cafile=None if self.kafka_ca_file is None else str(self.kafka_ca_file), cadata=self.kafka_ca
            )
            context.check_hostname = self.kafka_check_hostname
            options["ssl_context"] = context
        if protocol.startswith("SASL") and self.kafka_username is not None and self.kafka_password is not None:
            options |= {
                "sasl_mechanism": self.kafka_mechanism,
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
