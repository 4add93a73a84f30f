"""What goes wrong is said in one sentence, with the way out and the log."""

import asyncio
import shutil
import sys
from pathlib import Path

import psutil
import pytest

from beamlore.embedded.concurrency import all_of
from beamlore.embedded.downloads.commands import find_tool, run_tool
from beamlore.embedded.downloads.java_servers import find_java_servers
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.probes import disk_is_full, gist


def test_an_error_is_a_sentence_a_way_out_and_a_log() -> None:
    error = EmbeddedError("It broke.", way_out="Mend it.", log=Path("/logs/it.log"))
    assert str(error) == "It broke. Mend it. Log: /logs/it.log"


def test_a_missing_program_is_named_with_the_package_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EmbeddedError, match=r"'mvn' is missing.*apt-get install maven"):
        find_tool("mvn", package="maven")


async def test_an_old_java_is_said_to_be_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert shutil.which("java") == str(java)
    with pytest.raises(EmbeddedError, match="Java 17 or newer is needed"):
        await find_java_servers(tmp_path)


async def test_a_tool_that_fails_is_told_with_the_line_that_says_why(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(EmbeddedError, match="Fetching failed: ERROR the archive is gone") as error:
        await run_tool(
            [sys.executable, "-c", "print('begin'); print('ERROR the archive is gone'); print('end'); exit(1)"],
            log=tmp_path / "tool.log",
            says=said.append,
            failure="Fetching failed",
        )
    assert said == ["begin", "ERROR the archive is gone", "end"]
    assert error.value.log == tmp_path / "tool.log"
    assert "archive is gone" in (tmp_path / "tool.log").read_text()


async def test_a_tool_that_is_broken_off_takes_its_children_with_it(tmp_path: Path) -> None:
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', CHILD])"
    child = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
    begun: asyncio.Queue[str] = asyncio.Queue()
    work = asyncio.ensure_future(
        run_tool(
            [sys.executable, "-c", parent.replace("CHILD", repr(child))],
            log=tmp_path / "tool.log",
            says=begun.put_nowait,
            failure="",
        )
    )
    async with asyncio.timeout(60):
        process = psutil.Process(int(await begun.get()))
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)


def test_the_gist_of_a_log_is_what_went_wrong_not_what_came_last(tmp_path: Path) -> None:
    log = tmp_path / "mongo-1.log"
    log.write_text(
        '{"s":"I","msg":"Starting"}\n'
        '{"s":"E","msg":"Failed to set up listener","attr":{"error":{"codeName":"SocketException"}}}\n'
        '{"s":"I","msg":"Now exiting"}\n'
    )
    assert gist(log).startswith("error: Failed to set up listener")
    assert gist(tmp_path / "no.log") == ""


def test_a_full_disk_is_known_from_a_servers_log(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("INFO fine\njava.io.IOException: No space left on device\nINFO bye\n")
    assert disk_is_full(log)
    assert "No space left" in gist(log)


async def test_of_several_failures_the_one_with_a_way_out_is_told() -> None:
    async def fail(error: Exception) -> None:
        raise error

    with pytest.raises(EmbeddedError, match="plain words"):
        await all_of(fail(ValueError("internals")), fail(EmbeddedError("plain words")))
    with pytest.raises(ValueError, match="internals"):
        await all_of(fail(ValueError("internals")))
