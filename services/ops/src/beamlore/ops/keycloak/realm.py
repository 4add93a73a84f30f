"""The realm as Keycloak imports it: groups, people, clients.

Source of the form: Keycloak's admin REST API, ``RealmRepresentation``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from beamlore.contract import (
    CATALOGUE_ADMIN,
    CATALOGUE_INGEST,
    CATALOGUE_PUBLISH,
    CONFIGURATOR_READ,
    USEROFFICE_ADMIN,
    USEROFFICE_READ,
    beamline_staff,
)
from beamlore.ops.keycloak.people import Person
from beamlore.ops.keycloak.protection import BRUTE_FORCE

REALM: Final = "facility"
WEB_CLIENT: Final = "beamlore-web"
CLI_CLIENT: Final = "beamlore-cli"
AUDIENCE: Final = "beamlore"
LOGIN_THEME: Final = "beamlore"
"""Of the login pages: the server is given it as a directory (``charts/beamlore/files/login-theme``)."""

_COMMON_GROUPS: Final = (
    CATALOGUE_ADMIN,
    CATALOGUE_INGEST,
    CATALOGUE_PUBLISH,
    CONFIGURATOR_READ,
    USEROFFICE_READ,
    USEROFFICE_ADMIN,
)
_SERVICE_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "ingestor": (CATALOGUE_INGEST, USEROFFICE_READ),
    "ops": (CATALOGUE_ADMIN,),
}
REALM_MANAGEMENT: Final = "realm-management"
_LOOKING_UP: Final = frozenset({"catalogue", "configurator", "ingestor", "useroffice"})
_LOOK_UP: Final = ("view-users",)
_BEAMLINE_PREFIX: Final = "beamline-"

Representation = dict[str, Any]
"""What Keycloak's admin REST API takes and gives."""


def service_groups(client: str) -> tuple[str, ...]:
    """Return the groups that a service's own tokens carry."""
    if client.startswith(_BEAMLINE_PREFIX):
        return (CONFIGURATOR_READ,)
    return _SERVICE_GROUPS.get(client, ())


def service_roles(client: str) -> tuple[str, ...]:
    """Return the roles of ``realm-management`` that a service has: those that serve people look accounts up."""
    return _LOOK_UP if client in _LOOKING_UP else ()


@dataclass(frozen=True)
class RealmPlan:
    """What a realm is to have.

    Attributes:
        public_url: the one address people use, with no slash at its end; redirects follow it.
        client_secrets: of each service's confidential client, by its name.
        beamlines: each has a group of its staff.
        people: of a demo; a facility's come from its own directory.
        name: of the realm.
    """

    public_url: str
    client_secrets: Mapping[str, str]
    beamlines: Sequence[str]
    people: Sequence[Person] = field(default=())
    name: str = REALM

    @property
    def groups(self) -> list[str]:
        """All groups that are named here, each once."""
        wanted = [*_COMMON_GROUPS, *map(beamline_staff, self.beamlines)]
        return list(dict.fromkeys([*wanted, *(group for person in self.people for group in person.groups)]))

    def representation(self) -> Representation:
        """Return the whole realm."""
        return {
            "realm": self.name,
            "displayName": "Facility",
            "enabled": True,
            "sslRequired": "external",
            "loginTheme": LOGIN_THEME,
            "loginWithEmailAllowed": True,
            "accessTokenLifespan": 900,
            "ssoSessionIdleTimeout": 10 * 3600,
            "ssoSessionMaxLifespan": 24 * 3600,
            **BRUTE_FORCE,
            # The path is how a partial import knows a group that is there already.
            "groups": [{"name": name, "path": f"/{name}"} for name in self.groups],
            "users": [*map(self._person, self.people), *map(self._service_user, self.client_secrets)],
            "clients": [self._web_client(), _cli_client(), *map(self._service_client, self.client_secrets)],
        }

    def kept_up_to_date(self) -> list[Representation]:
        """Return of each client what follows the installation: its addresses, its secret, what its tokens open."""
        web = self._web_client()
        kept = ("clientId", "rootUrl", "redirectUris", "webOrigins", "attributes", "fullScopeAllowed")
        return [
            {key: web[key] for key in kept},
            {"clientId": CLI_CLIENT, "fullScopeAllowed": False},
            *(
                {"clientId": name, "secret": secret, **self._login(name)}
                for name, secret in self.client_secrets.items()
            ),
        ]

    def _web_client(self) -> Representation:
        # Public, authorisation code with PKCE (RFC 7636) only.
        return {
            "clientId": WEB_CLIENT,
            "name": "Beamlore",
            "publicClient": True,
            # A token that leaks from the page opens no account: without its roles Keycloak's account pages refuse it.
            "fullScopeAllowed": False,
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": False,
            "rootUrl": self.public_url,
            "baseUrl": "/",
            "redirectUris": [f"{self.public_url}/*"],
            "webOrigins": [self.public_url],
            "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": f"{self.public_url}/*"},
            "protocolMappers": _claims(),
        }

    def _login(self, client: str) -> Representation:
        if client != "catalogue":
            return {}
        # SciCat's clients log people in through the catalogue (`auth/oidc`).
        return {"standardFlowEnabled": True, "redirectUris": [f"{self.public_url}/api/v3/auth/oidc/callback"]}

    def _service_client(self, name: str) -> Representation:
        return {
            "clientId": name,
            "publicClient": False,
            "secret": self.client_secrets[name],
            "standardFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            "serviceAccountsEnabled": True,
            "protocolMappers": _claims(),
            **self._login(name),
        }

    def _service_user(self, name: str) -> Representation:
        return {
            "username": f"service-account-{name}",
            "enabled": True,
            "serviceAccountClientId": name,
            "realmRoles": [self._default_role],
            "clientRoles": {REALM_MANAGEMENT: list(roles)} if (roles := service_roles(name)) else {},
            "groups": [f"/{group}" for group in service_groups(name)],
        }

    def _person(self, person: Person) -> Representation:
        first, _, last = person.name.rpartition(" ")
        return {
            "username": person.username,
            "enabled": True,
            "firstName": first,
            "lastName": last,
            "email": person.email,
            "emailVerified": True,
            "credentials": [{"type": "password", "value": person.username, "temporary": False}],
            "realmRoles": [self._default_role],
            "groups": [f"/{name}" for name in person.groups],
        }

    @property
    def _default_role(self) -> str:
        return f"default-roles-{self.name}"


def _cli_client() -> Representation:
    return {
        "clientId": CLI_CLIENT,
        "name": "Scripts",
        "publicClient": True,
        "fullScopeAllowed": False,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": True,
        "protocolMappers": _claims(),
    }


def _claims() -> list[Representation]:
    return [
        {
            "name": "audience",
            "protocol": "openid-connect",
            "protocolMapper": "oidc-audience-mapper",
            "config": {
                "included.custom.audience": AUDIENCE,
                "access.token.claim": "true",
                "id.token.claim": "false",
                "introspection.token.claim": "true",
            },
        },
        {
            "name": "groups",
            "protocol": "openid-connect",
            "protocolMapper": "oidc-group-membership-mapper",
            "config": {
                "claim.name": "groups",
                "full.path": "false",
                "access.token.claim": "true",
                "id.token.claim": "true",
                "userinfo.token.claim": "true",
                "introspection.token.claim": "true",
            },
        },
    ]
