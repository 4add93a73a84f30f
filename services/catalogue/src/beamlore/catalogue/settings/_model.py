"""The catalogue's settings."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from beamlore.catalogue.settings._datasets import DatasetSettings
from beamlore.catalogue.settings._derived import DerivedSettings
from beamlore.catalogue.settings._facility import FacilitySettings
from beamlore.catalogue.settings._files import FileSettings
from beamlore.catalogue.settings._groups import GroupSettings
from beamlore.catalogue.settings._history import HistorySettings
from beamlore.catalogue.settings._identity import IdentitySettings
from beamlore.catalogue.settings._jobs import JobSettings
from beamlore.catalogue.settings._own import OwnSettings
from beamlore.catalogue.settings._publishing import PublishingSettings
from beamlore.catalogue.settings._runtime import RuntimeSettings
from beamlore.catalogue.settings._server import ServerSettings
from beamlore.catalogue.settings._sources import FrontendClients, ScicatDotenv

_USUAL_FILES = {
    "dataset_types_file": ("datasetTypes.json",),
    "proposal_types_file": ("proposalTypes.json",),
    "datafiles_metadata_schema": ("datafilesMetadataSchema.json", "datafilesMetadataSchema.example.json"),
    "published_data_config_file": ("publishedDataConfig.json", "publishedDataConfig.example.json"),
}
"""What SciCat's backend reads from its working directory without a variable, and what in its place.

Its other files have defaults of their own: ``functionalAccounts.json`` and the frontend's.
"""


class Settings(
    DatasetSettings,
    DerivedSettings,
    FacilitySettings,
    FileSettings,
    GroupSettings,
    HistorySettings,
    JobSettings,
    IdentitySettings,
    OwnSettings,
    PublishingSettings,
    RuntimeSettings,
    ServerSettings,
):
    """Everything the catalogue is told from outside."""

    model_config = SettingsConfigDict(
        env_prefix="BEAMLORE_", env_ignore_empty=True, frozen=True, extra="ignore", populate_by_name=True
    )

    query_limit: int = Field(default=1000, ge=1, description="Most documents one answer holds.")
    query_seconds: float = Field(
        default=4,
        gt=0,
        description="Longest time the database may spend on a query of a caller; less than "
        "`BEAMLORE_DEPENDENCY_READ_SECONDS`, so that a query that is too large is not taken for a database that hangs.",
    )
    slow_seconds_a_minute: float = Field(
        default=120,
        ge=0,
        description="How long the slow queries (half a second or more) of one caller may take, together, in a minute. "
        "Beyond it the answer is 429. 0: no limit.",
    )
    batch_bytes: int = Field(default=64 * 1024 * 1024, description="Largest body of a batch.")
    live_queue: int = Field(default=2000, ge=1, description="Events kept for one slow reader before it must reload.")

    @model_validator(mode="after")
    def _usual_files(self) -> Self:
        """Take SciCat's files from the working directory where they are named nowhere else."""
        for field, names in _USUAL_FILES.items():
            named: Path | None = getattr(self, field)
            if named is None or (str(named) == names[0] and not named.is_file()):
                found = next((path for name in names if (path := Path(name)).is_file()), named)
                object.__setattr__(self, field, found)
        return self

    @property
    def secret(self) -> str:
        """What signs and seals: the same in all processes of a facility.

        Raises:
            ValueError: none is configured.
        """
        for one in (self.token_secret, self.jwt_secret, self.client_secret):
            if one is not None and one.get_secret_value():
                return one.get_secret_value()
        raise ValueError("JWT_SECRET or BEAMLORE_TOKEN_SECRET must be set: with it, tokens are signed")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from: the environment, then SciCat's `.env` in the working directory."""
        dotenv = ScicatDotenv(settings_cls)
        return init_settings, env_settings, dotenv, FrontendClients(settings_cls, dotenv)
