import asyncio
import uuid
from collections.abc import Callable

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Client = Callable[[str | None], httpx.AsyncClient]
SETS = "/beamlines/balder/sets"
ACTIVE = "/beamlines/balder/active"
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(writers=st.integers(2, 12))
async def test_of_writers_who_know_the_same_version_exactly_one_wins(client: Client, writers: int) -> None:
    staff = client("staff")
    name = uuid.uuid4().hex
    known = (await staff.post(SETS, json={"name": name})).headers["ETag"]

    answers = await asyncio.gather(
        *(
            staff.put(f"{SETS}/{name}", json={"name": name, "description": str(number)}, headers={"If-Match": known})
            for number in range(writers)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (writers - 1)
    (won,) = (number for number, answer in enumerate(answers) if answer.status_code == 200)
    stored = (await staff.get(f"{SETS}/{name}")).json()
    assert (stored["description"], stored["version"]) == (str(won), 2)


@few
@given(writers=st.integers(2, 8))
async def test_writers_who_read_again_lose_nothing(client: Client, writers: int) -> None:
    staff = client("staff")
    name = uuid.uuid4().hex
    await staff.post(SETS, json={"name": name})

    async def add(number: int) -> None:
        while True:
            current = await staff.get(f"{SETS}/{name}")
            entries = current.json()["entries"] + [{"key": f"k{number}", "source": "a/b/c/d"}]
            answer = await staff.put(
                f"{SETS}/{name}",
                json={"name": name, "entries": entries},
                headers={"If-Match": current.headers["ETag"]},
            )
            if answer.status_code == 200:
                return
            assert answer.status_code == 412

    await asyncio.gather(*(add(number) for number in range(writers)))

    stored = (await staff.get(f"{SETS}/{name}")).json()
    assert {entry["key"] for entry in stored["entries"]} == {f"k{number}" for number in range(writers)}
    history = (await staff.get(f"{SETS}/{name}/versions")).json()["items"]
    assert [item["version"] for item in history] == list(range(writers + 1, 0, -1))


@few
@given(makers=st.integers(2, 10))
async def test_of_makers_of_the_same_set_exactly_one_wins(client: Client, makers: int) -> None:
    staff = client("staff")
    name = uuid.uuid4().hex
    answers = await asyncio.gather(*(staff.post(SETS, json={"name": name}) for _ in range(makers)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (makers - 1)


@few
@given(deleter_first=st.booleans())
async def test_set_is_never_both_active_and_deleted(client: Client, deleter_first: bool) -> None:
    staff = client("staff")
    name = uuid.uuid4().hex
    known = (await staff.post(SETS, json={"name": name})).headers["ETag"]
    active = (await staff.get(ACTIVE)).headers["ETag"]

    requests = [
        staff.delete(f"{SETS}/{name}", headers={"If-Match": known}),
        staff.put(ACTIVE, json={"name": name}, headers={"If-Match": active}),
    ]
    answers = await asyncio.gather(*(requests if deleter_first else reversed(requests)))

    codes = {answer.status_code for answer in answers}
    assert codes in ({204, 404}, {200, 409})
    deleted = (await staff.get(f"{SETS}/{name}")).status_code == 404
    chosen = (await staff.get(ACTIVE)).json()["metadataSet"]["name"] == name
    assert deleted != chosen
