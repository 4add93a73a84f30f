"""What goes over the routes of service tokens."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from beamlore.catalogue.servicetokens.scopes import SCOPES
from beamlore.core import ApiModel

Scope = Annotated[Literal[SCOPES], Field(description="An area and `read` or `write`; `*` is every area.")]  # type: ignore[valid-type]


class NewToken(ApiModel):
    """What a token shall be for."""

    name: str = Field(min_length=1, max_length=200, description="What it is used by, for those who look at the list.")
    scopes: list[Scope] = Field(min_length=1, max_length=len(SCOPES))
    groups: list[Annotated[str, Field(min_length=1, max_length=256)]] | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="Only these of your groups; without it, all you are in whenever it is used.",
    )
    expires_in_days: int = Field(default=90, ge=1, le=36_500, description="At most what the facility allows.")


class ServiceToken(ApiModel):
    """A token as it is listed: what it is for, not what proves it."""

    id: str
    name: str
    owner: str
    scopes: list[str]
    groups: list[str] | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class MadeToken(ServiceToken):
    """A token that was just made; what proves it is shown this once."""

    token: str = Field(description="Send it as `Authorization: Bearer …`. It cannot be had again.")
