"""How old what is known of an account may be, and what holds while the identity provider does not answer."""

import asyncio

import pytest

from beamlore.core import (
    GONE,
    Account,
    AccountRechecks,
    Principal,
    UnauthenticatedError,
    UnavailableError,
    check_account,
)

SECONDS, OVERDUE = 240, 900
ADA = Account(is_active=True, groups=frozenset({"a"}), sessions=frozenset({"first"}))


class Provider:
    """Knows one account, or does not answer."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.known = ADA
        self.answers = True
        self.hangs = False
        self.asked = 0
        self.rechecks = AccountRechecks(self, seconds=SECONDS, overdue_seconds=OVERDUE, clock=lambda: self.now)

    async def account(self, key: str) -> Account:
        self.asked += 1
        known = self.known
        if self.hangs:
            await asyncio.Event().wait()
        if not self.answers:
            raise UnavailableError("away")
        return known

    async def groups(self, **proof: float) -> frozenset[str] | None:
        account = await self.rechecks.account("ada", **proof)
        return None if account is None else account.groups

    async def settle(self) -> None:
        """Let what is done beside the requests come to its end."""
        async with asyncio.timeout(30):
            await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "account recheck"))


@pytest.fixture
async def provider() -> Provider:
    return Provider()


async def test_fresh_proof_needs_no_look(provider):
    assert await provider.groups(proven_at=provider.now - 10) is None
    assert provider.asked == 0


async def test_answer_is_never_older_than_it_may_be(provider):
    assert await provider.groups() == {"a"}
    provider.known = GONE
    provider.now += SECONDS + 1

    account = await provider.rechecks.account("ada")

    assert account is not None
    assert not account.is_active


async def test_active_people_do_not_wait(provider):
    await provider.groups()
    provider.now += SECONDS - 1
    provider.known = Account(is_active=True, groups=frozenset({"b"}))
    assert await provider.groups() == {"a"}, "answered at once, and looked up beside"
    await provider.settle()
    assert await provider.groups() == {"b"}


async def test_many_at_once_ask_once(provider):
    await asyncio.gather(*(provider.groups() for _ in range(50)))
    assert provider.asked == 1


async def test_short_absence_of_the_provider_is_not_noticed(provider):
    await provider.groups()
    provider.answers = False
    for _ in range(10):
        provider.now += 60
        assert await provider.groups() == {"a"}
        await provider.settle()


async def test_long_absence_of_the_provider_is_said_as_such(provider):
    await provider.groups()
    provider.answers = False
    provider.now += SECONDS + OVERDUE + 1
    with pytest.raises(UnavailableError, match="does not answer") as raised:
        await provider.groups()
    assert int(raised.value.headers["Retry-After"]) > 0
    provider.answers = True
    provider.now += 10
    assert await provider.groups() == {"a"}


async def test_change_counts_as_soon_as_the_provider_is_back(provider):
    await provider.groups()
    provider.answers = False
    provider.now += SECONDS + 1
    await provider.groups()
    provider.answers, provider.known = True, GONE
    provider.now += 10
    account = await provider.rechecks.account("ada")
    assert account == GONE or (account is not None and not account.is_active)


async def test_provider_that_hangs_holds_nobody_up_for_long(provider):
    await provider.groups()
    provider.answers = False
    provider.now += SECONDS + 1
    await provider.groups()
    provider.hangs = True
    provider.now += 10
    async with asyncio.timeout(30):
        assert await provider.groups() == {"a"}


async def test_needed_answer_is_newer_than_the_last_one(provider):
    await provider.groups()
    provider.now += 20
    provider.known = Account(is_active=True, groups=frozenset({"b"}))
    assert await provider.groups(needed_since=provider.now - 10) == {"b"}


async def test_newer_proof_goes_before_an_older_answer(provider):
    await provider.groups()
    provider.now += 20
    assert await provider.groups(proven_at=provider.now - 10) is None
    assert await provider.groups(proven_at=provider.now - 30) == {"a"}


@pytest.mark.parametrize(
    ("account", "token"),
    [
        (GONE, Principal("s", "ada")),
        (Account(is_active=True, sessions=frozenset(), asked_at=100), Principal("s", "ada", issued_at=1, session="x")),
        (Account(is_active=True, not_before=50, asked_at=100), Principal("s", "ada", issued_at=49)),
    ],
)
def test_token_whose_account_or_login_is_over_is_refused(account, token):
    with pytest.raises(UnauthenticatedError):
        check_account(account, token)


@pytest.mark.parametrize(
    ("account", "token"),
    [
        (Account(is_active=True), Principal("s", "ada", issued_at=1, session="x")),
        (Account(is_active=True, sessions=frozenset({"x"}), asked_at=9), Principal("s", "a", issued_at=1, session="x")),
        (Account(is_active=True, sessions=frozenset(), asked_at=100), Principal("s", "ada", issued_at=99, session="x")),
        (Account(is_active=True, sessions=frozenset(), asked_at=100), Principal("s", "service")),
    ],
)
def test_token_whose_login_may_still_go_on_is_taken(account, token):
    check_account(account, token)
