"""Jobs' queries: of the jobs themselves, and of what they are about."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.database import Change, Document, Store
from beamlore.catalogue.database.repository import both, told_plainly
from beamlore.catalogue.jobs.runs import Runs
from beamlore.core import Principal


class JobStore(Store):
    """SciCat's ``Job`` collection."""

    async def stored(self, job_id: str) -> Document | None:
        """Return a job, whoever it belongs to: SciCat tells 'forbidden' from 'not found'."""
        with told_plainly():
            return await self._collection.find_one({"_id": job_id}, max_time_ms=self._milliseconds)

    async def may_read(self, principal: Principal, job_id: str) -> bool:
        """Return whether the principal may see a job."""
        return await self._is_among(job_id, self._rights.readable(principal))

    async def may_change(self, principal: Principal, job_id: str) -> bool:
        """Return whether the principal may change a job."""
        return await self._is_among(job_id, self._rights.writable(principal))

    async def create_with(self, principal: Principal, job: Document, runs: Runs, run: Document | None) -> Document:
        """Insert a job and what is to be done for it; whether the principal may was decided by the caller."""

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            await self._collection.insert_one(job, session=session)
            if run is not None:
                await runs.write(session, run)
            return [Change(self._collection.name, "create", principal, None, job)]

        await self._transactions.run(work)
        return job

    async def change_with(
        self,
        principal: Principal,
        where: Mapping[str, Any],
        update: Mapping[str, Any],
        runs: Runs,
        run: Document | None,
    ) -> Document | None:
        """Change the job that matches and that the principal may change, and write what is to be done for it.

        Returns:
            The job as it is now, ``None`` where none matched.
        """
        allowed = both(where, self._rights.writable(principal))

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            before = await self._collection.find_one_and_update(
                allowed, update, return_document=ReturnDocument.BEFORE, session=session
            )
            if before is None:
                return []
            if run is not None:
                await runs.write(session, run)
            after = await self._collection.find_one({"_id": before["_id"]}, session=session)
            return [Change(self._collection.name, "change", principal, before, after)]

        changes = await self._transactions.run(work)
        return changes[0].after if changes else None

    async def _is_among(self, job_id: str, access: Mapping[str, Any]) -> bool:
        with told_plainly():
            found = await self._collection.find_one(
                both({"_id": job_id}, access), {"_id": 1}, max_time_ms=self._milliseconds
            )
        return found is not None
