"""The environment that templates of jobs see: all of it but the catalogue's own secrets."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import AliasChoices, SecretStr
from pydantic_settings import BaseSettings


def visible_environment(settings: type[BaseSettings], environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the variables of those settings that are secrets.

    A template that shows all it sees, in a log line or an e-mail, must not show what opens the catalogue.

    Args:
        settings: which has the settings.
        environment: by name.
    """
    prefix = settings.model_config.get("env_prefix", "")
    hidden: set[str] = set()
    for name, field in settings.model_fields.items():
        if _is_secret(field.annotation):
            hidden.add(f"{prefix}{name}".upper())
            alias = field.validation_alias
            names = alias.choices if isinstance(alias, AliasChoices) else [alias]
            hidden.update(one.upper() for one in names if isinstance(one, str))
    return {name: value for name, value in environment.items() if name.upper() not in hidden}


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(one) for one in get_args(annotation))
