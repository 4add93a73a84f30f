"""Liveness and readiness: alive is the process; ready is that it can do its job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from beamlore.core._ending import Ending
from beamlore.core._measures import component_ready

log = structlog.get_logger(__name__)

Need: TypeAlias = Literal["always", "once", "never"]
"""Whether a service is ready only while a component is well, once it has been well, or however it is."""


@dataclass(frozen=True)
class _Component:
    ok: bool
    detail: str
    counts: bool
    """Whether the service is ready only where this is well."""


class Health:
    """What a service depends on and how each part is, as the service itself last found it."""

    def __init__(self, needs: Mapping[str, Need] | None = None) -> None:
        """Begin with nothing known.

        Args:
            needs: what readiness makes of a component; ``always`` where it is not named.
        """
        self._needs = dict(needs or {})
        self._components: dict[str, _Component] = {}
        self.ending = Ending()

    def set(self, component: str, ok: bool, detail: str = "") -> None:
        """Say how a component is; ``detail`` is shown to operators."""
        need = self._needs.get(component, "always")
        known = self._components.get(component)
        was_well = known is not None and not known.counts
        counts = need == "always" or (need == "once" and not ok and not was_well)
        self._components[component] = _Component(ok, detail, counts)
        if known is not None and known.ok and not ok:
            log.warning("away", component=component, detail=detail)
        elif known is not None and ok and not known.ok:
            log.info("back", component=component)
        component_ready.labels(component).set(ok)

    @property
    def ready(self) -> bool:
        """Whether the service can do its job, and has not been told to end."""
        return not self.ending.signalled and all(one.ok for one in self._components.values() if one.counts)

    def routes(self) -> APIRouter:
        """Return ``/health/live`` and ``/health/ready``."""
        router = APIRouter(prefix="/health", include_in_schema=False)

        @router.get("/live")
        async def live() -> dict[str, str]:
            return {"status": "alive"}

        @router.get("/ready")
        async def ready() -> JSONResponse:
            is_ready = self.ready
            body = {
                "status": "ending" if self.ending.signalled else "ready" if is_ready else "not ready",
                "components": {
                    name: {"ok": one.ok, "detail": one.detail} for name, one in sorted(self._components.items())
                },
            }
            return JSONResponse(body, status_code=200 if is_ready else 503)

        return router
