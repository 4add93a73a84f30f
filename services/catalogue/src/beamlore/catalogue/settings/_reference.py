"""The reference of the settings, written from the model itself."""

import textwrap
from typing import Any

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from beamlore.catalogue.settings._model import Settings

_PREFIX = "BEAMLORE_"
NOT_READ = (
    "ACCESS_GROUP_SERVICE_HANDLER",
    "EXPRESS_SESSION_SECRET",
    "EXPRESS_SESSION_STORE",
    "HTTP_MAX_REDIRECTS",
    "LDAP_MODE",
    "LOGGERS_CONFIG_FILE",
    "METRICS_CONFIG_FILE",
    "METRICS_ENABLED",
    "OIDC_ACCESS_GROUPS",
    "OIDC_USERINFO_MAPPING_FIELD_EMAILS",
    "OIDC_USERINFO_MAPPING_FIELD_FAMILYNAME",
    "OIDC_USERINFO_MAPPING_FIELD_GROUP",
    "OPENSEARCH_CONFIG_FILE",
    "OPENSEARCH_DATA_SYNC_BATCH_SIZE",
    "OPENSEARCH_DEFAULT_INDEX",
    "OPENSEARCH_ENABLED",
    "OPENSEARCH_HOST",
    "OPENSEARCH_PASSWORD",
    "OPENSEARCH_REFRESH",
    "OPENSEARCH_USERNAME",
)
"""Variables of SciCat's backend that have nothing to set here."""

_HEAD = """\
# Settings of the catalogue

Written by `beamlore catalogue settings`; a test compares. Each setting is an environment variable. Where two names are
given, the first goes before the second, which is SciCat's: a facility's environment, or its `.env` file in the working
directory, is taken as it is. The environment goes before the file; a variable that is empty counts as not set. In
`.env`, `${NAME}` is replaced by a variable, and `$$` stands for a dollar. Lists are written with commas.

{not_read}

| variable | without it | what it is |
| --- | --- | --- |
"""


def reference() -> str:
    """Return the reference, in Markdown."""
    named = ", ".join(f"`{name}`" for name in NOT_READ)
    not_read = textwrap.fill(
        f"These variables of SciCat have nothing to set here and are not read: {named}.", 120, break_on_hyphens=False
    )
    return _HEAD.replace("{not_read}", not_read) + "".join(
        sorted(_row(name, field) for name, field in Settings.model_fields.items())
    )


def variables(name: str, field: FieldInfo) -> tuple[str, ...]:
    """Return the variables a setting is read from, the first before the others."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(dict.fromkeys(str(one) for one in alias.choices))
    return (f"{_PREFIX}{name.upper()}",)


def _row(name: str, field: FieldInfo) -> str:
    named = ", ".join(f"`{one}`" for one in variables(name, field))
    return f"| {named} | {_default(field)} | {(field.description or '').replace('|', chr(92) + '|')} |\n"


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if value in (PydanticUndefined, ...):
        return "must be set"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple | list | frozenset | set):
        value = ",".join(sorted(str(one) for one in value) if isinstance(value, frozenset | set) else map(str, value))
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return "–" if value in (None, "") or isinstance(value, dict) else f"`{str(value).replace('|', chr(92) + '|')}`"
