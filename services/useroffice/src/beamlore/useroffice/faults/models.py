"""A fault, as it is asked for."""

from typing import Literal, Self

from pydantic import Field, model_validator

from beamlore.core import ApiModel


class Fault(ApiModel):
    """How the user office behaves."""

    mode: Literal["none", "slow", "down"] = Field(
        description="`slow`: every answer comes `delaySeconds` later. `down`: every answer is 503."
    )
    delay_seconds: float | None = Field(default=None, gt=0, le=3600, description="With `slow` only, and needed there.")
    for_seconds: float | None = Field(
        default=None, gt=0, le=86_400, description="After that all is well again; without it, when told so."
    )

    @model_validator(mode="after")
    def _fields_belong_to_the_mode(self) -> Self:
        if (self.mode == "slow") != (self.delay_seconds is not None):
            raise ValueError("delaySeconds belongs to the mode 'slow', and 'slow' needs it")
        if self.mode == "none" and self.for_seconds is not None:
            raise ValueError("forSeconds does not belong to the mode 'none'")
        return self
