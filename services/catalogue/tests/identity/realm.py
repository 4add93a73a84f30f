"""People of a real realm who come, change and go: through Keycloak's admin API, as its administrators do it."""

import base64
import json
import secrets
from typing import Any

import httpx

from beamlore.embedded import Installation

_REALM = "facility"


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


class Realm:
    """The realm's administrator."""

    def __init__(self, servers: Installation) -> None:
        self.base = servers.keycloak.backchannel.split("/realms/")[0]
        self.tokens = f"{self.base}/realms/{_REALM}/protocol/openid-connect"
        self._password = servers.secrets.get("keycloak")
        self._made: list[str] = []
        self.http = httpx.AsyncClient(base_url=f"{self.base}/admin/realms/{_REALM}/", timeout=60)

    async def begin(self) -> None:
        """Log in."""
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": self._password}
        answer = await self.http.post(f"{self.base}/realms/master/protocol/openid-connect/token", data=form)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def end(self) -> None:
        """Remove all that was made."""
        await self.begin()
        for path in self._made:
            await self.http.delete(path)
        await self.http.aclose()

    async def make(self, path: str, body: dict[str, Any]) -> str:
        """Make something and return its identifier."""
        answer = await self.http.post(path, json=body)
        answer.raise_for_status()
        identifier = answer.headers["Location"].rsplit("/", 1)[1]
        self._made.insert(0, f"{path}/{identifier}")
        return identifier

    async def person(self, *groups: str, verified: bool = True) -> "Somebody":
        """Make a person, who is a member of groups of these names."""
        name = f"p-{secrets.token_hex(6)}"
        identifier = await self.make(
            "users",
            {
                "username": name,
                "enabled": True,
                "firstName": "A",
                "lastName": "Person",
                "email": f"{name}@facility.example",
                "emailVerified": verified,
                "credentials": [{"type": "password", "value": "secret", "temporary": False}],
            },
        )
        somebody = Somebody(self, identifier, name)
        for group in groups:
            await somebody.join(group)
        return somebody

    async def group(self, name: str) -> str:
        """Return the identifier of a group, which is made where there is none."""
        found = (await self.http.get("groups", params={"search": name, "exact": "true"})).json()
        return str(found[0]["id"]) if found else await self.make("groups", {"name": name})


class Somebody:
    """A person of the realm."""

    def __init__(self, realm: Realm, identifier: str, name: str) -> None:
        self._realm = realm
        self.path = f"users/{identifier}"
        self.name = name
        self.email = f"{name}@facility.example"

    async def join(self, group: str) -> None:
        """Become a member."""
        (await self._realm.http.put(f"{self.path}/groups/{await self._realm.group(group)}")).raise_for_status()

    async def leave(self, group: str) -> None:
        """Be a member no longer."""
        (await self._realm.http.delete(f"{self.path}/groups/{await self._realm.group(group)}")).raise_for_status()

    async def change(self, **fields: Any) -> None:
        """Change the account."""
        present = (await self._realm.http.get(self.path)).json()
        (await self._realm.http.put(self.path, json=present | fields)).raise_for_status()

    async def delete(self) -> None:
        """Remove the account."""
        (await self._realm.http.delete(self.path)).raise_for_status()

    async def log_in(self, client: str = "beamlore-cli") -> dict[str, str]:
        """Return the tokens of a new login."""
        form = {"grant_type": "password", "client_id": client, "username": self.name, "password": "secret"}
        answer = await self._realm.http.post(
            f"{self._realm.tokens}/token", data=form | {"scope": "openid"}, headers={"Authorization": ""}
        )
        answer.raise_for_status()
        tokens: dict[str, str] = answer.json()
        return tokens

    async def end(self, token: str) -> None:
        """End the login that a token comes from, as an administrator does it."""
        (await self._realm.http.delete(f"sessions/{claims_of(token)['sid']}")).raise_for_status()
