"""Showing jobs: one, listed, searched, counted, with their datasets, and what was done for them."""

from typing import Any

from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.filters import Style, parse_facets, parse_fullquery_fields, to_mongo
from beamlore.catalogue.filters.facets import facet_stages
from beamlore.catalogue.filters.listing import decode, parse_limits
from beamlore.catalogue.hiding import AbsentError, UnseenError
from beamlore.catalogue.jobs.listing import JobListing
from beamlore.catalogue.jobs.parameters import picked, pids_of
from beamlore.catalogue.jobs.runs import Runs
from beamlore.catalogue.jobs.store import JobStore
from beamlore.catalogue.jobs.subjects import Subjects
from beamlore.catalogue.jobs.vocabulary import FORMER_JOBS, JOBS
from beamlore.core import NotFoundError, Principal

_LIMIT = 100
_FIRST = (("createdAt", 1), ("_id", 1))
_HIDDEN = {"beamlore": 0}


class JobReader:
    """Shows jobs to those who may see them."""

    def __init__(self, jobs: JobStore, subjects: Subjects, runs: Runs, most: int) -> None:
        self._jobs = jobs
        self._subjects = subjects
        self._runs = runs
        self.former = Style(FORMER_JOBS, strict=False, limit=_LIMIT, sort=_FIRST, most=most)
        self.current = Style(JOBS, strict=True, limit=_LIMIT, sort=_FIRST, most=most)

    async def get(self, principal: Principal, job_id: str, listing: JobListing | None = None) -> Document:
        """Return a job, with what a filter says.

        Raises:
            BadRequestError: there is none.
            ForbiddenError: the principal may not see it.
        """
        projection = _HIDDEN if listing is None else listing.projection
        found = await self._jobs.find_one(principal, Query({"_id": job_id}, projection=projection))
        if found is None:
            if await self._jobs.stored(job_id) is None:
                raise AbsentError("Invalid job id.")
            raise UnseenError("Unauthorized to get this job.")
        return found if listing is None else (await self._complete(principal, [found], listing))[0]

    async def find(self, principal: Principal, listing: JobListing) -> list[Document]:
        """Return what a filter asks for."""
        limits = listing.limits
        query = Query(
            to_mongo(listing.where), listing.projection, sort=limits.sort, skip=limits.skip, limit=limits.limit
        )
        return await self._complete(principal, await self._jobs.find(principal, query), listing)

    async def search(self, principal: Principal, fields: str | None, limits: str | None) -> list[Document]:
        """Return the jobs that v3's fullquery asks for."""
        read = parse_limits(decode(limits, "limits"), "limits", self.former)
        where = to_mongo(parse_fullquery_fields(fields, FORMER_JOBS))
        query = Query(where, _HIDDEN, sort=read.sort, skip=read.skip, limit=read.limit)
        return await self._jobs.find(principal, query)

    async def facets(
        self, principal: Principal, fields: str | None, facets: str | None, style: Style
    ) -> list[dict[str, Any]]:
        """Return how many jobs there are for each value of some fields."""
        return await self._jobs.aggregate(
            principal,
            to_mongo(parse_fullquery_fields(fields, style.vocabulary)),
            facet_stages(parse_facets(facets, style.vocabulary)),
        )

    async def datasets(self, principal: Principal, job_id: str, listing: JobListing) -> list[Document]:
        """Return the datasets of a job that the principal may see, as ``listing`` includes them.

        Raises:
            BadRequestError: there is no such job.
            ForbiddenError: the principal may not see it.
        """
        job = await self.get(principal, job_id, listing)
        found: list[Document] = job.get(listing.include or "datasets") or []
        return found

    async def history(self, principal: Principal, job_id: str) -> list[Document]:
        """Return what was done for a job, and what failed.

        Raises:
            NotFoundError: there is no such job, or none that the principal may see.
        """
        if not await self._jobs.may_read(principal, job_id):
            raise NotFoundError("there is no such job, or none that you may see")
        return await self._runs.of_job(job_id)

    async def _complete(self, principal: Principal, jobs: list[Document], listing: JobListing) -> list[Document]:
        if listing.include is not None:
            pids = {pid for job in jobs for pid in pids_of(job)}
            details = listing.include == "datasetDetails"
            datasets = await self._subjects.included(principal, pids, details=details) if pids else {}
            for job in jobs:
                job[listing.include] = [datasets[pid] for pid in pids_of(job) if pid in datasets]
        return jobs if listing.shown is None else [picked(job, listing.shown) for job in jobs]
