"""The kinds of actions there are, and how one is made from what the configuration says."""

from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import ValidationError

from beamlore.catalogue.jobs.actions.action import Action, Options, Tools
from beamlore.catalogue.jobs.actions.email import EmailAction, EmailOptions
from beamlore.catalogue.jobs.actions.error import ErrorAction, ErrorOptions
from beamlore.catalogue.jobs.actions.errors import ConfigurationError
from beamlore.catalogue.jobs.actions.log import LogAction, LogOptions
from beamlore.catalogue.jobs.actions.messages import KafkaAction, KafkaOptions, RabbitmqAction, RabbitmqOptions
from beamlore.catalogue.jobs.actions.switch import SwitchAction, SwitchOptions
from beamlore.catalogue.jobs.actions.url import UrlAction, UrlOptions
from beamlore.catalogue.jobs.actions.validate import ValidateAction, ValidateOptions

log = structlog.get_logger(__name__)

_KINDS: dict[str, tuple[type[Options], Any]] = {
    "email": (EmailOptions, EmailAction),
    "error": (ErrorOptions, ErrorAction),
    "kafka": (KafkaOptions, KafkaAction),
    "log": (LogOptions, LogAction),
    "rabbitmq": (RabbitmqOptions, RabbitmqAction),
    "switch": (SwitchOptions, SwitchAction),
    "url": (UrlOptions, UrlAction),
    "validate": (ValidateOptions, ValidateAction),
}


def build_action(options: Mapping[str, Any], tools: Tools, at: str) -> Action:
    """Return the action that the configuration describes.

    Args:
        options: its options, with ``actionType``.
        tools: what it reaches out with.
        at: where it stands in the configuration, for errors.

    Raises:
        ConfigurationError: there is no such kind, or its options are wrong.
    """
    kind = options.get("actionType")
    if kind not in _KINDS:
        raise ConfigurationError(f"{at}.actionType: {kind!r} is not one of {', '.join(_KINDS)}")
    model, action = _KINDS[kind]
    try:
        read = model.model_validate(options)
    except ValidationError as error:
        raise ConfigurationError(f"{at}: {said(error)}") from error
    if read.model_extra:
        log.warning("an action has options that mean nothing", at=at, options=sorted(read.model_extra))
    built: Action = action(read, tools, at)
    return built


def said(error: ValidationError) -> str:
    """Return what is wrong with some part of the configuration, and where."""
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
