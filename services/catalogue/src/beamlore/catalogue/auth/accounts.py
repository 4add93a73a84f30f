"""Functional accounts: SciCat's ``functionalAccounts.json``.

A list of ``{username, password, email, role}`` with one role or a list; roles are the account's groups. A password
stands as it is or as its Argon2 hash (``$argon2id$…``), which is what it should be.
"""

import asyncio
import hashlib
import hmac
from pathlib import Path
from typing import Any

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from beamlore.catalogue.settings import Settings
from beamlore.contract import CATALOGUE_INGEST
from beamlore.core import Principal

log = structlog.get_logger(__name__)

_GLOBAL_ACCESS = "globalaccess"
_HASH = "$argon2"


class FunctionalAccount(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    username: str = Field(min_length=1, validation_alias=AliasChoices("username", "account"))
    password: str = Field(min_length=1, repr=False)
    email: str = ""
    role: str | list[str] = ""
    everywhere: bool = Field(default=False, validation_alias="global")

    @property
    def roles(self) -> list[str]:
        """The roles, as a list."""
        return [one for one in ([self.role] if isinstance(self.role, str) else self.role) if one]


class FunctionalAccounts:
    """Knows the accounts and checks their passwords."""

    def __init__(self, accounts: list[FunctionalAccount], settings: Settings) -> None:
        self._accounts = {account.username: account for account in accounts}
        self._settings = settings
        self._hasher = PasswordHasher()
        # An unknown name costs as much time as a wrong password.
        self._nobody = FunctionalAccount(username="nobody", password=self._hasher.hash("nobody"))

    async def check(self, username: str, password: str) -> Principal | None:
        """Return the account's principal, ``None`` where the name or the password is wrong."""
        account = self._accounts.get(username)
        right = await asyncio.to_thread(self._matches, (account or self._nobody).password, password)
        return self._principal(account) if account is not None and right else None

    def _matches(self, stored: str, given: str) -> bool:
        if not stored.startswith(_HASH):
            return hmac.compare_digest(
                hashlib.sha256(stored.encode()).digest(), hashlib.sha256(given.encode()).digest()
            )
        try:
            return self._hasher.verify(stored, given)
        except (VerificationError, InvalidHashError):
            return False

    def _principal(self, account: FunctionalAccount) -> Principal:
        groups = set(account.roles)
        if groups & self._settings.ingest_roles:
            groups.add(CATALOGUE_INGEST)
        if account.everywhere:
            groups.add(_GLOBAL_ACCESS)
        return Principal(
            subject=f"functional:{account.username}",
            username=account.username,
            name=account.username,
            email=account.email,
            groups=frozenset(groups),
        )


def load_accounts(settings: Settings) -> FunctionalAccounts:
    """Return the accounts of the configured file, none where there is no file configured.

    Raises:
        ValueError: the file is there and is not such a list; the text says where.
    """
    path: Path | None = settings.functional_accounts_file
    if path is None:
        return FunctionalAccounts([], settings)
    try:
        accounts = TypeAdapter(list[FunctionalAccount]).validate_json(path.read_bytes())
    except ValidationError as error:
        places = [".".join(str(part) for part in one["loc"]) + ": " + one["msg"] for one in error.errors()]
        raise ValueError(f"{path} is not a list of functional accounts: {'; '.join(places)}") from None
    plain = [account.username for account in accounts if not account.password.startswith(_HASH)]
    if plain:
        log.warning("functional accounts have passwords that are not hashed", accounts=plain)
    return FunctionalAccounts(accounts, settings)


def user_of(principal: Principal) -> dict[str, Any]:
    """Return a principal as SciCat's login routes show a user."""
    return {
        "id": user_id(principal),
        "_id": user_id(principal),
        "username": principal.username,
        "email": principal.email,
        "displayName": principal.name,
        "currentGroups": sorted(principal.groups),
        "authStrategy": "local" if principal.subject.startswith("functional:") else "oidc",
    }


def user_id(principal: Principal) -> str:
    """Return an identifier of the form SciCat's clients know: 24 hexadecimal digits, the same for the same subject."""
    return hashlib.sha256(principal.subject.encode()).hexdigest()[:24]
