"""Verification of the identity provider's access tokens.

Source: RFC 9068 (JWT profile for access tokens) and RFC 8725 (JWT best current practices): algorithms are pinned,
issuer, audience and expiry are checked, keys come from the issuer's JWKS only.
"""

import asyncio
import time
from collections import OrderedDict

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, DecodeError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from beamlore.core._errors import TokenFailure, UnauthenticatedError, UnavailableError
from beamlore.core._identity import Principal
from beamlore.core._settings import OidcSettings

log = structlog.get_logger(__name__)

_ALGORITHMS = ["RS256", "PS256", "ES256"]
_LEEWAY_SECONDS = 10
_KEYS_AGE_SECONDS = 600
_UNKNOWN_KEY_PAUSE_SECONDS = 5
_CACHE_SIZE = 2048
_FAILURES: tuple[tuple[type[JoseError], TokenFailure], ...] = (
    (ExpiredTokenError, "expired"),
    (BadSignatureError, "signature"),
    (ClaimError, "claims"),
    (DecodeError, "malformed"),
)


class TokenVerifier:
    """Verifies tokens of one issuer. Keys are kept while the issuer is away, so people stay logged in.

    A token that verified is remembered until it expires: the signature of a token does not change.
    """

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._keys_at = 0.0
        self._lock = asyncio.Lock()
        self._verified: OrderedDict[str, Principal] = OrderedDict()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Principal:
        """Return the principal the token proves.

        Raises:
            UnauthenticatedError: it is malformed, forged, expired, or of another issuer or audience.
            UnavailableError: the issuer's keys were never had and it does not answer.
        """
        known = self._verified.get(token)
        if known is not None:
            if known.expires_at is not None and known.expires_at + _LEEWAY_SECONDS > time.time():
                return known
            del self._verified[token]
        principal = self._principal(await self._decode(token))
        self._verified[token] = principal
        if len(self._verified) > _CACHE_SIZE:
            self._verified.popitem(last=False)
        return principal

    async def _decode(self, token: str) -> dict[str, object]:
        keys = await self._key_set(fresh=False)
        try:
            return self._check(token, keys)
        except (JoseError, ValueError) as first:
            # The issuer may have new keys since they were fetched.
            newer = await self._key_set(fresh=True)
            if newer is keys:
                raise _refused(first) from first
        try:
            return self._check(token, newer)
        except (JoseError, ValueError) as error:
            raise _refused(error) from error

    def _check(self, token: str, keys: KeySet) -> dict[str, object]:
        decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
        self._claims.validate(decoded.claims)
        return dict(decoded.claims)

    async def _key_set(self, *, fresh: bool) -> KeySet:
        age = time.monotonic() - self._keys_at
        wanted = _UNKNOWN_KEY_PAUSE_SECONDS if fresh else _KEYS_AGE_SECONDS
        if self._keys is not None and age < wanted:
            return self._keys
        async with self._lock:
            if self._keys is not None and time.monotonic() - self._keys_at < wanted:
                return self._keys
            try:
                self._keys = await self._fetch_keys()
            except httpx.HTTPError as error:
                if self._keys is None:
                    raise UnavailableError("the identity provider does not answer; try again in a moment") from error
                log.warning("identity provider does not answer; its former keys go on", error=str(error))
            self._keys_at = time.monotonic()
            return self._keys

    async def _fetch_keys(self) -> KeySet:
        # Discovery names the public JWKS address; services may reach the issuer by another one, so the path is kept.
        async with httpx.AsyncClient(timeout=5) as client:
            discovery = await client.get(f"{self._settings.oidc_base}/.well-known/openid-configuration")
            discovery.raise_for_status()
            jwks_uri = str(discovery.json()["jwks_uri"])
            issuer = self._settings.oidc_issuer.rstrip("/")
            if jwks_uri.startswith(issuer):
                jwks_uri = self._settings.oidc_base + jwks_uri.removeprefix(issuer)
            answer = await client.get(jwks_uri)
            answer.raise_for_status()
        return KeySet.import_key_set(answer.json())

    def _principal(self, claims: dict[str, object]) -> Principal:
        groups = claims.get("groups")
        expires = claims["exp"]
        return Principal(
            subject=str(claims["sub"]),
            username=_text(claims, "preferred_username") or str(claims["sub"]),
            name=_text(claims, "name"),
            email=_text(claims, "email"),
            groups=frozenset(group for group in groups if isinstance(group, str) and group)
            if isinstance(groups, list)
            else frozenset(),
            expires_at=float(expires) if isinstance(expires, int | float) else None,
        )


def _text(claims: dict[str, object], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _refused(error: Exception) -> UnauthenticatedError:
    reason: TokenFailure = next((name for kind, name in _FAILURES if isinstance(error, kind)), "invalid")
    return UnauthenticatedError(f"the token is not valid: {_reason(error)}", reason=reason)


def _reason(error: Exception) -> str:
    return getattr(error, "description", "") or getattr(error, "error", "") or type(error).__name__
