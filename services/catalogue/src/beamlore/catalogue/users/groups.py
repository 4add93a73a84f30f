"""Where a person's groups come from: SciCat's access-group providers, asked at every login, their answers put together.

Source: SciCat's ``ACCESS_GROUPS_*`` variables. A provider that fails gives no groups: nothing is granted in doubt.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx
import jmespath
import structlog
from jmespath.exceptions import JMESPathError

from beamlore.catalogue.outgoing import segment_of
from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.person import Person
from beamlore.core import BoundedClient, UnavailableError

log = structlog.get_logger(__name__)


class GroupSource(Protocol):
    """One provider."""

    async def groups(self, person: Person) -> Sequence[str]:
        """Return the person's groups; none where they are not known here."""
        ...


class StaticGroups:
    """The same groups for everyone (``ACCESS_GROUPS_STATIC_VALUES``)."""

    def __init__(self, values: Sequence[str]) -> None:
        self._values = tuple(values)

    async def groups(self, person: Person) -> Sequence[str]:
        """Return them."""
        return self._values


class ClaimedGroups:
    """A claim of the identity provider's token (``OIDC_ACCESS_GROUPS_PROPERTY``)."""

    def __init__(self, claim: str) -> None:
        self._claim = claim

    async def groups(self, person: Person) -> Sequence[str]:
        """Return the texts of the claim."""
        return _texts(person.payload.get(self._claim)) if person.strategy == "oidc" else ()


class LdapGroups:
    """The groups that the directory found the person in (``LDAP_ACCESS_GROUPS_PROPERTY`` names their attribute)."""

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute

    async def groups(self, person: Person) -> Sequence[str]:
        """Return the attribute of each group, where it is one text."""
        found = person.payload.get("_groups")
        if person.strategy != "ldap" or not isinstance(found, list):
            return ()
        named = [group.get(self._attribute) for group in found if isinstance(group, Mapping)]
        return [name[0] if isinstance(name, list) and len(name) == 1 else name for name in named if name]


class RestGroups:
    """A service that answers a user's groups as a JSON list (``ACCESS_GROUPS_SERVICE_REST_*``)."""

    def __init__(self, url: str, header: str, value: str, field: str, seconds: float) -> None:
        """Ask a service.

        Args:
            url: its address; ``{userId}`` in it stands for the user.
            header: the header that carries the secret.
            value: the secret.
            field: what identifies the user: ``userId``, ``username``, ``email`` or a path into what was said of them.
            seconds: how long it is waited for.
        """
        self._url = url
        self._headers = {header: value.strip()} if value.strip() else {}
        self._field = field
        self._seconds = seconds

    async def groups(self, person: Person) -> Sequence[str]:
        """Return what the service answers."""
        key = _described(person, self._field)
        if not key:
            log.warning("no groups are asked for: the user has no such field", field=self._field, user=person.username)
            return ()
        async with BoundedClient(seconds=self._seconds, headers=self._headers) as client:
            answer = await client.get(self._url.replace("{userId}", segment_of(key)))
            answer.raise_for_status()
        return _texts(answer.json())


class GraphqlGroups:
    """A GraphQL service (``ACCESS_GROUP_SERVICE_*``). Which of its answer are groups, is said in JMESPath."""

    def __init__(self, url: str, token: str, query: str, expression: str, seconds: float) -> None:
        """Ask a service.

        Args:
            url: its address.
            token: a bearer token, empty for none.
            query: the query; ``{{userId}}`` in it stands for the user, within quotation marks.
            expression: where in the answer the groups are, such as ``data.user.proposals[].proposalId``.
            seconds: how long it is waited for.
        """
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._query = query
        self._expression = jmespath.compile(expression)
        self._seconds = seconds

    async def groups(self, person: Person) -> Sequence[str]:
        """Return what the expression finds in the answer."""
        # Escaped as JSON does it, which is how GraphQL writes strings (October 2021, section 2.9.4).
        query = self._query.replace("{{userId}}", json.dumps(person.external_id or person.user_id)[1:-1])
        async with BoundedClient(seconds=self._seconds, headers=self._headers) as client:
            answer = await client.post(self._url, json={"query": query})
            answer.raise_for_status()
        return _texts(self._expression.search(answer.json()))


class GroupSources:
    """All providers together."""

    def __init__(self, sources: Sequence[GroupSource]) -> None:
        self._sources = tuple(sources)

    @property
    def change(self) -> bool:
        """Whether any of them may say something else tomorrow of somebody who does not log in again."""
        return any(isinstance(one, RestGroups | GraphqlGroups) for one in self._sources)

    async def groups(self, person: Person, *, all_must_answer: bool = False) -> list[str]:
        """Return the groups that any provider knows; none is empty, each is named once.

        Raises:
            UnavailableError: one fails and all must answer.
        """
        found: dict[str, None] = {}
        for source in self._sources:
            try:
                groups = await source.groups(person)
            except (httpx.HTTPError, ValueError, JMESPathError) as error:
                if all_must_answer:
                    raise UnavailableError("a provider of groups does not answer; try again in a moment") from error
                log.warning(
                    "a provider of groups fails; it grants none", provider=type(source).__name__, error=str(error)
                )
                continue
            found.update(dict.fromkeys(group.strip() for group in groups if group.strip()))
        return list(found)


def group_sources(settings: Settings) -> GroupSources:
    """Return the providers that are switched on."""
    sources: list[GroupSource] = []
    if settings.access_groups_static_enabled and settings.access_groups_static_values:
        sources.append(StaticGroups(settings.access_groups_static_values))
    if settings.access_groups_oidcpayload_enabled and settings.oidc_access_groups_property:
        sources.append(ClaimedGroups(settings.oidc_access_groups_property))
    if settings.access_groups_ldappayload_enabled:
        sources.append(LdapGroups(settings.ldap_access_groups_property))
    if settings.access_groups_graphql_enabled:
        sources.append(
            GraphqlGroups(
                settings.access_group_service_api_url,
                settings.access_group_service_token.get_secret_value(),
                settings.access_group_service_query,
                settings.access_group_service_groups,
                settings.http_timeout / 1000,
            )
        )
    if settings.access_groups_rest_enabled:
        sources.append(
            RestGroups(
                settings.access_groups_service_rest_api_url,
                settings.access_groups_service_rest_auth_key,
                settings.access_groups_service_rest_auth_value.get_secret_value(),
                settings.access_groups_service_rest_user_id_field,
                settings.http_timeout / 1000,
            )
        )
    return GroupSources(sources)


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _described(person: Person, path: str) -> str:
    described: Any = {
        "userId": person.external_id or person.user_id,
        "username": person.username,
        "email": person.email,
        "payload": person.payload,
    }
    for part in path.split("."):
        described = described.get(part) if isinstance(described, Mapping) else None
    return described if isinstance(described, str) else ""
