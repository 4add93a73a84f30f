"""A person, as the user office gives it out."""

from pydantic import Field

from beamlore.core import ApiModel


class Person(ApiModel):
    """A person known to the user office."""

    username: str = Field(
        min_length=1, max_length=128, description="Log-in name: the token's `preferred_username`.", examples=["ada"]
    )
    name: str = Field(min_length=1, max_length=256, description="Full name, as it is to be shown.")
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=256)
    orcid: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$",
        description="ORCID iD, in its form with hyphens (ISO 27729).",
    )
    affiliation: str | None = Field(default=None, max_length=512, description="The person's home institution.")
