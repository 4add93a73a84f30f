"""Metadata keys as a noun of the catalogue."""

from pymongo import IndexModel

from beamlore.catalogue.metadatakeys import routes
from beamlore.catalogue.metadatakeys.keeper import COLLECTION
from beamlore.catalogue.metadatakeys.service import MetadataKeyService
from beamlore.catalogue.noun import Noun


async def _keep(service: MetadataKeyService) -> None:
    await service.keeper.run()


METADATA_KEYS = Noun(
    routers=(routes.router,),
    build=MetadataKeyService,
    indexes={COLLECTION: [IndexModel([("sourceType", 1), ("key", 1)], name="beamlore_key")]},
    work=_keep,
)
