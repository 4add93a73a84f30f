from collections.abc import Callable

import httpx

Client = Callable[[str | None], httpx.AsyncClient]


async def test_person_is_found_by_user_name(client: Client) -> None:
    answer = await client("@ingestor").get("/people/bo")
    assert answer.json()["name"] == "Bo Andersson"


async def test_what_is_not_known_of_a_person_is_absent(client: Client) -> None:
    assert "orcid" not in (await client("@ingestor").get("/people/staff")).json()


async def test_unknown_person_is_not_found(client: Client) -> None:
    assert (await client("@ingestor").get("/people/nobody")).status_code == 404


async def test_people_are_listed_by_user_name(client: Client) -> None:
    items = (await client("@ingestor").get("/people")).json()["items"]
    assert [item["username"] for item in items] == ["ada", "admin", "bo", "curator", "staff"]
