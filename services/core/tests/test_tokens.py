"""Tokens of the real identity provider are believed; anything else is not."""

import base64
import json
import time

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from beamlore.core import (
    ClientSettings,
    OidcSettings,
    ServiceAccountAuth,
    TokenVerifier,
    UnauthenticatedError,
    verified_email,
)


def settings(servers, **changes) -> OidcSettings:
    environment = servers.environment("catalogue")
    values = {
        "oidc_issuer": environment["BEAMLORE_OIDC_ISSUER"],
        "oidc_backchannel_url": environment.get("BEAMLORE_OIDC_BACKCHANNEL_URL"),
    }
    return OidcSettings(**(values | changes))


def parts(token: str) -> tuple[dict, dict]:
    header, payload, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "===")) for part in (header, payload))


async def test_person_is_who_the_provider_says(servers, token):
    principal = await TokenVerifier(settings(servers)).verify(token("ada"))

    assert principal.username == "ada"
    assert principal.email == "ada@facility.example"
    assert {"proposal:20260101", "proposal:20260201"} <= principal.groups
    assert not principal.is_admin
    assert principal.staff_of() == frozenset()


async def test_staff_and_admin_are_known_by_their_groups(servers, token):
    verifier = TokenVerifier(settings(servers))

    assert (await verifier.verify(token("staff"))).staff_of() == {"balder"}
    assert (await verifier.verify(token("admin"))).is_admin


async def test_token_for_another_audience_or_issuer_is_refused(servers, token):
    for change in ({"oidc_audience": "somebody-else"}, {"oidc_issuer": "http://127.0.0.1:1/realms/other"}):
        changed = settings(servers, **change)
        if "oidc_issuer" in change:
            changed = settings(servers, **change, oidc_backchannel_url=settings(servers).oidc_base)
        with pytest.raises(UnauthenticatedError):
            await TokenVerifier(changed).verify(token("ada"))


@pytest.mark.parametrize("forgery", ["payload", "none", "own-key", "hmac-with-public-key", "garbage", "empty"])
async def test_forged_token_is_refused(servers, token, forgery):
    true = token("bo")
    header, claims = parts(true)
    claims = claims | {"groups": ["catalogue:admin"], "exp": int(time.time()) + 3600}
    if forgery == "payload":
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        forged = ".".join([true.split(".")[0], payload, true.split(".")[2]])
    elif forgery == "none":
        encode = lambda part: base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()  # noqa: E731
        forged = f"{encode({'alg': 'none', 'typ': 'JWT'})}.{encode(claims)}."
    elif forgery == "own-key":
        forged = jwt.encode({"alg": "RS256", "kid": header["kid"]}, claims, RSAKey.generate_key(2048))
    elif forgery == "hmac-with-public-key":
        async with httpx.AsyncClient() as client:
            jwks = await client.get(f"{settings(servers).oidc_base}/protocol/openid-connect/certs")
        key = next(key for key in jwks.json()["keys"] if key["kid"] == header["kid"])
        forged = jwt.encode({"alg": "HS256", "kid": header["kid"]}, claims, OctKey.import_key(json.dumps(key)))
    else:
        forged = "a.b.c" if forgery == "garbage" else ""

    with pytest.raises(UnauthenticatedError):
        await TokenVerifier(settings(servers)).verify(forged)


async def test_service_account_token_carries_the_services_groups(servers):
    environment = servers.environment("ingestor")
    client = ClientSettings(
        client_id=environment["BEAMLORE_CLIENT_ID"], client_secret=environment["BEAMLORE_CLIENT_SECRET"]
    )
    auth = ServiceAccountAuth(settings(servers), client)
    seen = []

    async def take(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(401 if len(seen) == 1 else 200)

    async with httpx.AsyncClient(auth=auth, transport=httpx.MockTransport(take)) as http:
        answer = await http.get("http://service/")

    assert answer.status_code == 200, "a refused token is renewed once"
    assert len(seen) == 2
    principal = await TokenVerifier(settings(servers)).verify(seen[1].removeprefix("Bearer "))
    assert {"catalogue:ingest", "useroffice:read"} <= principal.groups


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"email": "ada@x.example", "email_verified": True}, "ada@x.example"),
        ({"email": "ada@x.example", "email_verified": "true"}, "ada@x.example"),
        ({"email": "ada@x.example"}, ""),
        *(({"email": "ada@x.example", "email_verified": value}, "") for value in (False, None, "false", 2, [True])),
        *(
            ({"email": odd, "email_verified": True}, "")
            for odd in ("", "ada", "@x", "ada@", "a@b@c", "ada@x.example\n", "a da@x", "ada@x\u202e", 7, None)
        ),
        ({"email": "аda@x.example", "email_verified": True}, "аda@x.example"),
    ],
)
def test_only_an_address_that_is_proved_is_kept(claims, address):
    assert verified_email(claims) == address
    assert "ada@x.example" not in {verified_email({"email": one, "email_verified": True}) for one in LOOKALIKES}


LOOKALIKES = ("аda@x.example", "ADA@x.example", " ada@x.example", "ada@x.example ", "ada@x．example", "ada@ⅹ.example")
