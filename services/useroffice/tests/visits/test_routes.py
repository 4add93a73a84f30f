from collections.abc import Callable

import httpx

Client = Callable[[str | None], httpx.AsyncClient]


async def test_visits_are_listed_by_proposal_and_beamline(client: Client) -> None:
    http = client("@ingestor")

    async def ids(**query: str) -> list[str]:
        return [item["id"] for item in (await http.get("/visits", params=query)).json()["items"]]

    assert len(await ids()) == 5
    assert await ids(proposal="20260201") == ["20260201-1"]
    assert await ids(beamline="hippie") == ["20260301-1"]
    assert await ids(beamline="hippie", proposal="20260201") == []


async def test_visit_names_beamline_and_visitors(client: Client) -> None:
    (visit,) = (await client("@ingestor").get("/visits", params={"proposal": "20260201"})).json()["items"]
    assert visit["beamline"] == "cosaxs"
    assert [visitor["username"] for visitor in visit["visitors"]] == ["ada"]
