"""What a beamline records with its scans: chosen by its staff, kept by the configurator, read by the instrument."""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from beamlore.contract._limits import MAX_GROUP, MAX_NAME, MAX_SOURCE, MAX_UNIT

Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_NAME, pattern=r"^[^$.\x00][^.\x00]*$")]

_CONFIG = ConfigDict(
    extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
)


class MetadataEntry(BaseModel):
    """One thing to record: where it is read, and how it is called, grouped and shown."""

    model_config = _CONFIG

    key: Key = Field(description="Stable, machine-readable name, unique within the set.")
    source: str = Field(
        min_length=1,
        max_length=MAX_SOURCE,
        description="Where it is read: a Tango attribute `domain/family/member/attribute`.",
        examples=["sim/balder/mono/energy"],
    )
    name: str = Field(default="", max_length=MAX_NAME, description="Human name, shown to users.")
    group: str = Field(default="", max_length=MAX_GROUP, description="Heading it stands under, such as 'Optics'.")
    unit: str = Field(default="", max_length=MAX_UNIT, description="Unit; empty: as the source gives it.")
    value_map: dict[str, str] = Field(
        default_factory=dict,
        description="What to record instead of a raw value, by the raw value's text: {'4': 'insert', '5': 'extract'}.",
    )

    @field_validator("source")
    @classmethod
    def _source_is_an_attribute(cls, source: str) -> str:
        parts = source.split("/")
        if len(parts) != 4 or not all(parts):
            raise ValueError("must be a Tango attribute, domain/family/member/attribute")
        return source


class MetadataSet(BaseModel):
    """A named choice of entries."""

    model_config = _CONFIG

    name: str = Field(min_length=1, max_length=128)
    description: str = Field(default="", max_length=2048)
    entries: list[MetadataEntry] = Field(default_factory=list, max_length=2000)

    @model_validator(mode="after")
    def _keys_are_unique(self) -> "MetadataSet":
        seen: set[str] = set()
        for entry in self.entries:
            if entry.key in seen:
                raise ValueError(f"the key {entry.key!r} stands twice; keys are unique within a set")
            seen.add(entry.key)
        return self


class ActiveConfiguration(BaseModel):
    """What a beamline records now: the active set in its newest version."""

    model_config = _CONFIG

    beamline: str
    metadata_set: MetadataSet
    version: int = Field(ge=1)
    changed_at: datetime
    changed_by: str


def apply_value_map(entry: MetadataEntry, value: object) -> object:
    """Return what to record for a raw value: the mapped text where the entry maps it, else the value itself.

    Integral floats match their integer's text: 4.0 is mapped as ``"4"``.
    """
    if not entry.value_map:
        return value
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = str(value)
    return entry.value_map.get(text, value)
