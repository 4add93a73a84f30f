"""The realm's administration over Keycloak's admin REST API."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import httpx
import structlog

from beamlore.ops.errors import OpsError
from beamlore.ops.keycloak.protection import missing_protection, without_own_address
from beamlore.ops.keycloak.realm import (
    LOGIN_THEME,
    REALM_MANAGEMENT,
    RealmPlan,
    Representation,
    service_groups,
    service_roles,
)

log = structlog.get_logger(__name__)

_REQUEST_SECONDS: Final = 180
_PROBE_SECONDS: Final = 10


class _AdministratorToken(httpx.Auth):
    """Logs in with the administrator's password, and again when the token is over (after 60 s by default)."""

    requires_response_body = True

    def __init__(self, base: str, username: str, password: str) -> None:
        self._url = f"{base}/realms/master/protocol/openid-connect/token"
        self._form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": username,
            "password": password,
        }
        self._token = ""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with a token, with a new one where the first is not taken."""
        for is_last in (False, True):
            if not self._token:
                answer = yield httpx.Request("POST", self._url, data=self._form)
                await answer.aread()
                if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.BAD_REQUEST):
                    raise OpsError(
                        "Keycloak does not take the administrator's password.",
                        way_out="It takes a new one from its settings only when it starts for the first time.",
                    )
                answer.raise_for_status()
                self._token = str(answer.json()["access_token"])
            request.headers["Authorization"] = f"Bearer {self._token}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED or is_last:
                return
            self._token = ""


class RealmAdministrator:
    """Keycloak's administrator.

    Args:
        base: Keycloak's address with its path, such as ``http://beamlore-keycloak:8080/idp``.
        username: of the administrator, in the realm ``master``.
        password: of the administrator.
    """

    def __init__(self, base: str, username: str, password: str) -> None:
        self._base = base.rstrip("/")
        self._auth = _AdministratorToken(self._base, username, password)

    async def missing(self) -> str:
        """Return why Keycloak does not serve its realms; empty where it does."""
        try:
            async with httpx.AsyncClient(timeout=_PROBE_SECONDS) as http:
                answer = await http.get(f"{self._base}/realms/master")
        except httpx.TransportError as error:
            return f"{self._base} does not answer: {error or type(error).__name__}"
        return "" if answer.is_success else f"{self._base} answers {answer.status_code}"

    async def provide(self, plan: RealmPlan) -> None:
        """Make the realm, or add what is new in it; clients' addresses and secrets follow the plan.

        What people have changed is left alone: groups, people and clients that are there are not touched otherwise.
        What protects accounts is added where it is not there.

        Raises:
            OpsError: Keycloak refuses.
        """
        try:
            async with httpx.AsyncClient(
                base_url=f"{self._base}/admin/realms", timeout=_REQUEST_SECONDS, auth=self._auth
            ) as http:
                if (await _get(http, f"/{plan.name}")) is None:
                    (await http.post("", json=plan.representation())).raise_for_status()
                    log.info("realm made", realm=plan.name)
                else:
                    await _add(http, plan)
                await _protect(http, plan)
        except httpx.HTTPError as error:
            said = error.response.text[:200] if isinstance(error, httpx.HTTPStatusError) else str(error)
            raise OpsError(f"Keycloak's realm {plan.name} could not be provisioned: {said}.") from error


async def _add(http: httpx.AsyncClient, plan: RealmPlan) -> None:
    wanted = plan.representation()
    parts = {name: wanted[name] for name in ("groups", "clients", "users")}
    answer = await http.post(f"/{plan.name}/partialImport", json={"ifResourceExists": "SKIP", **parts})
    answer.raise_for_status()
    added = [one["resourceName"] for one in answer.json()["results"] if one["action"] == "ADDED"]
    if added:
        log.info("added to the realm", realm=plan.name, added=added)
    for client in plan.kept_up_to_date():
        await _update(http, plan.name, client)
    for name in plan.client_secrets:
        await _put_into_groups(http, plan.name, name)
        await _give_roles(http, plan.name, name)


async def _protect(http: httpx.AsyncClient, plan: RealmPlan) -> None:
    realm = await _get(http, f"/{plan.name}")
    missing = missing_protection(realm, is_demo=bool(plan.people))
    if not realm.get("loginTheme"):
        missing["loginTheme"] = LOGIN_THEME
    if missing:
        (await http.put(f"/{plan.name}", json=missing)).raise_for_status()
        log.info("realm changed", realm=plan.name, changed=sorted(missing))
    profile = without_own_address(await _get(http, f"/{plan.name}/users/profile"), realm)
    if profile is not None:
        (await http.put(f"/{plan.name}/users/profile", json=profile)).raise_for_status()
        log.info("people no longer change their own address", realm=plan.name)


async def _update(http: httpx.AsyncClient, realm: str, client: Representation) -> None:
    found = await _client(http, realm, client["clientId"])
    secret = client.get("secret")
    if secret is not None:
        known: Mapping[str, Any] = await _get(http, f"/{realm}/clients/{found['id']}/client-secret") or {}
        found["secret"] = known.get("value")
    attributes = {**found.get("attributes", {}), **client.get("attributes", {})}
    changed = {**found, **client, "attributes": attributes}
    if changed != found:
        (await http.put(f"/{realm}/clients/{found['id']}", json=changed)).raise_for_status()
        log.info("client changed", client=client["clientId"])


async def _put_into_groups(http: httpx.AsyncClient, realm: str, client: str) -> None:
    wanted = service_groups(client)
    if not wanted:
        return
    user = await _own_account(http, realm, client)
    known = {one["name"] for one in await _get(http, f"/{realm}/users/{user['id']}/groups") or []}
    for name in set(wanted) - known:
        group = await _get(http, f"/{realm}/group-by-path/{name}")
        if group is None:
            raise OpsError(f"Keycloak's realm {realm} has no group {name}.")
        (await http.put(f"/{realm}/users/{user['id']}/groups/{group['id']}")).raise_for_status()
        log.info("service put into a group", client=client, group=name)


async def _give_roles(http: httpx.AsyncClient, realm: str, client: str) -> None:
    wanted = service_roles(client)
    if not wanted:
        return
    user = await _own_account(http, realm, client)
    management = (await _client(http, realm, REALM_MANAGEMENT))["id"]
    held = {one["name"] for one in await _get(http, f"/{realm}/users/{user['id']}/role-mappings/clients/{management}")}
    missing = [await _get(http, f"/{realm}/clients/{management}/roles/{name}") for name in set(wanted) - held]
    if missing:
        path = f"/{realm}/users/{user['id']}/role-mappings/clients/{management}"
        (await http.post(path, json=missing)).raise_for_status()
        log.info("service given roles", client=client, roles=sorted(one["name"] for one in missing))


async def _own_account(http: httpx.AsyncClient, realm: str, client: str) -> Representation:
    found = await _client(http, realm, client)
    user: Representation | None = await _get(http, f"/{realm}/clients/{found['id']}/service-account-user")
    if user is None:
        raise OpsError(f"Keycloak's client {client} has no account of its own.")
    return user


async def _client(http: httpx.AsyncClient, realm: str, name: str) -> Representation:
    answer = await http.get(f"/{realm}/clients", params={"clientId": name})
    answer.raise_for_status()
    found: list[Representation] = answer.json()
    if not found:
        raise OpsError(f"Keycloak's realm {realm} has no client {name}.")
    return found[0]


async def _get(http: httpx.AsyncClient, path: str) -> Any:
    answer = await http.get(path)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    answer.raise_for_status()
    return answer.json()
