"""Who the caller is, as the catalogue understands their token."""

from fastapi import APIRouter, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.problems import problems
from beamlore.core import ApiModel, CurrentPrincipal

router = APIRouter(prefix="/api/beamlore/v1", tags=["identity"], responses=problems(401))


class Me(ApiModel):
    """The caller."""

    username: str
    name: str
    email: str | None = None
    groups: list[str]
    staff_of: list[str]
    is_admin: bool


@router.get("/me", operation_id="getMe", summary="The caller", response_model=Me)
async def me(principal: CurrentPrincipal) -> Response:
    """Return the caller's name and groups."""
    answer = {
        "username": principal.username,
        "name": principal.name,
        "groups": sorted(principal.groups),
        "staffOf": sorted(principal.staff_of()),
        "isAdmin": principal.is_admin,
    }
    if principal.email:
        answer["email"] = principal.email
    return json_response(answer)
