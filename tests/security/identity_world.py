"""A person's life at an identity provider, and what their tokens may open at each moment of it.

The provider is a double for its clock and its answers only. What it signs is verified, and what it says is looked up,
by the catalogue's own classes over a real database.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from beamlore.core import GONE, Account, Principal, UnavailableError

DEADLINE = 300.0
"""Seconds after which what the identity provider knows must count."""

OWN_DEADLINE = 10.0
"""Seconds after which what the catalogue's own database knows must count."""

SESSION_SECONDS = 86_400
GROUPS = ("proposal:1", "proposal:2", "beamline:balder:staff")
TOKEN_SECONDS = 900
_PAUSE = 6.0
"""How long after the provider is back a process may not have noticed."""


class Clock:
    """The time, which goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_900_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Person:
    """An account, and since when it has not been what it is not."""

    subject: str
    groups: set[str]
    lost: dict[str, float] = field(default_factory=dict)
    """By group: since when they are no longer in it."""

    had: dict[str, float] = field(default_factory=dict)
    """By group: since when they are in it."""

    enabled: bool = True
    exists: bool = True
    out_since: float | None = None
    in_since: float = 0
    email: str = ""
    verified: bool = True
    withdrawn: dict[str, float] = field(default_factory=dict)
    """By address: since when it is not proved to be theirs."""

    sessions: dict[str, float] = field(default_factory=dict)
    """Logins that go on, and when they began."""

    ended: dict[str, float] = field(default_factory=dict)


class Provider:
    """The identity provider."""

    issuer = "https://login.example/realms/facility"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.people: dict[str, Person] = {}
        self.answers = True
        self.silent_until = float("-inf")

    @property
    def keys(self) -> KeySet:
        """What it signs with."""
        return KeySet([self.key])

    async def account(self, key: str) -> Account:
        """Return an account, as Keycloak's admin API does."""
        if not self.answers:
            raise UnavailableError("the identity provider does not answer")
        person = self.people.get(key)
        if person is None or not person.exists or not person.enabled:
            return GONE
        return Account(
            is_active=True,
            email=person.email if person.verified else "",
            groups=frozenset(person.groups),
            sessions=frozenset(person.sessions),
        )

    def token(self, person: Person, session: str, audience: str) -> str:
        """Return a token of a login."""
        claims: Mapping[str, Any] = {
            "iss": self.issuer,
            "aud": audience,
            "sub": person.subject,
            "iat": int(self.clock.now),
            "exp": int(self.clock.now) + TOKEN_SECONDS,
            "sid": session,
            "preferred_username": person.subject,
            "name": person.subject,
            "email": person.email,
            "email_verified": person.verified,
            "groups": sorted(person.groups),
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, dict(claims), self.key, ["ES256"])


@dataclass
class Held:
    """A token that somebody has, and what ends it."""

    token: str
    session: str | None
    """The login it comes from; ``None`` for a service token."""

    latest: float
    """When it is over, whatever it says itself."""

    issued: float
    revoked: float | None = None
    identifier: str = ""


class Life:
    """One person's history: what happens to them, and what they may not open any longer."""

    def __init__(self, provider: Provider, chance: Random) -> None:
        self.provider = provider
        self.clock = provider.clock
        self.chance = chance
        name = f"p{secrets.token_hex(6)}"
        groups = set(chance.sample(GROUPS, chance.randint(0, 3)))
        self.person = Person(name, groups, email=f"{name}@facility.example", in_since=self.clock.now)
        self.person.had = dict.fromkeys(groups, self.clock.now)
        provider.people[name] = self.person
        self.tokens: list[Held] = []

    # What the provider's administrators do.

    def join(self) -> None:
        """A group is given."""
        group = self.chance.choice(GROUPS)
        if group not in self.person.groups:
            self.person.groups.add(group)
            self.person.had[group] = self.clock.now
            self.person.lost.pop(group, None)

    def leave(self) -> None:
        """A group is taken away."""
        if self.person.groups:
            group = self.chance.choice(sorted(self.person.groups))
            self.person.groups.discard(group)
            self.person.lost[group] = self.clock.now

    def disable(self) -> None:
        """The account is switched off, or on again."""
        self.person.enabled = not self.person.enabled
        self._note_presence()

    def delete(self) -> None:
        """The account is removed."""
        self.person.exists = False
        self.person.ended |= dict.fromkeys(self.person.sessions, self.clock.now)
        self.person.sessions.clear()
        self._note_presence()

    def unverify(self) -> None:
        """The address is changed to a colleague's, or its verification withdrawn or given."""
        person = self.person
        if person.verified:
            person.withdrawn[person.email] = self.clock.now
        if self.chance.random() < 0.5:
            person.email = self.chance.choice(("colleague@facility.example", f"{person.subject}@facility.example"))
            person.verified = False
        else:
            person.verified = not person.verified
        if person.verified:
            person.withdrawn.pop(person.email, None)

    def end_session(self) -> None:
        """A login is ended at the provider."""
        if self.person.sessions:
            session = self.chance.choice(sorted(self.person.sessions))
            del self.person.sessions[session]
            self.person.ended.setdefault(session, self.clock.now)

    def _note_presence(self) -> None:
        if self.person.enabled and self.person.exists:
            self.person.out_since, self.person.in_since = None, self.clock.now
        elif self.person.out_since is None:
            self.person.out_since = self.clock.now

    # What may be.

    def leak(self, held: Held, principal: Principal) -> str:
        """Return what a token opens that it must not open any longer; empty where there is nothing."""
        now, person = self.clock.now, self.person
        if now >= held.latest + 10:
            return "it was taken after its end"
        if held.revoked is not None and now - held.revoked > OWN_DEADLINE:
            return "it was revoked"
        if not self._must_be_known:
            return ""
        limit = now - DEADLINE
        if person.out_since is not None and person.out_since < limit:
            return "the person is gone"
        ended = person.ended.get(held.session or "")
        if ended is not None and ended < limit:
            return "the login is over"
        kept = [one for one in principal.groups if one not in person.groups and person.lost.get(one, now) < limit]
        if kept or not principal.groups <= {*person.groups, *person.lost}:
            return f"groups {kept or sorted(principal.groups)} were taken away"
        if principal.email and not (person.verified and person.email == principal.email):
            since = person.withdrawn.get(principal.email, float("-inf"))
            if since < limit:
                return f"the address {principal.email} is not theirs"
        return ""

    def is_locked_out(self, held: Held) -> bool:
        """Return whether a token that was refused must have been taken."""
        now, person = self.clock.now, self.person
        return (
            self._must_be_known
            and now < held.latest - 10
            and held.revoked is None
            and person.out_since is None
            and person.in_since < now - DEADLINE
            and (held.session is None or held.session in person.sessions)
        )

    def missing(self, principal: Principal) -> set[str]:
        """Return the groups that a token must have by now, and has not."""
        if not self._must_be_known:
            return set()
        had = {one for one in self.person.groups if self.person.had.get(one, 0) < self.clock.now - DEADLINE}
        return had - principal.groups

    @property
    def _must_be_known(self) -> bool:
        return self.provider.answers and self.clock.now > self.provider.silent_until + _PAUSE

    def __repr__(self) -> str:
        return json.dumps(self.person.__dict__, default=sorted)
