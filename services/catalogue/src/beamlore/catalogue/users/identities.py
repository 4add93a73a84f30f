"""SciCat's ``/api/v3/useridentities``: who a user is to their identity provider."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.auth.parts import Users
from beamlore.catalogue.datasets.input import FilterParameter
from beamlore.catalogue.filters import FilterError, parse_filter
from beamlore.catalogue.filters.grammar import Compare, Condition
from beamlore.catalogue.refusals import refusals
from beamlore.catalogue.users.caller import Caller
from beamlore.catalogue.users.models import ReturnedIdentity
from beamlore.catalogue.users.routes import identity_shown
from beamlore.catalogue.users.vocabulary import IDENTITIES
from beamlore.core import ForbiddenError

router = APIRouter(
    prefix="/api/v3/useridentities", tags=["user identities"], responses=refusals(400, 401, 403, 404, 503)
)
FilterHeader = Annotated[str | None, Header(alias="filter", description="The same; it goes before the parameter.")]


@router.get("/findOne", operation_id="UserIdentitiesController_findOne_v3", response_model=ReturnedIdentity)
async def find_one(
    caller: Caller, users: Users, filter: FilterParameter = None, in_header: FilterHeader = None
) -> Response:
    """Return the first identity that matches; of others, administrators only find any."""
    where = parse_filter(in_header or filter, IDENTITIES).where
    return json_response(identity_shown(await users.find_identity(caller, where)))


@router.get("/isValidEmail", operation_id="UserIdentitiesController_isValidEmail_v3", response_model=bool)
async def is_valid_email(
    caller: Caller, users: Users, filter: FilterParameter = None, in_header: FilterHeader = None
) -> Response:
    """Tell an administrator whether an address is a user's; a filter may be given in its place."""
    if not caller.is_admin:
        raise ForbiddenError("Forbidden resource")
    return json_response(await users.is_there(caller, _condition(in_header or filter or "")))


def _condition(given: str) -> Condition:
    try:
        return parse_filter(given, IDENTITIES).where
    except FilterError:
        if given.lstrip().startswith("{"):
            raise
        return Compare("profile.email", "$eq", given.strip().strip('"'))
