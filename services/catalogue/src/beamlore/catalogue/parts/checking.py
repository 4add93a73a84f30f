"""`beamlore catalogue check`: the totals of datasets compared with the sums of their blocks, and put right."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.audit.trail import AuditTrail
from beamlore.catalogue.database import Change, Document, Transactions
from beamlore.catalogue.derived import ChangeLog, DatasetObserver
from beamlore.catalogue.parts.totals import DATASETS, KINDS, BlockTotals, Totals
from beamlore.catalogue.settings import Settings
from beamlore.core import DurableWriter, Principal, connect

_AT_ONCE = 500
_MENDER = Principal(subject="beamlore:check", username="beamlore catalogue check", groups=frozenset())


async def check_totals(settings: Settings, *, mend: bool, tell: Callable[[int, int], None]) -> int:
    """Compare the totals of all datasets that have blocks; return how many datasets are wrong.

    Args:
        settings: the catalogue's.
        mend: whether what is wrong is put right, a dataset at a time.
        tell: called as it goes on, with how many datasets were compared and how many are wrong.
    """
    client = connect(settings, app_name="beamlore-catalogue-check")
    try:
        return await _check(client, client[settings.mongo_database], mend=mend, tell=tell)
    finally:
        await client.close()


async def _check(
    client: AsyncMongoClient[Document],
    database: AsyncDatabase[Document],
    *,
    mend: bool,
    tell: Callable[[int, int], None],
) -> int:
    totals = Totals(database)
    observers = (AuditTrail(database), DatasetObserver(ChangeLog(database)))
    transactions = Transactions(client, DurableWriter(client), observers)
    compared = 0
    wrong: set[str] = set()
    for kind in KINDS:
        async for sums in _sums(database, kind):
            fields = {kind.size: 1, kind.files: 1}
            found = database[DATASETS].find({"_id": {"$in": list(sums)}}, fields)
            async for dataset in found:
                compared += 1
                if kind.of(dataset) != sums[dataset["_id"]]:
                    wrong.add(dataset["_id"])
            tell(compared, len(wrong))
    for pid in sorted(wrong) if mend else ():

        async def work(session: AsyncClientSession, pid: str = pid) -> Sequence[Change]:
            return await totals.sum_again(session, _MENDER, [pid])

        await transactions.run(work)
    return len(wrong)


async def _sums(
    database: AsyncDatabase[Document], kind: BlockTotals
) -> AsyncGenerator[dict[str, tuple[Any, Any]], None]:
    """Yield what the blocks of some hundred datasets at a time add up to: bytes and files by PID."""
    cursor = await database[kind.blocks].aggregate(kind.summing("$datasetId"), allowDiskUse=True)
    while found := await cursor.to_list(_AT_ONCE):
        yield {one["_id"]: (one["size"], one["files"]) for one in found}
