"""What the job routes do."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from pymongo import ASCENDING, TEXT, IndexModel

from beamlore.catalogue.database import Document
from beamlore.catalogue.hiding import AbsentError, UnseenError
from beamlore.catalogue.jobs import runs
from beamlore.catalogue.jobs.actions.action import Context, Operation
from beamlore.catalogue.jobs.configuration import Rule, load_configuration
from beamlore.catalogue.jobs.creation import Asked, Creation
from beamlore.catalogue.jobs.environment import visible_environment
from beamlore.catalogue.jobs.parameters import merged, pids_of, storable
from beamlore.catalogue.jobs.reach.workshop import Workshop
from beamlore.catalogue.jobs.reading import JobReader
from beamlore.catalogue.jobs.rights import JobRights
from beamlore.catalogue.jobs.runs import Runs
from beamlore.catalogue.jobs.store import JobStore
from beamlore.catalogue.jobs.subjects import Subjects
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.settings import Settings
from beamlore.core import BeamloreError, ConflictError, ForbiddenError, Principal

log = structlog.get_logger(__name__)

COLLECTION = "Job"
_OLDEST = [("createdAt", ASCENDING), ("_id", ASCENDING)]
INDEXES = {
    COLLECTION: [
        IndexModel([("ownerGroup", ASCENDING), *_OLDEST], name="beamlore_owner_group_oldest"),
        IndexModel([("ownerUser", ASCENDING), *_OLDEST], name="beamlore_owner_user_oldest"),
        IndexModel(_OLDEST, name="beamlore_oldest"),
        # SciCat's own, under its name: `text` in fullquery looks at every field.
        IndexModel([("$**", TEXT)], name="$**_text"),
    ],
    runs.COLLECTION: runs.INDEXES,
}
_FORBIDDEN = "Forbidden resource"
_LOOK_SECONDS = 30.0


class JobService(JobReader):
    """Creates, changes, shows, lists and counts jobs, and sees to it that their actions are done."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        self._workshop = Workshop(settings)
        self._configuration = load_configuration(settings.job_configuration_file, self._workshop.build)
        self._environment = visible_environment(Settings, os.environ)
        self._rights = JobRights(self._configuration, settings)
        subjects = Subjects(ground)
        super().__init__(
            JobStore(ground.database[COLLECTION], self._rights, settings.query_seconds, ground.transactions),
            subjects,
            Runs(ground),
            settings.query_limit,
        )
        self._creation = Creation(self._configuration, self._rights, subjects, settings)

    def check_may_create_any(self, principal: Principal) -> None:
        """Let through who may create some kind of jobs.

        Raises:
            ForbiddenError: the principal may create none.
        """
        if not self._rights.may_create_any(principal):
            raise ForbiddenError(_FORBIDDEN)

    async def former_asked(self, principal: Principal, body: Mapping[str, Any]) -> Asked:
        """Return what a v3 body asks for, as v4 has it."""
        return await self._creation.from_former(principal, body)

    def check_kind(self, name: object) -> None:
        """Let through the name of a job type.

        Raises:
            BadRequestError: there is none of this name.
        """
        self._creation.kind(name)

    async def create(self, principal: Principal, asked: Asked) -> Document:
        """Create a job, do what its type says, and return it.

        Raises:
            BadRequestError: there is no such type, or the parameters cannot be stored.
            UnprocessableError: its datasets or files do not exist, or are not named as they must be.
            ForbiddenError: the principal may not create it.
            ActionError: an action refuses it (then nothing is stored), or could not be done (then the job is).
        """
        kind, job = await self._creation.decide(principal, asked)
        context = await self._context(kind.create, asked.body, None, job, [principal])
        await _check(kind.create, context)
        run = self._run(kind.create, principal, job, "create", asked.body)
        stored = await self._jobs.create_with(principal, job, self._runs, run)
        await self._carry_out(kind.create, run, context, stored)
        return stored

    async def to_change(self, principal: Principal, job_id: str) -> Document:
        """Return a job that the principal may change.

        Raises:
            BadRequestError: there is none, or none of a type that is configured.
            ForbiddenError: the principal may not change it.
        """
        if not self._rights.may_change_any(principal):
            raise ForbiddenError(_FORBIDDEN)
        job = await self._jobs.stored(job_id)
        if job is None:
            raise AbsentError("Invalid job id.")
        self._creation.kind(job.get("type"))
        if not await self._jobs.may_change(principal, job_id):
            raise UnseenError("Unauthorized to update this job.")
        return job

    async def change(
        self, principal: Principal, job: Document, body: Mapping[str, Any], *, merge: bool = False
    ) -> Document:
        """Change a job, do what its type says, and return it.

        Args:
            principal: who changes it.
            job: as ``to_change`` returned it.
            body: ``statusCode``, ``statusMessage``, ``jobResultObject``.
            merge: whether results are merged into those that are stored (RFC 7396) instead of replacing them.

        Raises:
            BadRequestError: the results cannot be stored.
            ConflictError: it was changed by others at the same moment.
            ActionError: an action refuses it (then nothing is stored), or could not be done (then the change is).
        """
        storable("jobResultObject", body.get("jobResultObject"))
        kind = self._creation.kind(job.get("type"))
        context = await self._context(kind.update, body, job, job, [principal])
        await _check(kind.update, context)
        where: dict[str, Any] = {"_id": job["_id"]}
        if merge:
            where["updatedAt"] = job.get("updatedAt")
        run = self._run(kind.update, principal, job, "update", body)
        changed = await self._jobs.change_with(
            principal, where, _update(principal, job, body, merge=merge), self._runs, run
        )
        if changed is None:
            raise ConflictError("the job was changed by others at the same moment; try again")
        if changed.get("configVersion") != kind.version:
            log.info(
                "a job was created under another configuration",
                job=changed["id"],
                then=changed.get("configVersion"),
                now=kind.version,
            )
        if run is not None:
            readers = [principal, *await self._creator(job)]
            context = await self._context(kind.update, body, job, job, readers)
        await self._carry_out(kind.update, run, context, changed)
        return changed

    async def delete(self, principal: Principal, job_id: str) -> Document:
        """Delete a job and return it.

        Raises:
            ForbiddenError: the principal may not delete jobs.
            BadRequestError: there is none.
        """
        if not self._rights.may_delete_any(principal):
            raise ForbiddenError(_FORBIDDEN)
        deleted = await self._jobs.delete(principal, {"_id": job_id})
        if deleted is None:
            raise AbsentError(f"Job id {job_id} doesn't exist.")
        return deleted

    # --- beside answering

    async def work(self) -> None:
        """Take over what other processes left undone, until cancelled; then close what actions reached out with."""
        try:
            while True:
                try:
                    await self.take_over()
                except BeamloreError as error:
                    log.warning("undone actions cannot be looked for", error=error.detail)
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            await self._workshop.close()

    async def take_over(self) -> int:
        """Do what processes that are believed dead left undone; return how many runs that were."""
        number = 0
        while (run := await self._runs.take_abandoned()) is not None:
            number += 1
            job = await self._jobs.stored(run["jobId"])
            kind = self._configuration.types.get(str(job.get("type"))) if job is not None else None
            if job is None or kind is None:
                await self._runs.fail(run, "", "the job or its type is gone")
                continue
            rule = kind.create if run["operation"] == "create" else kind.update
            context = await self._context(rule, run["request"], job, job, await self._creator(job))
            log.warning("actions of a job are taken over", job=run["jobId"], done=run["done"])
            try:
                await self._runs.carry_out(run, rule.actions, context)
            except BeamloreError as error:
                log.error("actions of a job that were taken over failed", job=run["jobId"], error=error.detail)
        return number

    # --- parts of these

    async def _context(
        self,
        rule: Rule,
        request: Mapping[str, Any],
        before: Mapping[str, Any] | None,
        job: Mapping[str, Any],
        readers: Sequence[Principal],
    ) -> Context:
        """Return what actions see: of each dataset what any of the readers may see.

        Of others the PID, and that they are not published: else they would be seen.
        """
        pids = pids_of(job) if rule.actions else []
        seen = await self._subjects.datasets(readers, pids)
        return Context(
            request, before, [seen.get(pid, {"pid": pid, "isPublished": False}) for pid in pids], self._environment
        )

    async def _creator(self, job: Mapping[str, Any]) -> Sequence[Principal]:
        """Return who created a job, with the groups of their latest login; without a record, with the job's group."""
        username = str(job.get("createdBy") or "")
        found = await self._subjects.person(username) if username else None
        if found is None and username and username == job.get("ownerUser") and job.get("ownerGroup"):
            found = Principal(subject=f"job:{job['_id']}", username=username, groups=frozenset({job["ownerGroup"]}))
        return [] if found is None else [found]

    def _run(
        self, rule: Rule, principal: Principal, job: Mapping[str, Any], operation: Operation, request: Mapping[str, Any]
    ) -> Document | None:
        acts = any(action.acts() for action in rule.actions)
        return self._runs.new(principal, job["_id"], operation, request) if acts else None

    async def _carry_out(self, rule: Rule, run: Document | None, context: Context, job: Document) -> None:
        if run is not None:
            await self._runs.carry_out(run, rule.actions, Context(context.request, job, context.datasets, context.env))


async def _check(rule: Rule, context: Context) -> None:
    for action in rule.actions:
        await action.check(context)


def _update(principal: Principal, job: Mapping[str, Any], body: Mapping[str, Any], *, merge: bool) -> dict[str, Any]:
    put: dict[str, Any] = {"updatedBy": principal.username, "updatedAt": datetime.now(UTC)}
    put |= {name: body[name] for name in ("statusCode", "statusMessage") if body.get(name) is not None}
    if "jobResultObject" in body:
        given = body["jobResultObject"]
        result = merged(job.get("jobResultObject"), given) if merge and given is not None else given
        if isinstance(result, Mapping) and result.get("executionTime"):
            # SciCat keeps it with the parameters.
            put["jobParams.executionTime"] = result["executionTime"]
            result = {name: value for name, value in result.items() if name != "executionTime"}
        if result is not None or merge:
            put["jobResultObject"] = result or {}
    return {"$set": put}
