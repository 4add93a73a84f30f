"""Random histories of accounts and their tokens: whatever happens in whatever order, nothing outlives the identity.

``BEAMLORE_TEST_HISTORIES`` sets how many are tried, ``BEAMLORE_TEST_HISTORY`` which is the first. Covers OWASP API
Security 2023 API2 (broken authentication) and API5; ASVS 5.0 V7.4.1, V7.4.2 (sessions end with the account), V10.4 and
V8.3.1 (changes of rights count at once).
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from beamlore.catalogue.app import build_app
from beamlore.catalogue.settings import Settings
from beamlore.core import KeycloakAccounts, UnauthenticatedError, UnavailableError
from beamlore.core._issuer_keys import IssuerKeys
from tests.security.conftest import phases
from tests.security.identity_world import SESSION_SECONDS, TOKEN_SECONDS, Clock, Held, Life, Provider

_HISTORIES = int(os.environ.get("BEAMLORE_TEST_HISTORIES", "60"))
_FIRST = int(os.environ.get("BEAMLORE_TEST_HISTORY", "0"))
_STEPS = 14
_SERVICE_TOKENS = "/api/beamlore/v1/tokens"


class Machine:
    """A catalogue in this process, and what people do with their tokens."""

    def __init__(self, app: Any, http: httpx.AsyncClient, provider: Provider) -> None:
        self.verifier = app.state.verifier
        self.lifetime = app.state.session_tokens.lifetime
        self.http = http
        self.provider = provider
        self.clock = provider.clock
        self.asked = 0

    async def log_in(self, life: Life) -> None:
        """Somebody logs in: they have the provider's token, and one of SciCat's login routes."""
        person = life.person
        if not (person.enabled and person.exists and self.provider.answers):
            return
        session = f"sid-{len(person.sessions) + len(person.ended)}-{person.subject}"
        person.sessions[session] = self.clock.now
        now = self.clock.now
        token = self.provider.token(person, session, "beamlore")
        life.tokens.append(Held(token, session, now + TOKEN_SECONDS, now))
        await self.exchange(life, self.provider.token(person, session, "beamlore-web"), session)

    async def exchange(self, life: Life, id_token: str, session: str) -> None:
        """An ID token is exchanged, perhaps long after it was given."""
        answer = await self.http.post("/api/v3/auth/oidc/token", json={"idToken": id_token})
        if answer.status_code == 201:
            latest = self._latest(life, session, self.clock.now)
            life.tokens.append(Held(answer.json()["id"], session, latest, self.clock.now))
        life.tokens.append(Held(f"id:{id_token}", session, self.clock.now, self.clock.now))

    async def use_old_id_token(self, life: Life) -> None:
        """An ID token that was seen before is shown again."""
        old = [one for one in life.tokens if one.token.startswith("id:")]
        if old:
            one = life.chance.choice(old)
            life.tokens.remove(one)
            await self.exchange(life, one.token.removeprefix("id:"), one.session or "")

    async def renew(self, life: Life) -> None:
        """A token is renewed."""
        held = self._any(life)
        if held is None:
            return
        answer = await self._request("POST", "/api/v3/users/jwt", held)
        if answer.status_code == 201:
            self._refuse_leak(life, held, "it was renewed")
            latest = self._latest(life, held.session, held.issued)
            life.tokens.append(Held(answer.json()["jwt"], held.session, latest, held.issued))

    async def mint(self, life: Life) -> None:
        """A service token is made."""
        held = self._any(life)
        if held is None:
            return
        wanted = {"name": "robot", "scopes": ["*:read"], "expiresInDays": 365}
        answer = await self._request("POST", _SERVICE_TOKENS, held, json=wanted)
        if answer.status_code == 201:
            self._refuse_leak(life, held, "a service token was made")
            made = answer.json()
            latest = self.clock.now + 366 * 86_400
            life.tokens.append(Held(made["token"], None, latest, self.clock.now, identifier=made["id"]))

    async def revoke(self, life: Life) -> None:
        """A service token is revoked by its maker."""
        minted = [one for one in life.tokens if one.identifier and one.revoked is None]
        held = self._any(life)
        if minted and held is not None:
            one = life.chance.choice(minted)
            answer = await self._request("DELETE", f"{_SERVICE_TOKENS}/{one.identifier}", held)
            if answer.status_code == 204:
                one.revoked = self.clock.now

    async def log_out(self, life: Life) -> None:
        """Somebody signs out of the catalogue."""
        held = self._any(life)
        if held is None:
            return
        answer = await self._request("POST", "/api/v3/auth/logout", held)
        if answer.status_code == 200:
            for one in life.tokens:
                if one.session == held.session:
                    one.revoked = one.revoked or self.clock.now

    async def look(self, life: Life, held: Held) -> None:
        """Compare what a token opens with what it may."""
        self.asked += 1
        try:
            principal = await self.verifier.verify(held.token)
        except UnavailableError as error:
            may = not self.provider.answers or self.clock.now < self.provider.silent_until + 10
            assert may, f"it cannot be told: {error!r} {held} {life}"
            return
        except UnauthenticatedError as error:
            assert not life.is_locked_out(held), f"locked out: {error} {held} {life}"
            return
        leak = life.leak(held, principal)
        assert not leak, f"{leak}: {principal} {held} {life}"
        assert not life.missing(principal), f"groups are missing: {principal} {life}"

    def _latest(self, life: Life, session: str | None, otherwise: float) -> float:
        """Return when a new token of a login is over: after an hour, and with the login's longest time."""
        began = life.person.sessions.get(session or "", otherwise)
        return min(self.clock.now + self.lifetime, began + SESSION_SECONDS)

    def _refuse_leak(self, life: Life, held: Held, what: str) -> None:
        person, limit = life.person, self.clock.now - 300
        is_gone = person.out_since is not None and person.out_since < limit
        assert not is_gone or not life._must_be_known, f"{what} for somebody who is gone: {held} {life}"

    def _any(self, life: Life) -> Held | None:
        usable = [one for one in life.tokens if not one.identifier and not one.token.startswith("id:")]
        return life.chance.choice(usable) if usable else None

    async def _request(self, method: str, path: str, held: Held, **more: Any) -> httpx.Response:
        return await self.http.request(method, path, headers={"Authorization": f"Bearer {held.token}"}, **more)


