"""What the instrument routes take: SciCat's OpenAPI, ``CreateInstrumentDto`` and ``PartialUpdateInstrumentDto``.

Unknown properties are refused, as SciCat does.
"""

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.datasets.models import JsonObject, Required


class ChangeInstrument(BaseModel):
    """Changes of an instrument; its PID and unique name stay."""

    model_config = ConfigDict(extra="forbid")

    name: Required = Field(default="")
    customMetadata: JsonObject = Field(default={})  # noqa: N815 - SciCat's names


class CreateInstrument(ChangeInstrument):
    """A new instrument; without a PID it is given one."""

    pid: Required | None = None
    uniqueName: Required  # noqa: N815
    name: Required
