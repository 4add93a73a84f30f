"""The way of published data: private, public, registered with a DOI, amended.

| from | by | to |
| --- | --- | --- |
| private | publish | public |
| private, public, amended | register | registered |
| registered | amend | amended |

What is published and its datasets become public in one transaction; a DOI is registered before it, and again harmlessly
where that transaction then fails. Source: SciCat's v4 routes of published data.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.database import Change, Document
from beamlore.catalogue.keys import as_sent, storable
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.publisheddata.conversion import as_v3, as_v4
from beamlore.catalogue.publisheddata.datacite import Provider
from beamlore.catalogue.publisheddata.datasets import PublishedDatasets
from beamlore.catalogue.publisheddata.models import AMENDED, PRIVATE, PUBLIC, REGISTERED
from beamlore.catalogue.publisheddata.schema import MetadataSchema, Published
from beamlore.catalogue.publisheddata.service import COLLECTION, PublishedDataService
from beamlore.core import BadRequestError, ConflictError, ForbiddenError, Principal


class PublishingService:
    """Publishes, registers, amends and resynchronises."""

    def __init__(self, ground: Ground) -> None:
        self._data = PublishedDataService(ground)
        self._datasets = PublishedDatasets(ground)
        self._collection = ground.database[COLLECTION]
        self._transactions = ground.transactions
        self._provider = Provider(ground.settings)
        settings = ground.settings
        self._schema = MetadataSchema(settings.published_data_config_file, settings.ajv_custom_definitions_file)

    @property
    def config(self) -> Mapping[str, Any]:
        """The metadata's schema, and the form for it."""
        return self._schema.config

    async def suggested(self, principal: Principal, pids: Sequence[str]) -> dict[str, Any]:
        """Return the metadata that the schema's defaults make for datasets."""
        return self._schema.completed({}, await self._published(principal, pids))

    async def publish(self, principal: Principal, doi: str) -> Document:
        """Make private published data and their datasets public.

        Raises:
            NotFoundError: there are none, or none the principal may see, or a dataset is not there.
            ForbiddenError: they are another's, or one of the datasets the principal may not change.
            BadRequestError: they are not private, or their metadata are not what they must be.
        """
        before = await self._data.get(principal, doi)
        if before.get("status") != PRIVATE:
            raise BadRequestError(f"Published data can only be published if it is in {PRIVATE} state.")
        metadata = await self._checked(principal, before)
        await self._datasets.check_may_publish(principal, _pids(before))
        return await self._moved(principal, before, {"status": PUBLIC, "metadata": metadata}, None)

    async def register(self, principal: Principal, doi: str) -> Document:
        """Register the DOI of published data, and make them and their datasets public.

        Raises:
            NotFoundError: there are none, or none the principal may change, or a dataset is not there.
            ForbiddenError: one of the datasets the principal may not change.
            BadRequestError: they are registered already, or their metadata are not what they must be.
            RegistrationError: the provider did not take it; nothing has changed.
        """
        before = await self._data.own(principal, doi)
        if before.get("status") == REGISTERED:
            raise BadRequestError(f"Published data with id {doi} is already registered.")
        metadata = await self._checked(principal, before)
        await self._datasets.check_may_publish(principal, _pids(before))
        await self._provider.register({**as_v4(dict(before)), "metadata": as_sent(metadata)})
        now = datetime.now(UTC)
        return await self._moved(
            principal, before, {"status": REGISTERED, "registeredTime": now, "metadata": metadata}, now
        )

    async def register_v3(self, principal: Principal, doi: str) -> str | None:
        """Register the DOI of published data as v3 does; return the provider's answer, ``None`` without one.

        Raises:
            NotFoundError: there are none, or none the principal may change, or a dataset is not there.
            ForbiddenError: one of the datasets the principal may not change.
            RegistrationError: the provider did not take it; nothing has changed.
        """
        before = await self._data.own(principal, doi)
        await self._datasets.check_may_publish(principal, _pids(before))
        answer = await self._provider.register_v3(as_v4(dict(before)), as_v3(dict(before)))
        now = datetime.now(UTC)
        await self._moved(principal, before, {"status": REGISTERED, "registeredTime": now}, now)
        return answer

    async def amend(self, principal: Principal, doi: str) -> Document:
        """Say that registered published data are amended.

        Raises:
            ForbiddenError: the principal is no administrator.
            NotFoundError: there are none.
            BadRequestError: they are not registered.
        """
        if not self._data.rights.is_admin(principal):
            raise ForbiddenError("Only admin users can amend published data.")
        before = await self._data.own(principal, doi)
        if before.get("status") != REGISTERED:
            raise BadRequestError(f"Published data can only be amended if it is in {REGISTERED} state.")
        return await self._data.change(principal, before, {"status": AMENDED})

    async def resync(self, principal: Principal, before: Document, fields: Mapping[str, Any]) -> Any:
        """Change published data, and tell the OAI provider first; return its answer.

        Raises:
            RegistrationError: the provider did not take it; nothing has changed.
            ConflictError: others changed them meanwhile.
        """
        answer = await self._provider.resync(before["doi"], as_v4({**before, **fields}))
        await self._data.change(principal, before, fields)
        return answer

    async def _checked(self, principal: Principal, document: Document) -> dict[str, Any]:
        """Return the metadata of published data, with defaults, as they are stored.

        Raises:
            BadRequestError: they are not what the facility's schema asks for.
        """
        published = await self._published(principal, _pids(document))
        metadata = self._schema.completed(as_sent(document.get("metadata") or {}), published)
        self._schema.check(metadata)
        stored: dict[str, Any] = storable("metadata", metadata)
        return stored

    async def _published(self, principal: Principal, pids: Sequence[str]) -> Published:
        return Published((await self._datasets.totals(principal, pids))["sizeOfArchive"])

    async def _moved(
        self, principal: Principal, before: Document, fields: Mapping[str, Any], registered: datetime | None
    ) -> Document:
        """Put published data into another state, and make their datasets public, in one transaction."""
        pids = _pids(before)
        totals = await self._datasets.totals(principal, pids)

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            published = await self._datasets.publish(session, principal, pids, registered)
            same = {"_id": before["_id"], "status": before.get("status"), "updatedAt": before.get("updatedAt")}
            after = await self._collection.find_one_and_update(
                self._data.changeable(principal, same),
                {
                    "$set": {**fields, **totals, "updatedBy": principal.username},
                    "$currentDate": {"updatedAt": True},
                },
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            if after is None:
                raise ConflictError(f"Published data with id {before['doi']} were changed meanwhile; try again.")
            return [*published, Change(COLLECTION, "change", principal, before, after)]

        *published, moved = await self._transactions.run(work)
        await self._datasets.note([change.after for change in published if change.after is not None])
        return moved.after or {}


def _pids(document: Mapping[str, Any]) -> list[str]:
    pids = document.get("datasetPids")
    return list(pids) if isinstance(pids, list) else []
