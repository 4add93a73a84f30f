"""The connection to MongoDB, and what its pool of connections does."""

from typing import Any

from prometheus_client import Counter, Gauge
from pymongo import AsyncMongoClient, monitoring
from pymongo.errors import PyMongoError

from beamlore.core._settings import MongoSettings

POOL_SIZE = 50
_HEARTBEAT_MS = 2_000
_CONNECT_MS = 2_000
"""A member that hangs is found after the sum of both: what waits for it is broken off and tried again elsewhere, before
a request's deadline (5 s). The driver's own values would find it after 30 s."""

_SELECTION_MS = 4_000
_QUEUE_MS = 5_000
_open = Gauge("beamlore_mongo_pool_connections", "Open connections to a server.", ["server"])
_in_use = Gauge("beamlore_mongo_pool_used_connections", "Connections to a server that are in use.", ["server"])
_failures = Counter(
    "beamlore_mongo_pool_failures_total",
    "Times no connection was to be had.",
    ["server", "reason"],
)


def connect(settings: MongoSettings, *, app_name: str) -> AsyncMongoClient[dict[str, Any]]:
    """Return a client: times are UTC-aware, writes are retried and wait for a majority unless said otherwise."""
    return AsyncMongoClient(
        settings.mongo_url.get_secret_value(),
        tz_aware=True,
        appname=app_name,
        w="majority",
        serverSelectionTimeoutMS=_SELECTION_MS,
        connectTimeoutMS=_CONNECT_MS,
        heartbeatFrequencyMS=_HEARTBEAT_MS,
        waitQueueTimeoutMS=_QUEUE_MS,
        maxPoolSize=POOL_SIZE,
        event_listeners=[_Pool()],
    )


class _Pool(monitoring.ConnectionPoolListener):
    """Counts a client's connections; what is called for each query does no more than add one."""

    def __init__(self) -> None:
        self._opened: dict[tuple[str, int | None], Gauge] = {}
        self._used: dict[tuple[str, int | None], int] = {}

    def pool_created(self, event: monitoring.PoolCreatedEvent) -> None:
        server = _name(event.address)
        self._used[event.address] = 0
        self._opened[event.address] = _open.labels(server)
        _in_use.labels(server).set_function(lambda: self._used[event.address])

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:
        self._used[event.address] += 1

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:
        self._used[event.address] -= 1

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:
        self._opened[event.address].inc()

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:
        self._opened[event.address].dec()

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:
        _failures.labels(_name(event.address), event.reason).inc()

    def pool_ready(self, event: monitoring.PoolReadyEvent) -> None:
        """Nothing is counted of it."""

    def pool_cleared(self, event: monitoring.PoolClearedEvent) -> None:
        """Nothing is counted of it."""

    def pool_closed(self, event: monitoring.PoolClosedEvent) -> None:
        """Nothing is counted of it."""

    def connection_ready(self, event: monitoring.ConnectionReadyEvent) -> None:
        """Nothing is counted of it."""

    def connection_check_out_started(self, event: monitoring.ConnectionCheckOutStartedEvent) -> None:
        """Nothing is counted of it."""


def _name(address: tuple[str, int | None]) -> str:
    return f"{address[0]}:{address[1]}"


def reason_of(error: PyMongoError) -> str:
    """Return why the database could not be worked with: a line for operators, of all that the driver says."""
    return str(error).split(", Timeout:")[0][:200]
