"""Where settings come from beside the environment: SciCat's ``.env``, and variables whose names hold a client's."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource

DOTENV = Path(".env")
DEFAULT_CLIENT = "scicat"


class ScicatDotenv(DotEnvSettingsSource):
    """The ``.env`` file of the working directory, as SciCat's backend reads it.

    Names in braces are replaced by their values; ``$$`` and a dollar after a backslash stand for a dollar.
    """

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls, env_file=DOTENV, case_sensitive=False)

    def _read_env_files(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in scicat_dotenv(DOTENV).items()}


class FrontendClients(PydanticBaseSettingsSource):
    """What cannot be read field by field: the addresses of each of ``OIDC_FRONTEND_CLIENTS``."""

    def __init__(self, settings_cls: type[BaseSettings], dotenv: ScicatDotenv) -> None:
        super().__init__(settings_cls)
        self._environment = {name.lower(): value for name, value in dotenv.env_vars.items() if value is not None}
        self._environment |= {name.lower(): value for name, value in os.environ.items() if value}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return nothing: the fields are told all at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return ``oidc_clients``, and whether the identity provider was named by SciCat's variable only."""
        listed = self._environment.get("oidc_frontend_clients", "")
        names = [DEFAULT_CLIENT, *(part for one in listed.split(",") if (part := one.strip()))]
        clients = {name: self._addresses(name) for name in dict.fromkeys(names)}
        found: dict[str, Any] = {"oidc_clients": clients}
        if "oidc_issuer" in self._environment and "beamlore_oidc_issuer" not in self._environment:
            # SciCat's default: groups of the provider's tokens count where they were asked for.
            found["access_groups_oidcpayload_enabled"] = False
        return found

    def _addresses(self, client: str) -> dict[str, str]:
        if client == DEFAULT_CLIENT:
            prefixes = ("beamlore_oidc_", "oidc_")
        else:
            prefixes = (f"beamlore_oidc_{client.lower()}_", f"oidc_{client.lower()}_")
        found = {}
        for address in ("success_url", "return_url"):
            given = [
                self._environment[prefix + address] for prefix in prefixes if prefix + address in self._environment
            ]
            if given:
                found[address] = given[0]
        return found


def scicat_dotenv(path: Path) -> dict[str, str]:
    """Return the variables of a dotenv file that are not empty; none where there is no file."""
    return {
        name: value.replace("\\$", "$").replace("$$", "$")
        for name, value in dotenv_values(path, encoding="utf-8").items()
        if value
    }
