"""Verification of the identity provider's access tokens.

Source: RFC 9068 (JWT profile for access tokens) and RFC 8725 (JWT best current practices): algorithms are pinned,
issuer, audience and expiry are checked, keys come from the issuer's JWKS only.
"""

import time
from collections import OrderedDict

from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, DecodeError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from beamlore.core._errors import TokenFailure, UnauthenticatedError
from beamlore.core._identity import Principal
from beamlore.core._issuer_keys import IssuerKeys
from beamlore.core._settings import OidcSettings

_ALGORITHMS = ["RS256", "PS256", "ES256"]
_LEEWAY_SECONDS = 10
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
        self.keys = IssuerKeys(settings)
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
        keys = await self.keys.current()
        try:
            return self._check(token, keys)
        except (JoseError, ValueError) as first:
            # The issuer may have new keys since they were fetched.
            newer = await self.keys.newer()
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
