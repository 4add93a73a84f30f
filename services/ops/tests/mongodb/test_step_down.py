"""A planned change of the primary, on a real replica set."""

import pytest

from beamlore.ops.errors import OpsError
from beamlore.ops.mongodb.configure import configure
from beamlore.ops.mongodb.settings import MongoConfigureSettings
from beamlore.ops.mongodb.step_down import step_down


async def _settings(members, tmp_path, count):
    started = await members.start(count)
    users = tmp_path / "users"
    users.mkdir()
    (users / "root-password").write_text("root")
    settings = MongoConfigureSettings(
        members=",".join(one.host for one in started),
        key_file=members.key_file,
        users_dir=users,
        wait_seconds=60,
    )
    await configure(settings)
    return settings


async def _primary(members, settings):
    for member in settings.all_members():
        if (await members.connections().look_at(member.host)).is_primary:
            return member.host
    return None


async def test_primary_steps_down_where_it_is_named_and_nowhere_else(members, tmp_path):
    settings = await _settings(members, tmp_path, 3)
    former = await _primary(members, settings)

    await step_down(settings, away_from=["elsewhere."], seconds=30)
    assert await _primary(members, settings) == former
    await step_down(settings, away_from=[former], seconds=30)
    assert await _primary(members, settings) not in (former, None)


async def test_only_member_does_not_step_down(members, tmp_path):
    settings = await _settings(members, tmp_path, 1)
    with pytest.raises(OpsError, match="the primary sees no secondary"):
        await step_down(settings.model_copy(update={"wait_seconds": 2}), away_from=(), seconds=10)
    assert await _primary(members, settings) is not None
