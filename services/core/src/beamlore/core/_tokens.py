"""Verification of the identity provider's access tokens.

Source: RFC 9068 (JWT profile for access tokens) and RFC 8725 (JWT best current practices): algorithms are pinned,
issuer, audience and expiry are checked, keys come from the issuer's JWKS only.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping

from joserfc import jws, jwt
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
        self._email_is_trusted = settings.oidc_email_trusted
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
            if _key_id(token) in {key.kid for key in keys.keys}:
                raise _refused(first) from first
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
        # A login for when nobody is there (OpenID Connect Core 1.0, section 11) is none that a session can tell of.
        is_offline = "offline_access" in _text(claims, "scope").split()
        return Principal(
            subject=str(claims["sub"]),
            username=_text(claims, "preferred_username") or str(claims["sub"]),
            name=_text(claims, "name"),
            email=verified_email(claims, is_trusted=self._email_is_trusted),
            groups=frozenset(group for group in groups if isinstance(group, str) and group)
            if isinstance(groups, list)
            else frozenset(),
            expires_at=_time(claims, "exp"),
            issued_at=_time(claims, "iat"),
            session="" if is_offline else _text(claims, "sid"),
        )


def verified_email(claims: Mapping[str, object], name: str = "email", *, is_trusted: bool = False) -> str:
    """Return the address of claims about a person; empty where the issuer does not say that it is theirs.

    Source: OpenID Connect Core 1.0, section 5.1 (``email_verified``); some issuers write the truth value as text.

    Args:
        claims: of a token or of the userinfo endpoint.
        name: of the claim that is the address.
        is_trusted: whether the issuer's addresses count without that claim.
    """
    address = _text(claims, name)
    is_theirs = is_trusted or claims.get("email_verified") in (True, "true")
    return address if is_theirs and is_address(address) else ""


def is_address(text: str) -> bool:
    """Return whether a text can be somebody's address: one ``@``, and nothing that is not seen or ends a line."""
    local, at, domain = text.partition("@")
    return bool(local and at and domain) and "@" not in domain and text.isprintable() and " " not in text


def _time(claims: Mapping[str, object], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _key_id(token: str) -> str | None:
    """Return which key a token says it is signed with; nothing of that is believed."""
    try:
        return jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return None


def _refused(error: Exception) -> UnauthenticatedError:
    reason: TokenFailure = next((name for kind, name in _FAILURES if isinstance(error, kind)), "invalid")
    return UnauthenticatedError(f"the token is not valid: {_reason(error)}", reason=reason)


def _reason(error: Exception) -> str:
    return getattr(error, "description", "") or getattr(error, "error", "") or type(error).__name__
