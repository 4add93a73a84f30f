from collections.abc import Callable

import httpx

Client = Callable[[str | None], httpx.AsyncClient]


async def test_proposal_comes_with_its_people(client: Client) -> None:
    answer = await client("@ingestor").get("/proposals/20260101")

    assert answer.status_code == 200
    proposal = answer.json()
    assert proposal["beamline"] == "balder"
    assert proposal["title"].startswith("Operando XAS of Cu single-atom sites")
    assert proposal["principalInvestigator"] == {
        "username": "ada",
        "name": "Ada Lovelace",
        "email": "ada@facility.example",
        "orcid": "0000-0002-1825-0097",
        "affiliation": "Analytical Institute, Dept. of Catalysis",
    }
    assert proposal["members"] == [proposal["principalInvestigator"]]
    assert proposal["start"] < "2026-11-21" < proposal["end"]


async def test_members_begin_with_the_principal_investigator(client: Client) -> None:
    members = (await client("@ingestor").get("/proposals/20240001")).json()["members"]
    assert [member["username"] for member in members] == ["ada", "staff"]


async def test_unknown_proposal_is_not_found(client: Client) -> None:
    answer = await client("@ingestor").get("/proposals/19990001")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "the user office knows no proposal '19990001'"


async def test_known_version_is_not_sent_again(client: Client) -> None:
    http = client("@ingestor")
    first = await http.get("/proposals/20260101")
    again = await http.get("/proposals/20260101", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


async def test_version_of_another_proposal_is_another(client: Client) -> None:
    http = client("@ingestor")
    first = await http.get("/proposals/20260101")
    other = await http.get("/proposals/20260102", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


async def test_proposals_are_listed_by_beamline_and_member(client: Client) -> None:
    http = client("@ingestor")

    async def ids(**query: str) -> list[str]:
        return [item["id"] for item in (await http.get("/proposals", params=query)).json()["items"]]

    assert await ids() == ["20240001", "20260101", "20260102", "20260201", "20260301"]
    assert await ids(beamline="balder") == ["20240001", "20260101", "20260102"]
    assert await ids(member="ada") == ["20240001", "20260101", "20260201"]
    assert await ids(member="ada", beamline="balder") == ["20240001", "20260101"]
    assert await ids(member="nobody") == []
    assert await ids(beamline="nowhere") == []


async def test_list_comes_in_pages(client: Client) -> None:
    http = client("@ingestor")
    seen, cursor = [], None
    while True:
        page = (await http.get("/proposals", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    assert seen == ["20240001", "20260101", "20260102", "20260201", "20260301"]


async def test_invented_cursor_is_refused(client: Client) -> None:
    assert (await client("@ingestor").get("/proposals", params={"cursor": "?"})).status_code == 400
