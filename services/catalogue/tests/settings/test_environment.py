"""The catalogue starts from SciCat's own variables and its `.env`, and from ours."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from beamlore.catalogue.settings import Settings, reference
from beamlore.catalogue.settings._reference import NOT_READ, variables

_DOTENV = """\
# a facility's
MONGODB_URI="mongodb://db.facility.example:27017/scicat?replicaSet=rs0"
PORT=3000
JWT_SECRET=a_secret_of_the_facility
JWT_EXPIRES_IN=7200
ADMIN_GROUPS=admin, ingestor,
CREATE_DATASET_GROUPS=
FUNCTIONAL_ACCOUNTS_FILE=accounts.json
DATASET_CREATION_VALIDATION_ENABLED=true
DATASET_CREATION_VALIDATION_REGEX=^facility/[0-9a-f]{8}$$
SITE=facility
LOGOUT_URL=https://${SITE}.example/bye
OIDC_ISSUER=https://idp.facility.example/realm
OIDC_CLIENT_ID=scicat
OIDC_FRONTEND_CLIENTS="scilog, other"
OIDC_SUCCESS_URL=https://scicat.example/login
OIDC_SCILOG_SUCCESS_URL=https://scilog.example/login
OIDC_SCILOG_RETURN_URL=/logbooks
LDAP_SEARCH_FILTER="(uid={{username}})"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory, with none of our own variables around."""
    for name in list(os.environ):
        if name.startswith("BEAMLORE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_scicats_dotenv_is_enough(place: Path) -> None:
    (place / ".env").write_text(_DOTENV)
    settings = Settings()
    assert settings.mongo_database == "scicat"
    assert settings.mongo_url.get_secret_value().startswith("mongodb://db.facility.example")
    assert (settings.http_port, settings.token_lifetime_seconds) == (3000, 7200)
    assert settings.secret == "a_secret_of_the_facility"
    assert settings.admin_groups == ("admin", "ingestor")
    assert settings.create_dataset_groups == ("#all",), "what is empty is not set"
    assert settings.functional_accounts_file == Path("accounts.json")
    assert settings.dataset_creation_validation_regex == "^facility/[0-9a-f]{8}$"
    assert settings.logout_url == "https://facility.example/bye"
    assert settings.oidc_issuer == "https://idp.facility.example/realm"
    assert settings.client_id == "scicat"
    assert settings.ldap_search_filter == "(uid={{username}})"
    assert settings.oidc_clients["scicat"].success_url == "https://scicat.example/login"
    assert settings.oidc_clients["scilog"].return_url == "/logbooks"
    assert settings.oidc_clients["other"].return_url == "/datasets"


def test_groups_of_a_provider_count_for_scicats_facilities_where_they_ask_for_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / ".env").write_text(_DOTENV)
    assert not Settings().access_groups_oidcpayload_enabled
    monkeypatch.setenv("ACCESS_GROUPS_OIDCPAYLOAD_ENABLED", "true")
    assert Settings().access_groups_oidcpayload_enabled
    monkeypatch.delenv("ACCESS_GROUPS_OIDCPAYLOAD_ENABLED")
    monkeypatch.setenv("BEAMLORE_OIDC_ISSUER", "https://idp.facility.example/realm")
    assert Settings().access_groups_oidcpayload_enabled


def test_ours_goes_before_scicats_and_the_environment_before_the_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / ".env").write_text(_DOTENV)
    monkeypatch.setenv("PORT", "3001")
    assert Settings().http_port == 3001
    monkeypatch.setenv("BEAMLORE_HTTP_PORT", "3002")
    monkeypatch.setenv("BEAMLORE_MONGO_DATABASE", "other")
    settings = Settings()
    assert (settings.http_port, settings.mongo_database) == (3002, "other")


def test_what_is_missing_or_wrong_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="MONGO"):
        Settings()
    monkeypatch.setenv("MONGODB_URI", "not an address")
    with pytest.raises(ValidationError, match="MONGODB_URI is not a connection string"):
        Settings()
    monkeypatch.setenv("MONGODB_URI", "mongodb://localhost")
    assert Settings().mongo_database == "test"
    with pytest.raises(ValueError, match="JWT_SECRET"):
        _ = Settings().secret


def test_no_secret_is_shown(place: Path) -> None:
    """ASVS 7.1.1: settings may be logged."""
    (place / ".env").write_text(_DOTENV + "LDAP_BIND_CREDENTIALS=ldaps_own\nMONGODB_URI=mongodb://u:dbs_own@h/x\n")
    shown = repr(Settings())
    assert not any(secret in shown for secret in ("a_secret_of_the_facility", "ldaps_own", "dbs_own"))


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_reference_is_what_the_settings_are() -> None:
    """Mend with `beamlore catalogue settings > docs/reference/catalogue-settings.md`."""
    written = Path(__file__).parents[4] / "docs" / "reference" / "catalogue-settings.md"
    assert written.read_text() == reference()


def test_no_variable_is_both_read_and_not_read() -> None:
    read = {one for name, field in Settings.model_fields.items() for one in variables(name, field)}
    assert read.isdisjoint(NOT_READ)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("dataset_types_file", "datasetTypes.json"),
        ("proposal_types_file", "proposalTypes.json"),
        ("datafiles_metadata_schema", "datafilesMetadataSchema.json"),
        ("datafiles_metadata_schema", "datafilesMetadataSchema.example.json"),
        ("published_data_config_file", "publishedDataConfig.json"),
        ("published_data_config_file", "publishedDataConfig.example.json"),
    ],
)
def test_scicats_files_are_found_in_the_working_directory(place: Path, field: str, name: str) -> None:
    """SciCat's `configuration.ts` reads these without a variable."""
    (place / ".env").write_text(_DOTENV)
    assert getattr(Settings(), field) in (None, Path("publishedDataConfig.json"))
    (place / name).write_text("{}")
    assert getattr(Settings(), field) == Path(name)
    assert getattr(Settings(**{field: Path("elsewhere.json")}), field) == Path("elsewhere.json")


def test_defaults_are_no_more_open_than_scicats(place: Path) -> None:
    (place / ".env").write_text(_DOTENV)
    settings = Settings()
    assert (settings.instrument_group_may, settings.files_public_with_dataset) == ("nothing", False)
    assert (settings.delete_groups, settings.delete_job_groups, settings.ingest_roles) == ((), (), ())
