"""A noun of the catalogue: its routes, its service, its indexes, and how a request gets at the service."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.access import AccessPolicy, Rights
from beamlore.catalogue.database import Document, Store, Transactions
from beamlore.catalogue.derived import Derived
from beamlore.catalogue.settings import Settings
from beamlore.core import DurableWriter, Phases

Service = TypeVar("Service")


@dataclass(frozen=True)
class Ground:
    """What every noun's service is built from, for one process."""

    client: AsyncMongoClient[Document]
    database: AsyncDatabase[Document]
    settings: Settings
    policy: AccessPolicy
    writer: DurableWriter
    transactions: Transactions
    phases: Phases
    derived: Derived

    def store(self, collection: str, rights: Rights) -> Store:
        """Return the store of a collection under an access rule."""
        return Store(self.database[collection], rights, self.settings.query_seconds, self.transactions)


@dataclass(frozen=True)
class Noun:
    """One noun; the application is put together from the list in ``nouns``."""

    routers: Sequence[APIRouter] = ()
    build: Callable[[Ground], object] | None = None
    """Makes its service, which routes get by ``given(ServiceClass)``."""

    indexes: Mapping[str, Sequence[IndexModel]] = field(default_factory=dict)
    """By collection."""

    work: Callable[[Any], Coroutine[Any, Any, None]] | None = None
    """What its service does beside answering, for as long as the process runs; gets the service."""


def given(kind: type[Service]) -> Callable[[Request], Awaitable[Service]]:
    """Return the dependency that gives a route the service of this class."""

    async def dependency(request: Request) -> Service:
        service: Service = request.app.state.services[kind]
        return service

    return dependency
