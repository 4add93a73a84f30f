import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.configurator.access import Access
from beamlore.contract import CATALOGUE_ADMIN, CONFIGURATOR_READ, beamline_staff, proposal_group
from beamlore.core import ForbiddenError, Principal

Client = Callable[[str | None], httpx.AsyncClient]
OPENAPI = Path(__file__).parents[3] / "docs" / "reference" / "openapi" / "configurator.json"
ROUTES = [
    (method.upper(), path.removeprefix("/api/configurator/v1"))
    for path, methods in json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"].items()
    for method in methods
]
READING = [route for route in ROUTES if route[0] == "GET"]
CHANGING = [route for route in ROUTES if route[0] != "GET"]
OF_A_BEAMLINE = [route for route in ROUTES if "{beamline}" in route[1]]
BODIES: dict[str, object] = {
    "/beamlines/{beamline}": {"name": "Balder"},
    "/beamlines/{beamline}/sets": {"name": "new"},
    "/beamlines/{beamline}/sets/{name}": {"name": "standard"},
    "/beamlines/{beamline}/active": {"name": "alignment"},
}


async def send(http: httpx.AsyncClient, method: str, path: str, beamline: str) -> httpx.Response:
    address = path.replace("{beamline}", beamline).replace("{name}", "standard").replace("{number}", "1")
    body = BODIES[path] if method in ("PUT", "POST") else None
    return await http.request(method, address, json=body, headers={"If-Match": "*"})


async def answers(http: httpx.AsyncClient, routes: list[tuple[str, str]], beamline: str) -> dict[str, int]:
    return {f"{method} {path}": (await send(http, method, path, beamline)).status_code for method, path in routes}


def all_are(status: int, routes: list[tuple[str, str]]) -> dict[str, int]:
    return {f"{method} {path}": status for method, path in routes}


async def test_without_a_token_nothing_is_told(client: Client) -> None:
    assert await answers(client(None), ROUTES, "balder") == all_are(401, ROUTES)


@pytest.mark.parametrize("who", ["ada", "curator", "@ingestor"])
async def test_who_has_no_part_in_a_beamline_gets_nothing(client: Client, who: str) -> None:
    assert await answers(client(who), ROUTES, "balder") == all_are(403, ROUTES)


@pytest.mark.parametrize("beamline", ["cosaxs", "nowhere"])
async def test_staff_get_nothing_of_other_beamlines(client: Client, beamline: str) -> None:
    assert await answers(client("staff"), OF_A_BEAMLINE, beamline) == all_are(403, OF_A_BEAMLINE)


@pytest.mark.parametrize("who", ["staff", "@beamline-hippie"])
async def test_staff_and_instruments_read(client: Client, who: str) -> None:
    assert await answers(client(who), READING, "balder") == all_are(200, READING)


async def test_instruments_change_nothing(client: Client) -> None:
    assert await answers(client("@beamline-balder"), CHANGING, "balder") == all_are(403, CHANGING)


async def test_staff_do_not_change_the_beamline_itself(client: Client) -> None:
    assert (await send(client("staff"), "PUT", "/beamlines/{beamline}", "balder")).status_code == 403


BEAMLINES = st.sampled_from(["balder", "cosaxs", "hippie", "nowhere"])
GROUPS = st.frozensets(
    st.sampled_from([CATALOGUE_ADMIN, CONFIGURATOR_READ, proposal_group("balder"), "beamline:balder", "balder"])
    | BEAMLINES.map(beamline_staff)
)


@given(GROUPS, BEAMLINES)
def test_groups_decide(groups: frozenset[str], beamline: str) -> None:
    access = Access(Principal("s", "someone", groups=groups))
    writes = CATALOGUE_ADMIN in groups or beamline_staff(beamline) in groups

    assert allowed(lambda: access.check_write(beamline)) == writes
    assert allowed(lambda: access.visible(beamline)) == (writes or CONFIGURATOR_READ in groups)


@given(GROUPS)
def test_list_holds_what_may_be_seen(groups: frozenset[str]) -> None:
    access = Access(Principal("s", "someone", groups=groups))
    one_by_one = {name for name in ("balder", "cosaxs", "hippie") if allowed(lambda name=name: access.visible(name))}
    try:
        condition = access.visible(None)
    except ForbiddenError:
        assert not one_by_one
    else:
        among = condition["beamline"]["$in"] if condition else ["balder", "cosaxs", "hippie"]
        assert one_by_one == set(among) - {"nowhere"}


def allowed(check: Callable[[], object]) -> bool:
    try:
        check()
    except ForbiddenError:
        return False
    return True
