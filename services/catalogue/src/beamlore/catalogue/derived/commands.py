"""`beamlore catalogue check` and `rebuild`: derived data compared with the documents, and made anew."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.building import Builder, TakenOverError
from beamlore.catalogue.derived.fields import Deriver
from beamlore.catalogue.derived.fold import Folder
from beamlore.catalogue.derived.lease import Lease
from beamlore.catalogue.derived.log import ChangeLog
from beamlore.catalogue.quantities import load_units
from beamlore.catalogue.settings import Settings
from beamlore.core import connect

_ATTEMPTS = 50
_PAUSE_SECONDS = 0.1
Result = TypeVar("Result")


async def check(settings: Settings, *, mend: bool, tell: Callable[[int, int], None]) -> int:
    """Compare everything that is derived with the documents; return how much differed.

    What others write at the same moment counts as differing until the catalogue has followed it.

    Args:
        settings: the catalogue's.
        mend: whether what differs is written.
        tell: called as it goes on, with how many datasets were compared and how much differed.
    """
    load_units(settings.units_file)
    async with _connected(settings) as (client, database):
        folder = Folder(client, database, Deriver(settings.searchable_metadata))
        datasets = differed = 0
        after: Any = None
        while True:
            compared = await _patiently(partial(folder.compare, after, mend=mend))
            datasets, differed, after = datasets + compared.datasets, differed + compared.differed, compared.last
            tell(datasets, differed)
            if after is None:
                break
        signature: str | None = ""
        while signature is not None:
            signature, wrong = await _patiently(partial(folder.check_sums, signature, mend=mend))
            differed += wrong
        tell(datasets, differed)
    return differed


async def rebuild(settings: Settings, *, tell: Callable[[int, int], None]) -> int:
    """Build everything that is derived anew, by the rules of these settings, and compare it; return what differed.

    Meanwhile the documents answer.
    """
    load_units(settings.units_file)
    deriver = Deriver(settings.searchable_metadata)
    async with _connected(settings) as (client, database):
        changes, lease = ChangeLog(database), Lease(database, deriver.version)
        builder = Builder(client, database, deriver, Folder(client, database, deriver), lease)
        await changes.prepare(deriver.version)
        await changes.begin_anew(build=True)
        while True:
            state = await changes.state()
            if state is not None and state.built:
                break
            mark = await lease.take()
            if mark is None or "building" not in mark:
                await asyncio.sleep(_PAUSE_SECONDS)  # a running catalogue builds
            else:
                with suppress(TakenOverError):
                    await _patiently(partial(builder.step, mark))
    return await check(settings, mend=True, tell=tell)


@asynccontextmanager
async def _connected(
    settings: Settings,
) -> AsyncGenerator[tuple[AsyncMongoClient[Document], AsyncDatabase[Document]], None]:
    client = connect(settings, app_name="beamlore-catalogue-check")
    try:
        yield client, client[settings.mongo_database]
    finally:
        await client.close()


async def _patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do work that a running catalogue may be in the way of."""
    for attempt in range(_ATTEMPTS):
        try:
            return await work()
        except PyMongoError as error:
            if not error.has_error_label("TransientTransactionError") or attempt == _ATTEMPTS - 1:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
    raise AssertionError("the last attempt returns or raises")
