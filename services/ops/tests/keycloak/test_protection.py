"""Nobody guesses a password or takes somebody's address, and services may look up and nothing else (real Keycloak).

OWASP ASVS 4.0.3, 2.2.1 (anti-automation), 4.1.3 (least privilege).
"""

import httpx
import pytest

from beamlore.core import IdentityCheckSettings, KeycloakAccounts
from beamlore.embedded import Installation
from beamlore.ops.keycloak.configure import configure

from .wanted import Wanted

SECRET = "a long secret of theirs"


def person(name: str) -> dict:
    return {
        "username": name,
        "enabled": True,
        "firstName": "Eve",
        "lastName": "Dropper",
        "email": f"{name}@facility.example",
        "emailVerified": True,
        "credentials": [{"type": "password", "value": SECRET, "temporary": False}],
    }


@pytest.fixture(scope="module")
async def protected(servers: Installation, tmp_path_factory):
    """A configured realm with ``eve`` and ``mallory``."""
    wanted = Wanted(servers, tmp_path_factory.mktemp("realm"))
    await configure(wanted.settings())
    with wanted.admin() as http:
        for name in ("eve", "mallory"):
            http.post("/users", json=person(name)).raise_for_status()
        yield wanted
    with wanted.admin() as http:
        http.delete("")


def log_in(wanted: Wanted, name: str, password: str = SECRET) -> dict | None:
    return wanted.token(
        grant_type="password", client_id="beamlore-cli", username=name, password=password, scope="openid"
    )


def answered_token(wanted: Wanted, **form: str) -> dict[str, str]:
    """Return the header of a client's own requests."""
    url = f"{wanted.base}/realms/{wanted.realm}/protocol/openid-connect/token"
    return {"Authorization": f"Bearer {httpx.post(url, data=form, timeout=60).json()['access_token']}"}


async def test_services_may_look_accounts_up_and_nothing_else(protected):
    (eve,) = protected.get("/users", username="eve")
    settings = IdentityCheckSettings(
        oidc_issuer=f"{protected.base}/realms/{protected.realm}",
        client_id="catalogue",
        client_secret="secret of catalogue",
    )

    account = await KeycloakAccounts(settings).account(eve["id"])

    assert (account.is_active, account.email) == (True, "eve@facility.example")
    headers = answered_token(
        protected, grant_type="client_credentials", client_id="catalogue", client_secret="secret of catalogue"
    )
    with httpx.Client(base_url=f"{protected.base}/admin/realms/{protected.realm}", headers=headers, timeout=60) as http:
        assert http.put(f"/users/{eve['id']}", json=eve | {"email": "x@facility.example"}).status_code == 403
        assert http.post("/groups", json={"name": "mine"}).status_code == 403
        assert http.get("/clients").status_code == 403


async def test_applications_tokens_do_not_open_the_account(protected):
    claims = log_in(protected, "eve")
    assert "account" not in claims["aud"]
    assert "resource_access" not in claims


async def test_nobody_changes_their_own_address(protected):
    with protected.admin() as http:
        client = {"clientId": "browser", "publicClient": True, "directAccessGrantsEnabled": True}
        http.post("/clients", json=client).raise_for_status()
    headers = answered_token(
        protected, grant_type="password", client_id="browser", username="eve", password=SECRET, scope="openid"
    ) | {"Accept": "application/json"}
    account = f"{protected.base}/realms/{protected.realm}/account"
    assert httpx.get(account, headers=headers, timeout=60).json()["email"] == "eve@facility.example"

    changed = {"username": "eve", "firstName": "Eve", "lastName": "D", "email": "bo@facility.example"}
    refused = httpx.post(account, headers=headers, json=changed, timeout=60)

    assert refused.status_code == 400
    (eve,) = protected.get("/users", username="eve")
    assert (eve["email"], eve["lastName"]) == ("eve@facility.example", "Dropper")


async def test_nobody_guesses_a_password(protected):
    assert log_in(protected, "mallory") is not None

    for _ in range(10):
        assert log_in(protected, "mallory", "wrong") is None

    assert log_in(protected, "mallory") is None, "the right one does not help now"
    assert log_in(protected, "eve") is not None, "nobody else is held up"


async def test_realm_that_is_there_is_protected_and_keeps_what_was_chosen(wanted):
    await configure(wanted.settings())
    (catalogue,) = wanted.get("/clients", clientId="catalogue")
    (management,) = wanted.get("/clients", clientId="realm-management")
    account = wanted.get(f"/clients/{catalogue['id']}/service-account-user")
    rights = f"/users/{account['id']}/role-mappings/clients/{management['id']}"
    with wanted.admin() as http:
        profile = http.get("/users/profile").json()
        email = next(one for one in profile["attributes"] if one["name"] == "email")
        email["permissions"]["edit"] = ["admin", "user"]
        http.put("/users/profile", json=profile).raise_for_status()
        http.put("", json={"bruteForceProtected": False, "passwordPolicy": "length(8)"}).raise_for_status()
        http.request("DELETE", rights, json=wanted.get(rights)).raise_for_status()

    await configure(wanted.settings())

    realm = wanted.get("")
    assert (realm["bruteForceProtected"], realm["failureFactor"], realm["passwordPolicy"]) == (True, 10, "length(8)")
    email = next(one for one in wanted.get("/users/profile")["attributes"] if one["name"] == "email")
    assert email["permissions"]["edit"] == ["admin"]
    assert [one["name"] for one in wanted.get(rights)] == ["view-users"]

    with wanted.admin() as http:
        http.put("", json={"failureFactor": 3}).raise_for_status()
    await configure(wanted.settings())
    assert wanted.get("")["failureFactor"] == 3
