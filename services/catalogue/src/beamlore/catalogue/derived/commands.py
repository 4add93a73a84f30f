"""`beamlore catalogue check` and `rebuild`: derived data compared with the documents, and made anew."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from pymongo.errors import PyMongoError

from beamlore.catalogue.derived.fields import Deriver
from beamlore.catalogue.derived.fold import Folder
from beamlore.catalogue.derived.log import ChangeLog
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
    async with _folder(settings) as (folder, _):
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
    """Derive everything anew, by the rules of these settings; return how much differed."""
    async with _folder(settings) as (_, changes):
        await changes.prepare(Deriver(settings.searchable_metadata).version)
    return await check(settings, mend=True, tell=tell)


@asynccontextmanager
async def _folder(settings: Settings) -> AsyncGenerator[tuple[Folder, ChangeLog], None]:
    client = connect(settings, app_name="beamlore-catalogue-check")
    try:
        database = client[settings.mongo_database]
        yield Folder(client, database, Deriver(settings.searchable_metadata)), ChangeLog(database)
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
