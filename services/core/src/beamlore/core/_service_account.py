"""The token with which one service calls another (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator

import httpx

from beamlore.core._errors import UnavailableError
from beamlore.core._measures import service_token_failures
from beamlore.core._settings import ClientSettings, OidcSettings

_RENEW_BEFORE_SECONDS = 30


class ServiceAccountAuth(httpx.Auth):
    """Adds the service's bearer token to requests; renews it before it expires, and once when it is refused."""

    def __init__(self, oidc: OidcSettings, client: ClientSettings) -> None:
        self._token_url = f"{oidc.oidc_base}/protocol/openid-connect/token"
        self._client = client
        self._token: str | None = None
        self._expires_at = 0.0
        self._lock = asyncio.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Refuse: services are asynchronous throughout."""
        raise RuntimeError("use an httpx.AsyncClient with ServiceAccountAuth")

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with the token.

        Raises:
            UnavailableError: the identity provider gives no token.
        """
        used = await self._current(refused=None)
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {await self._current(refused=used)}"
            yield request

    async def _current(self, refused: str | None) -> str:
        async with self._lock:
            if self._token is None or self._token == refused or time.monotonic() > self._expires_at:
                self._token, lifetime = await self._fetch()
                self._expires_at = time.monotonic() + max(lifetime - _RENEW_BEFORE_SECONDS, lifetime / 2)
            return self._token

    async def _fetch(self) -> tuple[str, float]:
        secret = self._client.client_secret.get_secret_value()
        try:
            async with httpx.AsyncClient(timeout=10) as http:
                answer = await http.post(
                    self._token_url,
                    data={"grant_type": "client_credentials"},
                    auth=(self._client.client_id, secret),
                )
                answer.raise_for_status()
        except httpx.HTTPError as error:
            service_token_failures.inc()
            raise UnavailableError(
                f"the identity provider gives no token for the client {self._client.client_id!r}: {error}"
            ) from error
        body = answer.json()
        return str(body["access_token"]), float(body.get("expires_in", 60))
