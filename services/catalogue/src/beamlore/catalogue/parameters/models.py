"""What the parameters' routes answer. Answers are built as plain JSON; these declare their shape."""

from typing import Any

from pydantic import Field

from beamlore.core import ApiModel


class ParameterRange(ApiModel):
    """The numbers a parameter takes in one unit."""

    unit: str | None = Field(default=None, description="As the datasets spell it; absent where they give none.")
    smallest: float
    largest: float
    count: int = Field(description="Datasets with a number in this unit.")


class ParameterValue(ApiModel):
    """A value of a parameter."""

    value: Any = Field(description="Text, a number or a flag, as sent.")
    unit: str | None = None
    count: int = Field(description="Datasets with this value.")


class ParameterValues(ApiModel):
    """What a metadata parameter takes among the datasets the caller may see and that match."""

    key: str
    count: int = Field(description="Datasets looked at that have the parameter.")
    complete: bool = Field(description="False where only the newest datasets were looked at, there being more.")
    ranges: list[ParameterRange] = Field(description="By unit, the most frequent first.")
    values: list[ParameterValue] = Field(description="The most frequent first, at most as many as asked for.")
