"""Who asks for something of a user's: they, as the catalogue's own records call them."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends

from beamlore.catalogue.noun import given
from beamlore.catalogue.users.collections import object_id
from beamlore.catalogue.users.service import UserService
from beamlore.core import CurrentPrincipal, Principal


async def _caller(principal: CurrentPrincipal, users: Annotated[UserService, Depends(given(UserService))]) -> Principal:
    """Return the principal under the identifier of their record, which is made where there is none yet."""
    if object_id(principal.subject) is not None:
        return principal
    return replace(principal, subject=str((await users.people.known(principal))["_id"]))


Caller = Annotated[Principal, Depends(_caller)]
