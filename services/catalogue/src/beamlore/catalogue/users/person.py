"""A person as an identity provider describes them at a login."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Person:
    """What is known of who logs in, before the catalogue knows them."""

    strategy: str
    """``local``, ``oidc`` or ``ldap``."""

    external_id: str
    """How the provider calls them, for good; empty for local users."""

    username: str
    name: str = ""
    email: str = ""
    """An address that the provider vouches for; empty where it knows none, or does not call it verified."""

    provider: str = ""
    photo: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """All that the provider said: claims, attributes, and groups under ``_groups``."""

    session: str = ""
    """The login, as the provider calls it; empty where it names none."""

    proven_at: float | None = None
    """When the provider said all this, in seconds since the epoch; now, where it is not known."""

    user_id: str = ""
    """How the catalogue calls them, where it knows them already."""
