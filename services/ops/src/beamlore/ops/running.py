"""Running a command: settings from the environment, progress as log lines, errors in plain words."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog
import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from beamlore.core import HttpSettings, configure_logging
from beamlore.ops.errors import OpsError

S = TypeVar("S", bound=BaseSettings)
T = TypeVar("T")

log = structlog.get_logger(__name__)


def settings_of(kind: type[S]) -> S:
    """Return settings read from the environment; end the process where they are missing or wrong, naming each."""
    configure_logging("ops", HttpSettings())
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        for one in error.errors():
            name = prefix + "_".join(str(part) for part in one["loc"]).upper()
            typer.echo(f"{name}: {one['msg']}", err=True)
        raise typer.Exit(1) from error


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; an ``OpsError`` is logged with its way out and ends the process with code 1."""
    with errors_logged():
        return asyncio.run(work)


@contextmanager
def errors_logged() -> Iterator[None]:
    """Log an ``OpsError`` with its way out, and end the process with code 1."""
    try:
        yield
    except OpsError as error:
        log.error(error.sentence, **({"way_out": error.way_out} if error.way_out else {}))
        raise typer.Exit(1) from error
