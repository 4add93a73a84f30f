"""Users' records: one's own, and everyone's for administrators (OWASP API1:2023, API3:2023, API5:2023; ASVS 4.2.1)."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.durations import seconds_of
from beamlore.core import BadRequestError
from beamlore.embedded import Tokens

from ..conftest import serving
from .conftest import House

USERS = "/api/v3/users"


_ROUTES = [
    ("GET", USERS),
    ("GET", f"{USERS}/my/self"),
    ("GET", f"{USERS}/my/identity"),
    ("GET", f"{USERS}/my/settings"),
    ("GET", f"{USERS}/{'0' * 24}"),
    ("GET", f"{USERS}/{'0' * 24}/userIdentity"),
    ("GET", f"{USERS}/{'0' * 24}/settings"),
    ("GET", f"{USERS}/{'0' * 24}/authorization/dataset/create"),
    ("POST", f"{USERS}/password"),
    ("PATCH", f"{USERS}/{'0' * 24}/password"),
    ("PUT", f"{USERS}/{'0' * 24}/settings"),
    ("DELETE", f"{USERS}/{'0' * 24}/settings"),
    ("POST", f"{USERS}/{'0' * 24}/jwt"),
    ("POST", f"{USERS}/logout"),
    ("GET", "/api/v3/useridentities/findOne"),
    ("GET", "/api/v3/useridentities/isValidEmail"),
]


async def test_nobody_learns_or_changes_anything_of_users_without_a_login(house: House) -> None:
    anonymous = await house.served.as_(None)
    for method, path in _ROUTES:
        answer = await anonymous.request(method, path, json={} if method != "GET" else None)
        assert answer.status_code == answer.json()["statusCode"] == 401, (method, path)


async def test_people_see_themselves_and_administrators_everyone(house: House) -> None:
    ida, ola, root = [await house.login(name) for name in ("ida", "ola", "root")]

    mine = await ida.client.get(f"{USERS}/my/self")
    assert mine.json() == (await ida.client.get(f"{USERS}/{ida.id}")).json()
    assert (mine.json()["username"], mine.json()["id"]) == ("ida", ida.id)
    assert [one["username"] for one in (await ida.client.get(USERS)).json()] == ["ida"]
    for path in ("", "/userIdentity", "/settings", "/authorization/dataset/create"):
        assert (await ida.client.get(f"{USERS}/{ola.id}{path}")).status_code == 403
        assert (await root.client.get(f"{USERS}/{ola.id}{path}")).status_code == 200
        assert (await root.client.get(f"{USERS}/{'0' * 24}{path}")).status_code == 404
        assert (await root.client.get(f"{USERS}/nonsense{path}")).status_code == 404
    assert {one["username"] for one in (await root.client.get(USERS)).json()} == {"root", "ida", "ola"}


async def test_no_answer_holds_a_password(house: House) -> None:
    root = await house.login("root")
    stored = [one["password"] async for one in house.collection("User").find()]
    assert len(stored) == 3
    for path in (USERS, f"{USERS}/{root.id}", f"{USERS}/my/self", "/api/v3/auth/whoami"):
        text = (await root.client.get(path)).text
        assert "password" not in text
        assert not any(secret in text for secret in stored)


async def test_an_identity_is_found_by_what_it_says(house: House) -> None:
    root, ida = await house.login("root"), await house.login("ida")

    async def find(somebody: Any, where: object, **headers: str) -> Any:
        return await somebody.client.get(
            "/api/v3/UserIdentities/findOne", params={"filter": json.dumps({"where": where})}, headers=headers
        )

    assert (await find(root, {"userId": ida.id})).json()["profile"]["username"] == "ida"
    assert (await find(root, {"profile.email": "ida@facility.example"})).json()["userId"] == ida.id
    assert (await find(root, {"profile.username": {"like": "^id"}})).json()["userId"] == ida.id
    assert (await find(root, {"profile.username": "nobody"})).status_code == 404
    assert (await find(ida, {"userId": ida.id})).json()["profile"]["accessGroups"] == ["proposal:1"]
    assert (await find(ida, {"userId": root.id})).status_code == 403
    assert (await find(ida, {"$or": [{"userId": root.id}]})).status_code == 403
    in_header = {"filter": json.dumps({"where": {"profile.username": "ola"}})}
    answer = await root.client.get("/api/v3/useridentities/findOne", headers=in_header)
    assert answer.json()["profile"]["username"] == "ola"


async def test_no_operator_of_a_caller_reaches_the_database(house: House) -> None:
    """OWASP API8:2023, ASVS 5.3.4: filters are read, never passed on."""
    root = await house.login("root")
    for where in ({"$where": "sleep(1000)"}, {"userId": {"$ne": None, "$foo": 1}}, {"password": {"$exists": True}}, []):
        for route in ("findOne", "isValidEmail"):
            answer = await root.client.get(
                f"/api/v3/useridentities/{route}", params={"filter": json.dumps({"where": where})}
            )
            assert answer.status_code == 400
            assert "filter.where" in answer.json()["message"]


async def test_administrators_ask_whether_an_address_is_known(house: House) -> None:
    root, ida = await house.login("root"), await house.login("ida")
    route = "/api/v3/useridentities/isValidEmail"
    for asked, there in (
        ("ida@facility.example", True),
        ("nobody@facility.example", False),
        ('{"where": {"profile.email": "ida@facility.example"}}', True),
    ):
        assert (await root.client.get(route, params={"filter": asked})).json() is there
        assert (await ida.client.get(route, params={"filter": asked})).status_code == 403


async def test_settings_are_there_from_the_first_login_and_kept(house: House) -> None:
    ida, ola = await house.login("ida"), await house.login("ola")
    mine = f"{USERS}/{ida.id}/settings"
    usual = (await ida.client.get(f"{USERS}/my/settings")).json()
    assert (usual["datasetCount"], usual["jobCount"], usual["externalSettings"]) == (25, 25, {})
    assert usual["userId"] == ida.id

    external = {"columns": [{"name": "pid"}], "a.b": 1, "$c": {"d.e": "x"}}
    changed = (await ida.client.put(mine, json={"datasetCount": 50, "externalSettings": external})).json()
    assert (changed["datasetCount"], changed["jobCount"], changed["externalSettings"]) == (50, 25, external)
    merged = (await ida.client.patch(f"{mine}/external", json={"a.b": 2, "new": None})).json()
    assert merged["externalSettings"] == {**external, "a.b": 2, "new": None}
    patched = (await ida.client.patch(mine, json={"jobCount": 5})).json()
    assert (patched["jobCount"], patched["datasetCount"]) == (5, 50)
    assert (await ida.client.get(mine)).json() == patched
    assert (await ola.client.patch(mine, json={"jobCount": 1})).status_code == 403
    for wrong in ({"datasetCount": "many"}, {"externalSettings": {"a": 2**63}}, {"externalSettings": {"": 1}}):
        assert (await ida.client.put(mine, json=wrong)).status_code == 400

    await ida.client.delete(mine)
    assert (await ida.client.get(mine)).json()["datasetCount"] == 25
    assert (await ida.client.post(mine, json={"datasetCount": 7})).status_code == 201
    assert (await ida.client.get(mine)).json()["datasetCount"] == 7
    assert await house.collection("UserSetting").count_documents({}) == 2


async def test_people_change_their_own_password(house: House) -> None:
    """ASVS 2.1.6: with the present one; 2.4.1: stored as bcrypt."""
    ida = await house.login("ida")
    change = {"currentPassword": "ida", "newPassword": "better", "confirmPassword": "better"}
    for wrong, told in (
        ({"currentPassword": "wrong"}, "Current password is incorrect"),
        ({"confirmPassword": "other"}, "New password and confirmation password do not match"),
        ({"newPassword": "x" * 73, "confirmPassword": "x" * 73}, "a password may have 72 bytes at most"),
    ):
        answer = await ida.client.post(f"{USERS}/password", json=change | wrong)
        assert (answer.status_code, answer.json()["message"]) == (400, told)
    assert (await ida.client.post(f"{USERS}/password", json=change)).status_code == 200
    stored = (await house.collection("User").find_one({"username": "ida"}))["password"]
    assert stored.startswith("$2b$10$")
    assert "better" not in stored
    anonymous = await house.served.as_(None)
    old = await anonymous.post("/api/v3/auth/login", json={"username": "ida", "password": "ida"})
    assert old.status_code == 401
    await house.login("ida", "better")


async def test_administrators_change_passwords_that_are_kept_here(house: House) -> None:
    root, ida, ola = [await house.login(name) for name in ("root", "ida", "ola")]
    await house.collection("User").update_one({"username": "ola"}, {"$set": {"authStrategy": "oidc"}})
    new = {"newPassword": "new", "confirmPassword": "new"}
    assert (await root.client.patch(f"{USERS}/{ola.id}/password", json=new)).status_code == 403
    assert (await ida.client.patch(f"{USERS}/{ida.id}/password", json=new)).status_code == 403
    assert (await root.client.patch(f"{USERS}/{ida.id}/password", json=new)).status_code == 200
    await house.login("ida", "new")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("120", 120), (60, 60), ("-5", -5), ("2h", 7200), ("1.5 days", 129_600), ("500ms", 0), ("never", 3_155_760_000)],
)
def test_times_are_read_as_scicats_clients_write_them(written: str | int, seconds: int) -> None:
    assert seconds_of(written, "100y") == seconds


@pytest.mark.parametrize("written", ["soon", "1e9", "10 parsecs", "9" * 12, "", "never ever"])
def test_nonsense_is_no_time(written: str) -> None:
    with pytest.raises(BadRequestError, match="expiresIn"):
        seconds_of(written, "100y")


async def test_administrators_make_tokens_that_hold_as_long_as_they_say(house: House) -> None:
    root, ida = await house.login("root"), await house.login("ida")
    path = f"{USERS}/{ida.id}/jwt"
    assert (await ida.client.post(path, json={"expiresIn": "2h"})).status_code == 403
    assert (await root.client.post(path, json={"expiresIn": "soon"})).status_code == 400
    assert (await root.client.post(f"{USERS}/{'0' * 24}/jwt", json={})).status_code == 404
    tokens = house.served.app.state.session_tokens
    for body, seconds in (({"expiresIn": "2h"}, 7200), ({}, 3600), ({"expiresIn": 120}, 120)):
        made = (await root.client.post(path, json=body)).json()["jwt"]
        assert tokens.read(made).principal.expires_at == pytest.approx(time.time() + seconds, abs=30)
        ida.client.headers["Authorization"] = f"Bearer {made}"
        assert (await ida.client.get("/api/v3/auth/whoami")).json()["_id"] == ida.id


async def test_a_token_that_ran_out_says_so_as_scicats_frontends_expect(house: House) -> None:
    root = await house.login("root")
    gone = (await root.client.post(f"{USERS}/{root.id}/jwt", json={"expiresIn": "-5"})).json()["jwt"]
    root.client.headers["Authorization"] = f"Bearer {gone}"
    answer = await root.client.get("/api/v3/datasets")
    assert (answer.status_code, answer.json()["message"]) == (401, "SESSION_EXPIRED")


async def test_a_token_of_nobody_proves_nothing(house: House) -> None:
    anonymous = await house.served.as_(None)
    made = (await anonymous.post(f"{USERS}/jwt")).json()["jwt"]
    anonymous.headers["Authorization"] = f"Bearer {made}"
    assert (await anonymous.get("/api/v3/datasets")).json() == []
    assert (await anonymous.get(f"{USERS}/my/self")).status_code == 401
    assert (await anonymous.get("/api/beamlore/v1/me")).status_code == 401


async def test_who_may_create_datasets_is_told_by_their_groups(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, accounts_file: Path
) -> None:
    settings = settings_for(
        *mongo_database, functional_accounts_file=accounts_file, create_dataset_groups=("proposal:2",)
    )
    async with serving(settings, token) as served:
        house = House(served, settings)
        root = await house.login("root")
        for name, may in (("root", True), ("ida", False), ("ola", True)):
            somebody = await house.login(name)
            path = f"{USERS}/{somebody.id}/authorization/dataset/create"
            assert (await somebody.client.get(path)).json() == (await root.client.get(path)).json()
            assert (await root.client.get(path)).json() == {"authorization": may}
