"""Our own ``/api/beamlore/v1/tokens``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.auth.parts import Users
from beamlore.catalogue.noun import given
from beamlore.catalogue.problems import problems
from beamlore.catalogue.servicetokens.models import MadeToken, NewToken, ServiceToken
from beamlore.catalogue.servicetokens.service import ServiceTokens, shown
from beamlore.catalogue.users.caller import Caller

router = APIRouter(prefix="/api/beamlore/v1/tokens", tags=["service tokens"], responses=problems(401, 403, 503))

Tokens = Annotated[ServiceTokens, Depends(given(ServiceTokens))]


@router.post(
    "",
    status_code=201,
    operation_id="makeServiceToken",
    summary="Make a service token",
    response_model=MadeToken,
    responses=problems(400, 409, 422),
)
async def make(wanted: NewToken, caller: Caller, tokens: Tokens, users: Users) -> Response:
    """Make a token for a program; what proves it is shown this once."""
    member = await users.directory.member(caller.subject)
    made, token = await tokens.make(caller, "" if member is None else member.external_id, wanted)
    return json_response(shown(made) | {"token": token}, 201, {"Cache-Control": "no-store"})


@router.get("", operation_id="listServiceTokens", summary="Service tokens", response_model=list[ServiceToken])
async def listed(caller: Caller, tokens: Tokens) -> Response:
    """List your tokens; everyone's, for administrators."""
    return json_response([shown(one) for one in await tokens.listed(caller)])


@router.delete(
    "/{id}",
    status_code=204,
    operation_id="revokeServiceToken",
    summary="Revoke a service token",
    responses=problems(404, 422),
)
async def revoke(id: Annotated[str, Path(max_length=64)], caller: Caller, tokens: Tokens, users: Users) -> Response:
    """Take a token no longer, from the next request on."""
    await tokens.revoke(caller, id)
    users.directory.forget()
    return Response(status_code=204)
