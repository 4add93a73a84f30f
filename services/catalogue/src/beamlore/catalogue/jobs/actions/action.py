"""What every kind of action has in common."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import httpx
import orjson
from pydantic import BaseModel, ConfigDict

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.jobs.actions.templates import Templates

Operation: TypeAlias = Literal["create", "update"]


@dataclass(frozen=True)
class Context:
    """What actions and their templates see.

    Source: SciCat's job configuration (``request``, ``job``, ``datasets``, ``env``).
    """

    request: Mapping[str, Any]
    """The body as the client sent it."""

    job: Mapping[str, Any] | None
    """As it was before (checks of a change), or as it is written (acting)."""

    datasets: Sequence[Mapping[str, Any]]
    env: Mapping[str, str]

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The same as JSON has it: dates as text."""
        shown = {"request": self.request, "datasets": self.datasets, "env": self.env}
        if self.job is not None:
            shown["job"] = self.job
        found: dict[str, Any] = orjson.loads(to_json(shown))
        return found


class Options(BaseModel):
    """What the configuration says of an action; SciCat's names. What is not an option is told of and left out."""

    model_config = ConfigDict(extra="allow", frozen=True)

    actionType: str  # noqa: N815 - SciCat's name


class Action(Protocol):
    """One action of one job type's operation."""

    kind: ClassVar[str]

    async def check(self, context: Context) -> None:
        """Look at a request before anything is written.

        Raises:
            ActionError: the request is refused.
        """
        ...

    async def act(self, context: Context) -> None:
        """Do what is to be done now that the job is written.

        Raises:
            ActionError: it could not be done.
        """
        ...

    def acts(self) -> bool:
        """Return whether there is anything to do once the job is written."""
        ...

    def reaches_out(self) -> bool:
        """Return whether something leaves the catalogue: an e-mail, a request, a message."""
        ...


class Checks:
    """The half of an action that only checks: it never acts."""

    async def act(self, context: Context) -> None:
        """Do nothing."""

    def acts(self) -> bool:
        """Return that there is nothing to do."""
        return False

    def reaches_out(self) -> bool:
        """Return that nothing leaves the catalogue."""
        return False


class Acts:
    """The half of an action that only acts: it refuses nothing."""

    async def check(self, context: Context) -> None:
        """Refuse nothing."""

    def acts(self) -> bool:
        """Return that there is something to do."""
        return True

    def reaches_out(self) -> bool:
        """Return that something leaves the catalogue."""
        return True


class Send(Protocol):
    """Sends one message to a broker and returns when it has it."""

    async def __call__(self, address: tuple[str, ...], body: bytes) -> None:
        """Send to an address, of which each broker knows what its parts are.

        Raises:
            OSError: the broker cannot be reached, or does not take the message.
        """
        ...


@dataclass(frozen=True)
class Mail:
    """One e-mail, its text in HTML."""

    to: str
    subject: str
    html: str
    sender: str


@dataclass(frozen=True)
class Tools:
    """What actions are made from and reach out with, for one process."""

    templates: Templates
    operation: Operation
    directory: Path
    """Of the configuration: files it names are looked for there, after the working directory."""

    http: httpx.AsyncClient
    mail: Callable[[Mail], Awaitable[None]]
    rabbitmq: Send | None
    kafka: Send | None
    build: "Callable[[Mapping[str, Any], Tools, str], Action]"
    """Makes the actions within an action."""
