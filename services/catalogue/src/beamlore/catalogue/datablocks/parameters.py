"""Parameters that the Datablock routes have in common."""

from typing import Annotated

from fastapi import Depends, Path

from beamlore.catalogue.datablocks.service import DatablockService
from beamlore.catalogue.noun import given

Datablocks = Annotated[DatablockService, Depends(given(DatablockService))]
Key = Annotated[str, Path(description="The block's identifier.")]
