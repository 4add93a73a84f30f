"""The keys with which an issuer signs its tokens; kept while it is away, also over a restart."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pymongo import WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.core._errors import UnavailableError
from beamlore.core._http_client import BoundedClient
from beamlore.core._settings import OidcSettings

log = structlog.get_logger(__name__)

_BELIEVED_SECONDS = 600
_UNKNOWN_KEY_PAUSE_SECONDS = 5
_AWAY_PAUSE_SECONDS = 1
"""Who asks within this time after a failure is told at once, instead of waiting for another."""

_ANSWER_SECONDS = 2.5
"""There are two questions, one after the other."""

_PATIENCE_SECONDS = 2
_KEPT_FOR = timedelta(days=1)
_COLLECTION = "beamlore_issuer_keys"


class IssuerKeys:
    """Fetches the keys, once for all who wait for them, and remembers them.

    Nobody waits for the issuer while there are keys: they are fetched anew beside. A key the issuer withdraws is
    believed for ten minutes more; while the issuer is away, for as long as the process runs.
    """

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._tried_at = float("-inf")
        self._is_away = False
        self._fetching: asyncio.Task[None] | None = None
        self._kept: AsyncDatabase[dict[str, Any]] | None = None

    def begin(self, database: AsyncDatabase[dict[str, Any]]) -> None:
        """Fetch the keys before anybody asks, and keep them in the database.

        A process that starts while the issuer is away has those of the day before, from there.
        """
        self._kept = database
        self._start()

    async def current(self) -> KeySet:
        """Return the keys.

        Raises:
            UnavailableError: there are none, and the issuer does not answer.
        """
        if self._keys is None:
            if self._since_tried() > _AWAY_PAUSE_SECONDS or self._is_fetching():
                await self._fetch()
        elif self._since_tried() > _BELIEVED_SECONDS:
            self._start()
        if self._keys is None:
            raise UnavailableError("the identity provider does not answer; try again in a moment")
        return self._keys

    async def newer(self) -> KeySet:
        """Return the keys for a token whose key is not among the current ones: the issuer may have another since.

        Tokens of keys that nobody has are sent by anybody. One fetch serves all of them for a while, each waits for it
        only a moment, and none while the issuer is known not to answer.

        Raises:
            UnavailableError: there are none, and the issuer does not answer.
        """
        if self._keys is not None:
            if self._since_tried() > _UNKNOWN_KEY_PAUSE_SECONDS or self._is_fetching():
                fetching = self._start()
                if not self._is_away:
                    await asyncio.wait({fetching}, timeout=_PATIENCE_SECONDS)
            return self._keys
        return await self.current()

    def _since_tried(self) -> float:
        return time.monotonic() - self._tried_at

    def _is_fetching(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    def _start(self) -> asyncio.Task[None]:
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._try(), name="issuer keys")
        return self._fetching

    async def _fetch(self) -> None:
        # Who stops waiting does not stop it for the others.
        await asyncio.shield(self._start())

    async def _try(self) -> None:
        try:
            text = await self._ask()
            self._keys = KeySet.import_key_set(orjson.loads(text))
        except (httpx.HTTPError, JoseError, ValueError, KeyError) as error:
            log.warning("the identity provider does not answer; former keys go on", error=repr(error)[:200])
            if self._keys is None:
                self._keys = await self._load()
            self._is_away = True
        else:
            self._is_away = False
            await self._save(text)
        finally:
            self._tried_at = time.monotonic()

    async def _ask(self) -> str:
        # Discovery names the public JWKS address; services may reach the issuer by another one, so the path is kept.
        async with BoundedClient(seconds=_ANSWER_SECONDS) as client:
            discovery = await client.get(f"{self._settings.oidc_base}/.well-known/openid-configuration")
            discovery.raise_for_status()
            jwks_uri = str(discovery.json()["jwks_uri"])
            issuer = self._settings.oidc_issuer.rstrip("/")
            if jwks_uri.startswith(issuer):
                jwks_uri = self._settings.oidc_base + jwks_uri.removeprefix(issuer)
            answer = await client.get(jwks_uri)
            answer.raise_for_status()
            return answer.text

    async def _save(self, text: str) -> None:
        if self._kept is None:
            return
        collection = self._kept.get_collection(_COLLECTION, write_concern=WriteConcern(w=1))
        change = {"$set": {"keys": text, "fetchedAt": datetime.now(UTC)}}
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await collection.update_one({"_id": self._settings.oidc_issuer}, change, upsert=True)
        except (PyMongoError, TimeoutError) as error:
            log.info("the identity provider's keys are not kept", error=repr(error)[:200])

    async def _load(self) -> KeySet | None:
        if self._kept is None:
            return None
        young = {"_id": self._settings.oidc_issuer, "fetchedAt": {"$gt": datetime.now(UTC) - _KEPT_FOR}}
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                found = await self._kept[_COLLECTION].find_one(young)
            return None if found is None else KeySet.import_key_set(orjson.loads(found["keys"]))
        except (PyMongoError, TimeoutError, JoseError, ValueError) as error:
            log.warning("the identity provider's keys cannot be read", error=repr(error)[:200])
            return None
