"""How data are published and DOIs registered."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, variable


class PublishingSettings(BaseSettings):
    """The DOI provider, and what a facility asks of the metadata of published data."""

    doi_prefix: str = variable("DOI_PREFIX", "", "Prefix of the DOIs given to published data; without it, PID_PREFIX.")
    doi_short_suffix: Flag = variable("DOI_SHORT_SUFFIX", False, "Whether their suffix has ten characters only.")
    register_doi_uri: str = variable(
        "REGISTER_DOI_URI", "", "DataCite's `/dois` (REST API), where v4 registers; without it, nowhere."
    )
    register_doi_uri_v3: str = variable("REGISTER_DOI_URI_V3", "", "DataCite's `/doi` (MDS API), where v3 registers.")
    register_metadata_uri: str = variable("REGISTER_METADATA_URI", "", "DataCite's `/metadata` (MDS API), for v3.")
    doi_username: str = variable("DOI_USERNAME", "", "The repository's account there.")
    doi_password: SecretStr | None = variable("DOI_PASSWORD", None, "Its password.")
    public_url_prefix: str = variable(
        "PUBLIC_URL_PREFIX", "", "What landing pages' addresses begin with; the DOI follows, URL-encoded."
    )
    oai_provider_route: str = variable(
        "OAI_PROVIDER_ROUTE", "", "An OAI-PMH provider that is told of what is published, by POST and PUT."
    )
    site: str = variable("SITE", "", "`PSI`: v3 registers with the OAI provider alone.")
    published_data_config_file: Path = variable(
        "PUBLISHED_DATA_CONFIG_FILE",
        Path("publishedDataConfig.json"),
        "The JSON schema (`metadataSchema`) of published data's metadata, and the form for it (`uiSchema`). Where it "
        "is not there, SciCat's `publishedDataConfig.example.json` in the working directory is read.",
    )
    ajv_custom_definitions_file: str = variable(
        "AJV_CUSTOM_DEFINITIONS_FILE",
        "",
        "SciCat's JavaScript for that schema: it is not run; those of its examples are built in.",
    )