async def _live(machine: Machine, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a history, not a secret
    life = Life(machine.provider, chance)
    acts: list[Callable[[Life], Awaitable[None]]] = [
        *(machine.log_in, machine.renew, machine.renew, machine.mint),
        *(machine.revoke, machine.log_out, machine.use_old_id_token),
    ]
    changes = [life.join, life.leave, life.leave, life.disable, life.unverify, life.end_session, life.delete]
    await machine.log_in(life)
    for _ in range(_STEPS):
        kind = chance.random()
        if kind < 0.35:
            await chance.choice(acts)(life)
        elif kind < 0.55:
            chance.choice(changes)()
        elif kind < 0.6:
            machine.provider.answers = not machine.provider.answers
            machine.provider.silent_until = machine.clock.now
        elif kind < 0.8:
            machine.clock.now += chance.choice((1, 7, 30, 100, 200, 301, 900, 4000))
            if not machine.provider.answers:
                machine.provider.silent_until = machine.clock.now
        elif (shown := [one for one in life.tokens if not one.token.startswith("id:")]) != []:
            await machine.look(life, chance.choice(shown))
    machine.provider.answers = True
    machine.clock.now += 311
    for held in life.tokens:
        if not held.token.startswith("id:"):
            await machine.look(life, held)


@pytest.fixture
async def machine(mongo_database: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Machine]:
    clock = Clock()
    provider = Provider(clock)

    async def keys(_: IssuerKeys) -> Any:
        return provider.keys

    async def account(_: KeycloakAccounts, key: str) -> Any:
        return await provider.account(key)

    monkeypatch.setattr(IssuerKeys, "current", keys)
    monkeypatch.setattr(IssuerKeys, "newer", keys)
    monkeypatch.setattr(KeycloakAccounts, "account", account)
    settings = Settings(
        oidc_issuer=provider.issuer,
        mongo_url=SecretStr(mongo_database.url),
        mongo_database=mongo_database.name,
        client_id="catalogue",
        client_secret=SecretStr("the secret of a test that is long enough"),
        session_seconds=SESSION_SECONDS,
        login_failures="100000/minute",
        login_failures_of_address="100000/minute",
    )
    app = build_app(settings, phases)
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        http = await opened.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://catalogue"))
        monkeypatch.setattr("time.time", clock)
        yield Machine(app, http, provider)
        monkeypatch.undo()


async def test_nothing_outlives_the_identity_in_any_history(machine: Machine) -> None:
    for seed in range(_FIRST, _FIRST + _HISTORIES):
        try:
            await _live(machine, seed)
        except AssertionError as error:
            raise AssertionError(f"history {seed}: {error}") from error
    assert machine.asked > _HISTORIES
