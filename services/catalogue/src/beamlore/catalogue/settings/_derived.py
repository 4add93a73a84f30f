"""Derived data: facets, counts, search."""

from pydantic import Field
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, Listed


class DerivedSettings(BaseSettings):
    """How counts, facets and searches are kept ready."""

    searchable_metadata: Listed = Field(
        default=(),
        description="Keys of scientific metadata that conditions find by an index, with commas between them; `*` "
        "stands for any characters. Others are looked for in the documents. Changing it derives everything again.",
    )
    derived_from: int = Field(
        default=2_000,
        ge=0,
        description="A catalogue with fewer datasets is answered by its documents, except for words.",
    )
    derived_alone: Flag = Field(
        default=False,
        description="Whether nothing but Beamlore writes to the collections: counts, facets and searches stay fast "
        "while changes made by others could not be known.",
    )
    derived_reconcile_seconds: float = Field(
        default=5, ge=0, description="Pause between two ranges of datasets that are compared with what is derived."
    )
