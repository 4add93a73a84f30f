"""The base of what goes over our own REST routes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel


class ApiModel(BaseModel):
    """camelCase in JSON, snake_case in Python; unknown fields are refused, so that a typing error is not lost."""

    model_config = ConfigDict(
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _few_unknown(cls, value: Any) -> Any:
        """Refuse what is mostly unknown at once: to tell of each of a million unknown fields takes seconds."""
        if isinstance(value, Mapping) and len(value) > len(cls.model_fields) * 2 + _MOST_UNKNOWN:
            raise ValueError(f"there are {len(value)} fields, of which most are unknown")
        return value


_MOST_UNKNOWN = 20
