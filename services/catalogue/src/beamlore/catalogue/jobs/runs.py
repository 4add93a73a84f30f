"""Runs: what is to be done for a job is written with it, in one transaction, and struck off as it is done.

So a process that dies between writing a job and acting on it loses nothing: another goes on where it stopped. An action
may then be done twice, if it was under way; none is left out. A run that failed stays, with its reason.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.database import Document, DurableBulk, total_order
from beamlore.catalogue.database.repository import told_plainly
from beamlore.catalogue.jobs.actions.action import Action, Context, Operation
from beamlore.catalogue.jobs.actions.errors import ActionError
from beamlore.catalogue.noun import Ground
from beamlore.core import BeamloreError, Principal

log = structlog.get_logger(__name__)

COLLECTION = "beamlore_job_runs"
HELD = timedelta(seconds=120)
"""Longer than any one action may take; then its process is believed dead."""
_LONGEST = 90
_KEPT = timedelta(days=90)
_SHOWN = dict.fromkeys(("_id", "request", "heldUntil", "forgottenAt"), 0)

INDEXES = [
    IndexModel([("heldUntil", ASCENDING)], name="held", partialFilterExpression={"state": "running"}),
    IndexModel([("jobId", ASCENDING)], name="job"),
    IndexModel([("forgottenAt", ASCENDING)], name="forgotten", expireAfterSeconds=0),
]


@asynccontextmanager
async def _in_time(kind: str) -> AsyncGenerator[None, None]:
    try:
        async with asyncio.timeout(_LONGEST):
            yield
    except TimeoutError as error:
        raise ActionError(f"the action '{kind}' took longer than {_LONGEST} seconds", 504) from error


class Runs:
    """Keeps the runs and carries them out."""

    def __init__(self, ground: Ground) -> None:
        self._collection = ground.database[COLLECTION]
        self._bulk = DurableBulk(self._collection)
        self._writer = ground.writer

    def new(self, principal: Principal, job_id: str, operation: Operation, request: Mapping[str, Any]) -> Document:
        """Return the run of an operation, to be written with the job."""
        now = datetime.now(UTC)
        return {
            "_id": str(uuid.uuid4()),
            "jobId": job_id,
            "operation": operation,
            "username": principal.username,
            "request": dict(request),
            "state": "running",
            "done": 0,
            "createdAt": now,
            "heldUntil": now + HELD,
        }

    async def write(self, session: AsyncClientSession, run: Document) -> None:
        """Write a run within the transaction of its job."""
        await self._collection.insert_one(run, session=session)

    async def of_job(self, job_id: str) -> list[Document]:
        """Return the runs of a job, the oldest first; whether the caller may see the job was decided before."""
        with told_plainly():
            found = self._collection.find({"jobId": job_id}, _SHOWN, sort=total_order([("createdAt", 1)]))
            return await found.to_list()

    async def take_abandoned(self) -> Document | None:
        """Return a run whose process is believed dead, now held by this one; ``None`` where there is none."""
        now = datetime.now(UTC)
        with told_plainly():
            found = await self._collection.find_one({"state": "running", "heldUntil": {"$lt": now}})
        if found is None:
            return None
        seen = {"_id": found["_id"], "state": "running", "heldUntil": found["heldUntil"]}
        return found if await self._set(seen, {"heldUntil": now + HELD}) else None

    async def carry_out(self, run: Document, actions: Sequence[Action], context: Context) -> None:
        """Do a run's actions that are not done yet, one after the other.

        Args:
            run: which.
            actions: all of its operation; how many of them are done stands in the run.
            context: what they see, with the job as it is written.

        Raises:
            ActionError: one could not be done; those after it are not done.
        """
        key = {"_id": run["_id"]}
        for place, action in list(enumerate(actions))[run["done"] :]:
            if action.acts():
                try:
                    async with _in_time(action.kind):
                        await action.act(context)
                except BeamloreError as error:
                    await self.fail(run, action.kind, error.detail)
                    raise ActionError(
                        f"{error.detail} (Job {run['jobId']} is stored; its action '{action.kind}' failed.)",
                        error.status,
                    ) from error
                except Exception as error:
                    await self.fail(run, action.kind, f"{type(error).__name__}: {error}")
                    raise
            await self._set(key, {"done": place + 1, "heldUntil": datetime.now(UTC) + HELD})
        ended = datetime.now(UTC)
        await self._set(key, {"state": "done", "endedAt": ended, "forgottenAt": ended + _KEPT})

    async def fail(self, run: Document, kind: str, reason: str) -> None:
        """Note that an action of a run could not be done."""
        log.error("a job's action failed", job=run["jobId"], action=kind, reason=reason)
        ended = datetime.now(UTC)
        await self._set(
            {"_id": run["_id"]},
            {
                "state": "failed",
                "action": kind,
                "reason": reason[:2000],
                "endedAt": ended,
                "forgottenAt": ended + _KEPT,
            },
        )

    async def _set(self, where: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        async with self._writer.write() as scope:
            return await self._bulk.update_one(scope, where, {"$set": dict(values)})
