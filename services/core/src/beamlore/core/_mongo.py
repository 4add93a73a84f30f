"""The connection to MongoDB."""

from typing import Any

from pymongo import AsyncMongoClient

from beamlore.core._settings import MongoSettings


def connect(settings: MongoSettings, *, app_name: str) -> AsyncMongoClient[dict[str, Any]]:
    """Return a client: times are UTC-aware, writes are retried and wait for a majority unless said otherwise."""
    return AsyncMongoClient(
        settings.mongo_url.get_secret_value(),
        tz_aware=True,
        appname=app_name,
        w="majority",
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=3_000,
        maxPoolSize=50,
    )
