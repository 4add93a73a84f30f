"""Nothing outlives the identity: each kind of token follows the account at the identity provider (real Keycloak)."""

from typing import Any

from ..conftest import Served, until
from .conftest import ME, TOKENS, Doors
from .realm import Realm

ALL_OUT = {"provider": 401, "session": 401, "renewed": 401, "service": 401}
ALL_IN = dict.fromkeys(ALL_OUT, 200)


async def test_group_that_is_taken_away_is_lost_to_every_token(asking: Served, realm: Realm) -> None:
    somebody = await realm.person("proposal:kept", "proposal:taken")
    doors = await Doors(asking, somebody).open()
    assert await doors.say("groups") == [["proposal:kept", "proposal:taken"]] * 4

    await somebody.leave("proposal:taken")

    async def lost() -> bool:
        return await doors.say("groups") == [["proposal:kept"]] * 4

    await until(lost)


async def test_group_that_is_given_is_had_by_every_token(asking: Served, realm: Realm) -> None:
    somebody = await realm.person("proposal:kept")
    doors = await Doors(asking, somebody).open()
    await somebody.join("proposal:new")

    async def had() -> bool:
        return await doors.say("groups") == [["proposal:kept", "proposal:new"]] * 4

    await until(had)


async def test_disabled_person_is_out_until_enabled_again(asking: Served, realm: Realm) -> None:
    somebody = await realm.person("proposal:kept")
    doors = await Doors(asking, somebody).open()
    assert await doors.statuses() == ALL_IN
    await somebody.change(enabled=False)

    async def out() -> bool:
        return await doors.statuses() == ALL_OUT

    await until(out)
    assert (await doors.clients["renewed"].post("/api/v3/users/jwt")).status_code == 401
    assert (await doors.clients["session"].post(TOKENS, json={"name": "x", "scopes": ["*:read"]})).status_code == 401

    await somebody.change(enabled=True)

    async def robot_is_back() -> bool:
        return (await doors.statuses())["service"] == 200

    await until(robot_is_back)


async def test_removed_person_is_out(asking: Served, realm: Realm) -> None:
    somebody = await realm.person()
    doors = await Doors(asking, somebody).open()
    await somebody.delete()

    async def out() -> bool:
        return await doors.statuses() == ALL_OUT

    await until(out)


async def test_ended_login_ends_its_tokens_and_no_robots(asking: Served, realm: Realm) -> None:
    somebody = await realm.person()
    doors = await Doors(asking, somebody).open()
    other = await Doors(asking, somebody).open()
    # A login is looked for in answers that are ten seconds younger than it: clocks may differ.
    for users in (asking.app.state.catalogue.database["beamlore_accounts"],):
        await users.delete_many({})
    await somebody.end(doors.login["access_token"])

    async def out() -> bool:
        return await doors.statuses() == {**ALL_OUT, "service": 200}

    await until(out, seconds=40)
    assert await other.statuses() == ALL_IN


async def test_signing_out_ends_what_was_renewed(asking: Served, realm: Realm) -> None:
    somebody = await realm.person()
    doors = await Doors(asking, somebody).open()
    again = (await doors.clients["renewed"].post("/api/v3/users/jwt")).json()["jwt"]
    doors.clients["again"] = asking.client({"Authorization": f"Bearer {again}"})

    assert (await doors.clients["renewed"].post("/api/v3/auth/logout")).status_code == 200

    assert await doors.statuses() == {**ALL_OUT, "again": 401, "service": 200}


async def test_only_verified_addresses_count(asking: Served, realm: Realm) -> None:
    victim, thief = await realm.person(), await realm.person(verified=False)
    database = asking.app.state.catalogue.database
    await database["Dataset"].insert_one(
        {"_id": "shared", "pid": "shared", "ownerGroup": "others", "sharedWith": [victim.email, thief.email]}
    )
    theirs = await Doors(asking, victim).open()
    thiefs = await Doors(asking, thief).open()
    path = "/api/beamlore/v1/datasets/shared"
    assert await theirs.statuses(path) == ALL_IN
    assert await thiefs.statuses(path) == dict.fromkeys(ALL_OUT, 404)
    assert await thiefs.say("email") == [None] * 4

    await thief.change(email=f"x-{thief.email}", emailVerified=True)
    await victim.change(emailVerified=False)

    async def withdrawn() -> bool:
        return await theirs.statuses(path) == dict.fromkeys(ALL_OUT, 404)

    await until(withdrawn)
    assert await thiefs.statuses(path) == dict.fromkeys(ALL_OUT, 404)
    stored = await database["User"].find_one({"username": victim.name})
    assert "@nobody.invalid" in stored["email"], "SciCat's own backend goes by this one"


async def test_old_token_does_not_bring_a_group_back(asking: Served, realm: Realm) -> None:
    somebody = await realm.person("proposal:kept", "proposal:taken")
    doors = await Doors(asking, somebody).open()
    await somebody.leave("proposal:taken")

    async def lost() -> bool:
        return await doors.say("groups") == [["proposal:kept"]] * 4

    await until(lost)
    nobody = await asking.as_(None)
    old = await nobody.post("/api/v3/auth/oidc/token", json={"idToken": doors.login["id_token"]})

    assert (await nobody.get(ME, headers={"Authorization": f"Bearer {old.json()['id']}"})).json()["groups"] == [
        "proposal:kept"
    ]
    assert await doors.say("groups") == [["proposal:kept"]] * 4


async def test_groups_need_not_be_in_the_token(served: Served, realm: Realm) -> None:
    somebody = await realm.person("proposal:kept", *(f"many:{number:03}" for number in range(3)))
    client: dict[str, Any] = {
        "clientId": f"without-groups-{somebody.name}",
        "publicClient": True,
        "directAccessGrantsEnabled": True,
        "protocolMappers": [
            {
                "name": "audience",
                "protocol": "openid-connect",
                "protocolMapper": "oidc-audience-mapper",
                "config": {"included.custom.audience": "beamlore", "access.token.claim": "true"},
            }
        ],
    }
    await realm.make("clients", client)
    token = (await somebody.log_in(client["clientId"]))["access_token"]

    answer = await served.client({"Authorization": f"Bearer {token}"}).get(ME)

    assert answer.json()["groups"] == ["many:000", "many:001", "many:002", "proposal:kept"]
