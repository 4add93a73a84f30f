import asyncio
import contextlib
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beamlore.beamline.errors import SpoolError, SpoolFullError, SpoolInUseError
from beamlore.beamline.produce import Spool

ALL = 10**9


async def fill(spool: Spool, *values: bytes) -> None:
    await asyncio.gather(*(spool.append("scans.balder", b"pid", value) for value in values))


async def test_messages_come_back_in_order_also_in_another_process_life(tmp_path):
    async with Spool(tmp_path) as spool:
        await fill(spool, *(str(number).encode() for number in range(100)))
    async with Spool(tmp_path) as spool:
        assert spool.depth == 100
        assert [message.value for message in await spool.peek(ALL)] == [str(n).encode() for n in range(100)]


async def test_what_is_removed_is_gone_and_the_rest_stays(tmp_path):
    async with Spool(tmp_path) as spool:
        await fill(spool, b"one", b"two", b"three")
        first, _, third = await spool.peek(ALL)
        await spool.remove([first.id, third.id])
        assert spool.depth == 1
        assert [message.value for message in await spool.peek(ALL)] == [b"two"]


async def test_peek_gives_at_least_one_message_and_no_more_than_fit(tmp_path):
    async with Spool(tmp_path) as spool:
        await fill(spool, b"x" * 100, b"y" * 100, b"z" * 100)
        assert len(await spool.peek(1)) == 1
        assert len(await spool.peek(200)) == 2


async def test_second_process_is_refused_with_a_clear_error(tmp_path):
    async with Spool(tmp_path) as spool:
        with pytest.raises(SpoolInUseError, match="in use by another process"):
            async with Spool(tmp_path):
                pass
        await fill(spool, b"still working")
        assert spool.depth == 1


async def test_full_spool_refuses_clearly_and_takes_messages_again_when_drained(tmp_path):
    async with Spool(tmp_path, max_bytes=200_000) as spool:
        with pytest.raises(SpoolFullError, match="is full"):
            for _ in range(100):
                await spool.append("scans.balder", b"pid", b"x" * 10_000)
        kept = spool.depth
        assert kept > 5
        waiting = await spool.peek(ALL)
        assert len(waiting) == kept
        await spool.remove([message.id for message in waiting])
        await fill(spool, b"x" * 10_000)


async def test_unwritable_directory_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(SpoolError, match="cannot be used"):
        async with Spool(tmp_path / "file"):
            pass


async def test_file_that_is_no_spool_is_put_aside(tmp_path, caplog):
    (tmp_path / "spool.sqlite3").write_bytes(b"not a database" * 1000)
    async with Spool(tmp_path) as spool:
        await fill(spool, b"kept")
        assert [message.value for message in await spool.peek(ALL)] == [b"kept"]
    (aside,) = tmp_path.glob("spool-damaged-*.sqlite3")
    assert aside.read_bytes().startswith(b"not a database")
    assert str(aside) in caplog.text


async def test_messages_that_can_be_read_in_a_damaged_spool_are_sent(tmp_path):
    async with Spool(tmp_path) as spool:
        await fill(spool, *(f"{number:04}".encode() * 500 for number in range(200)))
    data = bytearray((tmp_path / "spool.sqlite3").read_bytes())
    middle = data.index(b"0100" * 500) // 4096 * 4096
    data[middle : middle + 4096] = b"\xa5" * 4096
    (tmp_path / "spool.sqlite3").write_bytes(data)

    async with Spool(tmp_path) as spool:
        messages = await spool.peek(ALL)
        assert spool.depth == len(messages) > 190
        numbers = [int(message.value[:4]) for message in messages]
        assert numbers == sorted(numbers)
        assert {0, 199} < set(numbers)
        assert all(message.value == message.value[:4] * 500 for message in messages)
        await spool.remove([message.id for message in messages])
        assert spool.depth == 0


async def test_message_set_aside_is_kept_with_its_reason(tmp_path):
    async with Spool(tmp_path) as spool:
        await fill(spool, b"too large")
        (message,) = await spool.peek(ALL)
        await spool.set_aside(message.id, "the broker refuses it")
        assert spool.depth == 0
    with sqlite3.connect(tmp_path / "spool.sqlite3") as connection:
        rows = connection.execute("SELECT value, reason FROM refused").fetchall()
    connection.close()
    assert rows == [(b"too large", "the broker refuses it")]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=50), st.integers(0, 5)), max_size=30))
def test_spool_behaves_as_a_queue(tmp_path_factory, steps):
    async def run() -> None:
        expected: list[bytes] = []
        directory = tmp_path_factory.mktemp("spool")
        async with Spool(directory) as spool:
            for step in steps:
                if isinstance(step, bytes):
                    await fill(spool, step)
                    expected.append(step)
                else:
                    oldest = (await spool.peek(ALL))[:step]
                    await spool.remove([message.id for message in oldest])
                    del expected[:step]
                assert spool.depth == len(expected)
                assert [message.value for message in await spool.peek(ALL)] == expected

    asyncio.run(run())


async def test_messages_in_a_spool_of_an_earlier_version_are_sent_and_new_ones_carry_their_trace(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "spool.sqlite3")) as former:
        former.execute(
            "CREATE TABLE waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key BLOB NOT NULL, "
            "value BLOB NOT NULL)"
        )
        former.execute("INSERT INTO waiting (topic, key, value) VALUES ('scans.balder', x'61', x'62')")
        former.commit()

    async with Spool(tmp_path) as spool:
        await spool.append("scans.balder", b"a", b"c", "00-1-2-01")
        messages = await spool.peek(1_000)

    assert [(one.value, one.traceparent) for one in messages] == [(b"b", None), (b"c", "00-1-2-01")]
