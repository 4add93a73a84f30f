"""What the sample routes do."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from beamlore.catalogue.attachments.service import AttachmentService
from beamlore.catalogue.attachments.target import Target
from beamlore.catalogue.attachments.target import as_v3 as attachment_as_v3
from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.datasets.conversion import as_v3 as dataset_as_v3
from beamlore.catalogue.datasets.conversion import without_si
from beamlore.catalogue.filters import OLDEST_FIRST, Listing, Style, parse_filter, parse_fullquery_fields, to_mongo
from beamlore.catalogue.filters.listing import decode, parse_limits
from beamlore.catalogue.keys import storable
from beamlore.catalogue.linked import LinkedDatasets
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.records import HIDDEN, Records, stamps
from beamlore.catalogue.samples.keys import characteristic_keys
from beamlore.catalogue.samples.rights import sample_attachment_rights, sample_rights
from beamlore.catalogue.samples.vocabulary import SAMPLES
from beamlore.core import ConflictError, ForbiddenError, Principal

COLLECTION = "Sample"


class SampleService:
    """Keeps samples."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        self.rights = sample_rights(ground.policy, settings)
        self.attachment_rights = sample_attachment_rights(ground.policy, settings)
        self._records = Records(ground, COLLECTION, self.rights, "Sample", "sampleId")
        self._datasets = LinkedDatasets(ground, "sampleIds")
        self._attachments = AttachmentService(ground)
        self._style = Style(SAMPLES, strict=False, limit=100, sort=OLDEST_FIRST, most=settings.query_limit)
        self._keys_at_most = settings.metadata_keys_return_limit
        self._samples_at_most = settings.metadata_parent_instances_return_limit

    def listing(self, text: str | None) -> Listing:
        """Return what a ``filter`` asks for."""
        return parse_filter(text, self._style)

    def fullquery_listing(self, fields: str | None, limits: str | None) -> Listing:
        """Return what ``fullquery`` asks for."""
        return Listing(
            where=parse_fullquery_fields(fields, SAMPLES),
            projection=dict(HIDDEN),
            limits=parse_limits(decode(limits, "limits"), "limits", self._style),
        )

    async def create(self, principal: Principal, fields: Mapping[str, Any]) -> Document:
        """Create a sample (``CreateSample``) and return it.

        Raises:
            ForbiddenError: the principal may not, in this group's name.
            ConflictError: there is one with its identifier.
        """
        if not self.rights.may_create(principal, fields):
            raise ForbiddenError("Unauthorized to create this sample")
        sample = fields.get("sampleId") or str(uuid.uuid4())
        if await self._records.taken(sample):
            raise ConflictError(f"Sample with {sample} already exists")
        return await self._records.store.create(
            principal,
            {
                "_id": sample,
                "accessGroups": [],
                "isPublished": False,
                "sampleCharacteristics": {},
                **_stored(fields),
                "sampleId": sample,
                **stamps(principal),
            },
        )

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the samples a listing asks for, of those the principal may see."""
        return await self._records.listed(principal, listing)

    async def first(self, principal: Principal, listing: Listing) -> Document | None:
        """Return the first sample a listing asks for, with what it includes, as far as the principal may see that."""
        found = await self._records.listed(principal, replace(listing, limits=replace(listing.limits, limit=1)))
        if not found:
            return None
        sample = found[0]
        if "datasets" in listing.include:
            datasets = await self._datasets.of(principal, sample["_id"])
            sample["datasets"] = [dataset_as_v3(one) for one in datasets]
        if "attachments" in listing.include:
            attached = await self._attachments.of(principal, Target("sample", sample["_id"]))
            sample["attachments"] = [attachment_as_v3(one) for one in attached]
        return sample

    async def count(self, principal: Principal, fields: str | None) -> int:
        """Return how many samples there are; ``fields`` as ``fullquery`` has them."""
        return await self._records.store.count(principal, to_mongo(parse_fullquery_fields(fields, SAMPLES)))

    async def keys(self, principal: Principal, fields: str | None, limits: str | None) -> list[str]:
        """Return the keys of the samples' characteristics, nested ones with dots between.

        Args:
            principal: who asks.
            fields: as ``fullquery`` has them; ``metadataKey`` is what the keys contain, in any case.
            limits: of how many samples.
        """
        wanted = decode(fields, "fields")
        part = ""
        if isinstance(wanted, dict) and isinstance(wanted.get("metadataKey"), str):
            part = wanted["metadataKey"]
            wanted = {name: value for name, value in wanted.items() if name != "metadataKey"}
        looked_for = parse_limits(decode(limits, "limits"), "limits", self._style)
        most = min(looked_for.limit, self._samples_at_most or looked_for.limit)
        found = await self._records.store.find(
            principal,
            Query(
                to_mongo(parse_fullquery_fields(orjson.dumps(wanted).decode(), SAMPLES)),
                projection={"sampleCharacteristics": 1},
                sort=looked_for.sort,
                skip=looked_for.skip,
                limit=most,
            ),
        )
        return characteristic_keys((one.get("sampleCharacteristics") for one in found), part)[: self._keys_at_most]

    async def get(self, principal: Principal, sample: str) -> Document:
        """Return a sample.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        return await self._records.get(principal, sample)

    async def may_read(self, principal: Principal, sample: str) -> bool:
        """Return whether there is such a sample that the principal may see."""
        return await self._records.may_read(principal, sample)

    async def change(
        self, principal: Principal, sample: str, fields: Mapping[str, Any], if_unmodified_since: str | None
    ) -> Document:
        """Change a sample (``ChangeSample``) and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
            PreconditionFailedError: it was changed since.
        """
        return await self._records.change(principal, sample, _stored(fields), if_unmodified_since)

    async def delete(self, principal: Principal, sample: str) -> Document:
        """Delete a sample and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not.
        """
        return await self._records.delete(principal, sample)

    async def datasets_of(self, principal: Principal, sample: str) -> list[Document]:
        """Return a sample's datasets that the principal may see, in the order of their creation.

        Raises:
            NotFoundError: there is no such sample.
            ForbiddenError: the principal may not see the sample.
        """
        await self.get(principal, sample)
        return await self._datasets.of(principal, sample)

    async def target(self, sample: str, predicate: Mapping[str, Any]) -> tuple[Target, Document]:
        """Return a sample as what attachments hang on, and its document.

        Args:
            sample: which.
            predicate: of ``attachment_rights``: what the caller is about to do.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the caller may not.
        """
        return Target("sample", sample), await self._records.allowed(sample, predicate)


def _stored(fields: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(fields)
    if "sampleCharacteristics" in stored:
        stored["sampleCharacteristics"] = storable("sampleCharacteristics", without_si(stored["sampleCharacteristics"]))
    return stored
