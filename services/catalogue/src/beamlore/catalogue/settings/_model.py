"""The catalogue's settings."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from beamlore.catalogue.settings._datasets import DatasetSettings
from beamlore.catalogue.settings._files import FileSettings
from beamlore.catalogue.settings._groups import GroupSettings
from beamlore.catalogue.settings._history import HistorySettings
from beamlore.catalogue.settings._own import OwnSettings
from beamlore.catalogue.settings._scicat import variable
from beamlore.core import ClientSettings, HttpSettings, MongoSettings, OidcSettings


class Settings(
    DatasetSettings,
    FileSettings,
    GroupSettings,
    HistorySettings,
    OwnSettings,
    HttpSettings,
    OidcSettings,
    MongoSettings,
    ClientSettings,
):
    """Everything the catalogue is told from outside."""

    model_config = SettingsConfigDict(env_prefix="BEAMLORE_", frozen=True, extra="ignore", populate_by_name=True)

    token_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Signs the tokens of SciCat's login routes; the same for all processes. "
        "Without it, a key is derived from the client secret.",
    )
    jwt_secret: SecretStr | None = variable(
        "JWT_SECRET", None, "SciCat's secret: signs the tokens where there is no token secret; its own are taken."
    )
    token_lifetime_seconds: int = Field(default=3600, ge=60, description="How long such a token holds.")
    functional_accounts_file: Path | None = Field(
        default=None, description="SciCat's functionalAccounts.json; without it there are none."
    )
    ingest_roles: frozenset[str] = Field(
        default=frozenset({"ingestor"}), description="Roles of functional accounts that may write every dataset."
    )
    oidc_success_url: str = Field(
        default="/auth-callback", description="Where the browser goes after `auth/oidc`, with the token in its query."
    )
    oidc_id_token_audiences: frozenset[str] = Field(
        default=frozenset({"beamlore", "beamlore-web", "beamlore-cli"}),
        description="Clients whose ID tokens `auth/oidc/token` takes, beside the catalogue's own.",
    )
    query_limit: int = Field(default=1000, ge=1, description="Most documents one answer holds.")
    query_seconds: float = Field(default=10, gt=0, description="Longest time a query of a caller may take.")
    batch_bytes: int = Field(default=64 * 1024 * 1024, description="Largest body of a batch.")
    body_bytes: int = Field(default=16 * 1024 * 1024, description="Largest body of any other request.")
    live_queue: int = Field(default=2000, ge=1, description="Events kept for one slow reader before it must reload.")
