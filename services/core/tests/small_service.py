"""A service of its own process, for the tests of how one ends: `small_service.py PORT DRAIN STOP`."""

import asyncio
import sys

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from beamlore.core import Health, HttpSettings, create_app, serve

router = APIRouter()
health = Health()


@router.get("/quick")
async def quick() -> str:
    return "done"


@router.get("/slow")
async def slow(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


@router.get("/stream")
async def stream() -> StreamingResponse:
    async def parts():
        yield b"begun"
        await health.ending.last_call.wait()
        yield b"ended"

    return StreamingResponse(parts())


port, drain, stop = sys.argv[1:]
settings = HttpSettings(http_port=int(port), drain_seconds=float(drain), stop_seconds=int(stop))
app = create_app(title="Small", prefix="/small", version="1", settings=settings, routers=[router], health=health)
serve(app, settings)
