"""Functional accounts: SciCat's ``functionalAccounts.json``, written into its collections when the catalogue starts.

The file is a list of ``{username, password, email, role, global}`` with one role or a list; roles are the account's
groups. A password stands as it is or, as it should, as its hash (bcrypt or Argon2).
"""

from pathlib import Path

import structlog
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.passwords import is_hash

log = structlog.get_logger(__name__)

GLOBAL_ACCESS = "globalaccess"
_USUAL = Path("functionalAccounts.json")


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
        """The roles, as a list; an account with ``global`` has one more."""
        named = [self.role] if isinstance(self.role, str) else self.role
        return [one for one in dict.fromkeys([*named, *([GLOBAL_ACCESS] if self.everywhere else [])]) if one]


def load_accounts(settings: Settings) -> list[FunctionalAccount]:
    """Return the accounts of the configured file, or else of the one in the working directory; none without a file.

    Raises:
        ValueError: the file is there and is not such a list; the text says where.
    """
    path: Path = settings.functional_accounts_file or _USUAL
    if not path.is_file():
        if settings.functional_accounts_file is not None:
            log.warning("the file of functional accounts is not there", file=str(path))
        return []
    try:
        accounts = TypeAdapter(list[FunctionalAccount]).validate_json(path.read_bytes())
    except ValidationError as error:
        places = [".".join(str(part) for part in one["loc"]) + ": " + one["msg"] for one in error.errors()]
        raise ValueError(f"{path} is not a list of functional accounts: {'; '.join(places)}") from None
    plain = [account.username for account in accounts if not is_hash(account.password)]
    if plain:
        log.warning("functional accounts have passwords that are not hashed", accounts=plain)
    return accounts
