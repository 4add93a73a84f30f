"""What the Datablock routes do beside what all blocks have in common."""

from beamlore.catalogue.database import Document, Query
from beamlore.catalogue.datablocks.vocabulary import DATABLOCKS
from beamlore.catalogue.filters import Listing, Style, parse_filter, to_mongo
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.block_rights import block_rights
from beamlore.catalogue.parts.blocks import BlockService
from beamlore.catalogue.parts.file_metadata import FileMetadataSchema
from beamlore.core import Principal

COLLECTION = "Datablock"


class DatablockService(BlockService):
    """Keeps Datablocks, and lists them."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        super().__init__(
            ground,
            COLLECTION,
            block_rights(ground.policy.unshared, settings, deleters_read=True),
            of_datasets=block_rights(ground.policy, settings),
        )
        self.metadata = FileMetadataSchema(settings.datafiles_metadata_schema)
        self._style = Style(DATABLOCKS, strict=False, limit=100, sort=(), most=settings.query_limit)

    def listing(self, text: str | None) -> Listing:
        """Return what a ``filter`` asks for."""
        return parse_filter(text, self._style)

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the blocks a listing asks for."""
        limits = listing.limits
        query = Query(to_mongo(listing.where), listing.projection, limits.sort, limits.skip, limits.limit)
        return await self._store.find(principal, query)

    async def count(self, principal: Principal, listing: Listing) -> int:
        """Return how many blocks a condition holds for."""
        return await self._store.count(principal, to_mongo(listing.where))
