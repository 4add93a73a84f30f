"""What frontends are told: SciCat's configuration files."""

from pathlib import Path

from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Listed, variable


class RuntimeSettings(BaseSettings):
    """The files of the frontend's configuration and theme."""

    frontend_config_file: Path = variable(
        "FRONTEND_CONFIG_FILE",
        Path("src/config/frontend.config.json"),
        "The frontend's configuration, `admin/config`; where it is not there, none is served.",
    )
    frontend_theme_file: Path = variable(
        "FRONTEND_THEME_FILE", Path("src/config/frontend.theme.json"), "The frontend's theme, `admin/theme`."
    )
    config_sync_to_db_list: Listed = variable(
        "CONFIG_SYNC_TO_DB_LIST",
        (),
        "Further files to be had under `runtime-config/<name>`: `datasetTypes`, `proposalTypes`, "
        "`publishedDataConfig`, `datafilesMetadataSchema`.",
    )
