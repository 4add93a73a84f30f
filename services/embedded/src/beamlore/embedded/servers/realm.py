"""The realm `facility` as Keycloak imports it: groups, people, clients.

People and proposals come from the user office's seed, so that both know the same. Source of the form: Keycloak's
admin REST API, ``RealmRepresentation``.
"""

from typing import Any, Final

from beamlore.contract import proposal_group
from beamlore.embedded.facility import ALL_GROUPS, ROLES, SERVICE_ACCOUNTS
from beamlore.embedded.state import Secrets
from beamlore.useroffice.seed import Seed

REALM: Final = "facility"
WEB_CLIENT: Final = "beamlore-web"
CLI_CLIENT: Final = "beamlore-cli"
AUDIENCE: Final = "beamlore"
_DEFAULT_ROLE = f"default-roles-{REALM}"


def realm(seed: Seed, secrets: Secrets, front_door: str) -> dict[str, Any]:
    """Return the whole realm. Passwords of people are their user names: this is a demo's facility."""
    groups = [*ALL_GROUPS, *(proposal_group(proposal.id) for proposal in seed.proposals)]
    return {
        "realm": REALM,
        "displayName": "Facility",
        "enabled": True,
        "sslRequired": "external",
        "loginWithEmailAllowed": True,
        "accessTokenLifespan": 300,
        "ssoSessionIdleTimeout": 10 * 3600,
        "ssoSessionMaxLifespan": 24 * 3600,
        # The path is how a partial import knows a group that is there already.
        "groups": [{"name": name, "path": f"/{name}"} for name in groups],
        "users": [*_people(seed), *_service_users()],
        "clients": [_web_client(front_door), _cli_client(), *_service_clients(secrets, front_door)],
    }


def front_door_clients(front_door: str) -> list[dict[str, Any]]:
    """Return what follows the front door's address: the clients through which people log in with their browser."""
    web = _web_client(front_door)
    addresses = {key: web[key] for key in ("clientId", "rootUrl", "redirectUris", "webOrigins", "attributes")}
    return [addresses, {"clientId": "catalogue", **_catalogue_login(front_door)}]


def _web_client(front_door: str) -> dict[str, Any]:
    # Public, authorisation code with PKCE (RFC 7636) only.
    return {
        "clientId": WEB_CLIENT,
        "name": "Beamlore",
        "publicClient": True,
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "rootUrl": front_door,
        "baseUrl": "/",
        "redirectUris": [f"{front_door}/*"],
        "webOrigins": [front_door],
        "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": f"{front_door}/*"},
        "protocolMappers": _claims(),
    }


def _cli_client() -> dict[str, Any]:
    return {
        "clientId": CLI_CLIENT,
        "name": "Scripts",
        "publicClient": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": True,
        "protocolMappers": _claims(),
    }


def _catalogue_login(front_door: str) -> dict[str, Any]:
    # SciCat's clients log people in through the catalogue (`auth/oidc`).
    return {"standardFlowEnabled": True, "redirectUris": [f"{front_door}/api/v3/auth/oidc/callback"]}


def _service_clients(secrets: Secrets, front_door: str) -> list[dict[str, Any]]:
    return [
        {
            "clientId": account.name,
            "publicClient": False,
            "secret": secrets.get(f"client:{account.name}"),
            "standardFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            "serviceAccountsEnabled": True,
            "protocolMappers": _claims(),
            **(_catalogue_login(front_door) if account.name == "catalogue" else {}),
        }
        for account in SERVICE_ACCOUNTS
    ]


def _people(seed: Seed) -> list[dict[str, Any]]:
    people = []
    for person in seed.people:
        first, _, last = person.name.rpartition(" ")
        proposals = [
            proposal_group(proposal.id)
            for proposal in seed.proposals
            if person.username in (proposal.principal_investigator, *proposal.members)
        ]
        people.append(
            {
                "username": person.username,
                "enabled": True,
                "firstName": first,
                "lastName": last,
                "email": person.email,
                "emailVerified": True,
                "credentials": [{"type": "password", "value": person.username, "temporary": False}],
                "realmRoles": [_DEFAULT_ROLE],
                "groups": [f"/{name}" for name in (*ROLES.get(person.username, ()), *proposals)],
            }
        )
    return people


def _service_users() -> list[dict[str, Any]]:
    return [
        {
            "username": f"service-account-{account.name}",
            "enabled": True,
            "serviceAccountClientId": account.name,
            "realmRoles": [_DEFAULT_ROLE],
            "groups": [f"/{name}" for name in account.groups],
        }
        for account in SERVICE_ACCOUNTS
    ]


def _claims() -> list[dict[str, Any]]:
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
