"""How one service calls another: with its own token, and under the id of the request that it does it for."""

import httpx

from beamlore.core._current import HEADER, new_request_id, request_id
from beamlore.core._http_client import BoundedClient


def service_client(*, base_url: str, auth: httpx.Auth, timeout: float) -> httpx.AsyncClient:
    """Return a client for another service; each request carries the id of the one it is made for, or one of its own.

    Args:
        base_url: of the service.
        auth: puts the token in.
        timeout: for a request with its answer, in seconds.
    """
    return BoundedClient(seconds=timeout, base_url=base_url, auth=auth, event_hooks={"request": [_carry_id]})


async def _carry_id(request: httpx.Request) -> None:
    request.headers.setdefault(HEADER, request_id() or new_request_id())
