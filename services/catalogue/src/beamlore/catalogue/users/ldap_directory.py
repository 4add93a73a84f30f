"""The LDAP directory, or Active Directory.

As SciCat's backend does it: who searches binds first, finds the one entry of the name that was entered, and the
password is right where a bind as that entry succeeds.

Source: RFC 4511 (LDAP), RFC 4515 (filters), RFC 4513 section 5.1.2 (an empty password binds as nobody, which proves
nothing).
"""

import base64
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Literal

import structlog
from ldap3 import ALL_ATTRIBUTES, BASE, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.person import Person
from beamlore.core import UnavailableError

log = structlog.get_logger(__name__)

_ACCOUNT_DISABLED = 0x2
"""``ADS_UF_ACCOUNTDISABLE`` of ``userAccountControl``."""


class LdapDirectory:
    """Asks the directory who somebody is; waits for its answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seconds = -(-settings.http_timeout // 1000)

    def find(self, external_id: str) -> Person | None:
        """Return the person whom the directory calls so; ``None`` where they are gone, or their account is disabled.

        Raises:
            UnavailableError: the directory does not answer, or does not let us search.
        """
        wanted = f"({self._settings.ldap_external_id}={escape_filter_chars(external_id)})"
        try:
            with self._searching() as searching:
                found = _search(searching, self._settings.ldap_search_base, wanted)
                if not found and "=" in external_id:
                    # Their name in the directory, where entries have no such attribute.
                    found = _search(searching, external_id, "(objectClass=*)", BASE)
                if len(found) != 1 or _is_disabled(found[0]["attributes"]):
                    return None
                return self._person(found[0], self._groups(searching, found[0]["dn"]))
        except LDAPException as error:
            log.warning("the LDAP directory fails", error=str(error))
            raise UnavailableError("the LDAP directory does not answer; try again in a moment") from error

    def check(self, username: str, password: str) -> Person | None:
        """Return the person with this name and password, ``None`` where either is wrong.

        Raises:
            UnavailableError: the directory does not answer, or does not let us search.
        """
        try:
            with self._searching() as searching:
                entry = self._entry(searching, username)
                if entry is None or not self._proves(entry["dn"], password):
                    return None
                return self._person(entry, self._groups(searching, entry["dn"]))
        except LDAPException as error:
            log.warning("the LDAP directory fails", error=str(error))
            raise UnavailableError("the LDAP directory does not answer; try again in a moment") from error

    @contextmanager
    def _searching(self) -> Generator[Connection, None, None]:
        secret = self._settings.ldap_bind_credentials.get_secret_value()
        with self._bound(self._settings.ldap_bind_dn, secret) as searching:
            if not searching.bound:
                raise UnavailableError("the LDAP directory does not let the catalogue search; its log says why")
            yield searching

    @contextmanager
    def _bound(self, name: str, password: str) -> Generator[Connection, None, None]:
        tls = Tls(validate=ssl.CERT_REQUIRED) if self._settings.ldap_url.startswith("ldaps://") else None
        server = Server(self._settings.ldap_url, get_info=NONE, connect_timeout=self._seconds, tls=tls)
        connection = Connection(server, name or None, password or None, receive_timeout=self._seconds, read_only=True)
        try:
            connection.bind()
            yield connection
        finally:
            connection.unbind()

    def _proves(self, name: str, password: str) -> bool:
        with self._bound(name, password) as own:
            return bool(own.bound)

    def _entry(self, searching: Connection, username: str) -> dict[str, Any] | None:
        wanted = self._settings.ldap_search_filter.replace("{{username}}", escape_filter_chars(username))
        found = _search(searching, self._settings.ldap_search_base, wanted)
        return found[0] if len(found) == 1 else None

    def _groups(self, searching: Connection, name: str) -> list[dict[str, Any]]:
        if not self._settings.ldap_group_search_base:
            return []
        wanted = self._settings.ldap_group_search_filter.replace("{{dn}}", escape_filter_chars(name))
        return [one["attributes"] for one in _search(searching, self._settings.ldap_group_search_base, wanted)]

    def _person(self, entry: dict[str, Any], groups: list[dict[str, Any]]) -> Person:
        attributes = entry["attributes"]
        username = _text(attributes.get(self._settings.ldap_username_attr))
        if not username:
            log.error(
                "people in the LDAP directory have no such attribute", attribute=self._settings.ldap_username_attr
            )
            raise UnavailableError("LDAP_USERNAME_ATTR names an attribute that the directory does not give")
        photo = attributes.get("thumbnailPhoto") or attributes.get("jpegPhoto")
        photo = photo[0] if isinstance(photo, list) and photo else photo
        return Person(
            strategy="ldap",
            external_id=_text(attributes.get(self._settings.ldap_external_id)) or entry["dn"],
            username=username,
            name=_text(attributes.get("displayName")) or _text(attributes.get("cn")) or username,
            email=_text(attributes.get("mail")),
            provider="ldap",
            photo=f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}" if isinstance(photo, bytes) else "",
            payload={"_groups": groups},
        )


def _search(
    connection: Connection, base: str, wanted: str, scope: Literal["BASE", "SUBTREE"] = SUBTREE
) -> list[dict[str, Any]]:
    connection.search(base, wanted, search_scope=scope, attributes=ALL_ATTRIBUTES)
    return [one for one in connection.response or [] if one.get("type") == "searchResEntry"]


def _is_disabled(attributes: dict[str, Any]) -> bool:
    """Return whether an entry's account is switched off: Active Directory's ``userAccountControl``, 389's lock."""
    flags = _text(attributes.get("userAccountControl")) or attributes.get("userAccountControl") or 0
    locked = _text(attributes.get("nsAccountLock")) or attributes.get("nsAccountLock")
    return bool(int(flags) & _ACCOUNT_DISABLED) or str(locked).lower() == "true"


def _text(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""
