"""SciCat's ``/api/v3/runtime-config``, ``/api/v3/admin`` and ``/api/v3/health``."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict
from pymongo.errors import PyMongoError

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import validated
from beamlore.catalogue.noun import given
from beamlore.catalogue.parts.bodies import body_of, read_object
from beamlore.catalogue.refusals import refusals
from beamlore.catalogue.runtimeconfig.service import RuntimeConfigService
from beamlore.core import OptionalPrincipal

router = APIRouter(prefix="/api/v3", tags=["runtime configurations"], responses=refusals(400, 401, 403, 404, 413, 503))

Configs = Annotated[RuntimeConfigService, Depends(given(RuntimeConfigService))]
Name = Annotated[str, Path(description="Such as `frontendConfig` or `frontendTheme`.", max_length=256)]
_PING_SECONDS = 5


class Config(BaseModel):
    """A configuration, and who wrote it."""

    model_config = ConfigDict(extra="allow")

    cid: str
    data: dict[str, Any]
    updatedBy: str  # noqa: N815 - SciCat's name
    createdBy: str  # noqa: N815 - SciCat's name
    createdAt: datetime  # noqa: N815 - SciCat's name
    updatedAt: datetime  # noqa: N815 - SciCat's name


class NewConfig(BaseModel):
    """What shall stand in its place."""

    model_config = ConfigDict(extra="ignore")

    data: dict[str, Any]


class State(BaseModel):
    """Whether the catalogue and what it needs are well."""

    status: str
    info: dict[str, dict[str, str]]
    error: dict[str, dict[str, str]]
    details: dict[str, dict[str, str]]


@router.get("/runtime-config/{id}", operation_id="RuntimeConfigController_getConfig_v3", response_model=Config)
async def find(id: Name, principal: OptionalPrincipal, configs: Configs) -> Response:
    """Return a configuration."""
    return json_response(await configs.find(principal, id))


@router.put(
    "/runtime-config/{id}",
    operation_id="RuntimeConfigController_updateConfig_v3",
    response_model=Config,
    openapi_extra=body_of(NewConfig),
)
async def change(id: Name, request: Request, principal: OptionalPrincipal, configs: Configs) -> Response:
    """Change a configuration, as an administrator."""
    new = validated(NewConfig, await read_object(request))
    return json_response(await configs.change(principal, id, new["data"]))


@router.get("/admin/config", operation_id="AdminController_getConfig_v3", tags=["admin"])
async def frontend_config(principal: OptionalPrincipal, configs: Configs) -> Response:
    """Return the frontend's configuration."""
    return json_response((await configs.find(principal, "frontendConfig"))["data"])


@router.get("/admin/theme", operation_id="AdminController_getTheme_v3", tags=["admin"])
async def frontend_theme(principal: OptionalPrincipal, configs: Configs) -> Response:
    """Return the frontend's theme."""
    return json_response((await configs.find(principal, "frontendTheme"))["data"])


@router.get(
    "/health",
    operation_id="HealthController_check_v3",
    tags=["health"],
    response_model=State,
    responses={503: {"model": State, "description": "The database does not answer."}},
)
async def health(request: Request) -> Response:
    """Tell whether the database answers."""
    try:
        async with asyncio.timeout(_PING_SECONDS):
            await request.app.state.catalogue.database.command("ping")
    except (PyMongoError, TimeoutError):
        down = {"mongodb": {"status": "down", "message": "the database does not answer"}}
        return json_response({"status": "error", "info": {}, "error": down, "details": down}, 503)
    up = {"mongodb": {"status": "up"}}
    return json_response({"status": "ok", "info": up, "error": {}, "details": up})
