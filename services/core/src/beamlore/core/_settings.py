"""Settings: one frozen model a service, put together from these, read from ``BEAMLORE_*`` variables."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BEAMLORE_", frozen=True, extra="ignore")


class HttpSettings(_Settings):
    """Where a service listens and how it logs."""

    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    log_format: Literal["console", "json"] = Field(default="console", description="`json` for log collectors.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is at least this grave is logged."
    )
    slow_request_seconds: float = Field(
        default=1.0, gt=0, description="A request whose answer takes longer to begin has a line in the log."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="Collector of traces (OTLP over HTTP), such as `http://collector:4318`.",
    )
    trace_ratio: float = Field(
        default=1.0, ge=0, le=1, description="The part of the traces that begin here that is kept."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks of the proxies whose `X-Forwarded-*` headers are believed, with commas; `*` "
        "for all, where nobody but the proxy reaches the service.",
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        description="How long after SIGTERM new connections are still served: until everybody knows that the service "
        "is not ready any more.",
    )
    stop_seconds: int = Field(default=10, ge=1, description="How long open requests may take after that.")
    dependency_read_seconds: float = Field(
        default=5,
        gt=0,
        description="How long a request waits for an answer of what the service depends on (database, identity "
        "provider, other services). Then it is answered with 503 and `Retry-After`.",
    )
    dependency_write_seconds: float = Field(
        default=10, gt=0, description="The same where something is written; others' changes are waited for within it."
    )
    body_bytes: int = Field(default=16 * 2**20, ge=1, description="Largest body of a request with a token.")
    anonymous_body_bytes: int = Field(
        default=64 * 2**10, ge=1, description="Largest body of a request without a valid token, logins among them."
    )
    body_seconds: float = Field(default=60, gt=0, description="Longest time a caller may take to send a body.")
    json_items: int = Field(default=1_000_000, ge=1, description="Most values of a JSON body.")
    query_bytes: int = Field(default=128 * 2**10, ge=1, description="Longest query string.")
    query_depth: int = Field(default=24, ge=1, description="How deep JSON in a query may be nested.")
    query_items: int = Field(default=5_000, ge=1, description="Most values of JSON in a query.")
    error_details: int = Field(default=20, ge=1, description="Most mistakes that the answer to one request lists.")
    page_bytes: int = Field(
        default=4 * 2**20, ge=1, description="A page of our own routes ends before it has more bytes; a cursor goes on."
    )


class OidcSettings(_Settings):
    """Whose tokens are believed."""

    oidc_issuer: str = Field(description="The `iss` of the tokens, exactly as they carry it.")
    oidc_audience: str = Field(default="beamlore", description="The `aud` a token must contain.")
    oidc_backchannel_url: str | None = Field(
        default=None,
        description="Address at which services reach the issuer, where it is not the issuer's own.",
    )

    oidc_email_trusted: bool = Field(
        default=False,
        description="Whether addresses count that the issuer does not call verified (`email_verified`): only where "
        "nobody can change their own.",
    )

    @property
    def oidc_base(self) -> str:
        """The issuer's address as seen from the services, with no slash at its end."""
        return (self.oidc_backchannel_url or self.oidc_issuer).rstrip("/")


class ClientSettings(_Settings):
    """The service's own confidential client."""

    client_id: str
    client_secret: SecretStr


class IdentityCheckSettings(OidcSettings, ClientSettings):
    """How the accounts behind tokens are looked at again. The service's own client needs the right to do so."""

    identity_check: Literal["auto", "keycloak", "off"] = Field(
        default="auto",
        description="How accounts are looked at again: `keycloak` by its admin API, for which the service's client has "
        "the role `view-users` of `realm-management`; `off`: a token holds until it runs out. `auto`: `keycloak` where "
        "the issuer is a realm of it (`…/realms/…`).",
    )
    identity_check_seconds: float = Field(
        default=240, gt=0, le=300, description="How old may be what is known of an account: groups, address, logins."
    )
    identity_overdue_seconds: float = Field(
        default=900,
        ge=0,
        description="How much older while the identity provider does not answer; after that, 503 until it does.",
    )
    identity_groups: Literal["name", "path", "token"] = Field(
        default="name",
        description="A group's name as tokens have it: `name` or `path` of Keycloak's group; `token`: groups are not "
        "looked up, they are those of the last token.",
    )

    @property
    def checks_accounts(self) -> bool:
        """Whether accounts are looked at again."""
        if self.identity_check == "auto":
            return bool(self.client_id) and "/realms/" in self.oidc_base
        return self.identity_check == "keycloak"


class MongoSettings(_Settings):
    """The database."""

    mongo_url: SecretStr = Field(description="Connection string of the replica set; carries the password.")
    mongo_database: str = Field(min_length=1)
    migrate_at_start: bool = Field(
        default=True,
        description="Whether a service makes the pending migrations of its database itself when it starts; otherwise "
        "it is not ready until its `migrate` command has.",
    )


class KafkaSettings(_Settings):
    """The broker, and how it is spoken with."""

    kafka_bootstrap: str = Field(description="host:port, several with commas.")
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
