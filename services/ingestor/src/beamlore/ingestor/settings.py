"""Settings of the ingestor."""

from pydantic import Field

from beamlore.core import HttpSettings, IdentityCheckSettings, KafkaSettings, MongoSettings


class Settings(HttpSettings, IdentityCheckSettings, MongoSettings, KafkaSettings):
    """What the ingestor is told by its environment."""

    catalogue_url: str = Field(description="Base address of the catalogue.", examples=["http://127.0.0.1:3000"])
    useroffice_url: str = Field(description="Base address of the user office.")
    consumer_group: str = Field(default="beamlore-ingestor", description="Kafka group; ingestors of one group share.")
    batch_messages: int = Field(default=1000, ge=1, le=10_000, description="Messages fetched and written at once.")
    write_items: int = Field(default=250, ge=1, le=5_000, description="Most scans in one request to the catalogue.")
    write_bytes: int = Field(
        default=4 * 1024**2, ge=1024, description="About how large a request to the catalogue may become."
    )
    max_message_bytes: int = Field(
        default=1024**2, ge=1024, le=15 * 1024**2, description="A larger message goes to the inbox unread."
    )
    failing_seconds: float = Field(
        default=60, ge=0, description="So long the catalogue fails on a batch before its items are tried one by one."
    )
    failing_alone_seconds: float = Field(
        default=600, ge=0, description="So long before items are blamed although the catalogue takes no other."
    )
    topic_refresh_seconds: float = Field(default=5, gt=0, description="How soon a new beamline's topic is found.")
    request_timeout_seconds: float = Field(default=15, gt=0, description="For one answer of the catalogue.")
    useroffice_timeout_seconds: float = Field(default=5, gt=0, description="For one answer of the user office.")
    proposal_ttl_seconds: float = Field(default=300, ge=0, description="How long a proposal is believed unasked.")
    proposal_unknown_ttl_seconds: float = Field(
        default=5, ge=0, description="How long an unknown proposal is held for unknown without asking again."
    )
    proposal_stale_seconds: float = Field(
        default=86_400, ge=0, description="How long a proposal once known is used while the user office is down."
    )
    proposal_grace_days: float = Field(
        default=7, ge=0, description="How far outside its proposal's dates a scan may have started."
    )
    clock_ahead_seconds: float = Field(
        default=300, ge=0, description="So far ahead of our clock an instrument's times are taken as they are."
    )
    clock_ahead_most_seconds: float = Field(
        default=86_400,
        ge=0,
        description="So far ahead they are corrected and the scan is marked; beyond, the message goes to the inbox.",
    )
    interrupted_after_seconds: float = Field(
        default=3600, gt=0, description="A running scan of which no word came for that long is closed as interrupted."
    )
    idle_check_seconds: float = Field(default=30, gt=0, description="How often such scans are looked for.")
    probe_seconds: float = Field(default=5, gt=0, description="How often lag and the other services are looked at.")
    shutdown_seconds: float = Field(default=8, ge=0, description="How long what is in flight may take when stopping.")
