"""Liveness and readiness: alive is the process; ready is that it can do its job."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse


@dataclass(frozen=True)
class _Component:
    ok: bool
    detail: str


class Health:
    """What a service depends on and how each part is, as the service itself last found it."""

    def __init__(self) -> None:
        self._components: dict[str, _Component] = {}

    def set(self, component: str, ok: bool, detail: str = "") -> None:
        """Say how a component is; ``detail`` is shown to operators."""
        self._components[component] = _Component(ok, detail)

    @property
    def ready(self) -> bool:
        """Whether every component is well."""
        return all(component.ok for component in self._components.values())

    def routes(self) -> APIRouter:
        """Return ``/health/live`` and ``/health/ready``."""
        router = APIRouter(prefix="/health", include_in_schema=False)

        @router.get("/live")
        async def live() -> dict[str, str]:
            return {"status": "alive"}

        @router.get("/ready")
        async def ready() -> JSONResponse:
            body = {
                "status": "ready" if self.ready else "not ready",
                "components": {
                    name: {"ok": component.ok, "detail": component.detail}
                    for name, component in sorted(self._components.items())
                },
            }
            return JSONResponse(body, status_code=200 if self.ready else 503)

        return router
