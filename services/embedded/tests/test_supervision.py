"""Processes are watched, told of, and never left behind or mistaken."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import psutil
import pytest

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.probes import until_ready
from beamlore.embedded.state import INSTANCE_VARIABLE, Secrets, StateDirectory
from beamlore.embedded.supervision.leftovers import end_leftovers, leftovers
from beamlore.embedded.supervision.program import Program
from beamlore.embedded.supervision.supervisor import Supervisor
from beamlore.embedded.supervision.watch import Incident, Watch

_STAYS = (sys.executable, "-c", "import signal; print('here', flush=True); signal.pause()")
_FAILS = (sys.executable, "-c", "print('error: no space left on device'); raise SystemExit(3)")
_WAIT_SECONDS = 60


def _stays(environment: Mapping[str, str] | None = None) -> Program:
    # SIGTERM does nothing to a process that supervisord has forked and that is not yet the program.
    return Program("stays", _STAYS, environment or {}, stop_seconds=1)


@pytest.fixture
async def state(tmp_path: Path) -> StateDirectory:
    state = StateDirectory(tmp_path / "instances" / "one")
    state.create()
    return state


@pytest.fixture
async def supervisor(state: StateDirectory) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(state, Secrets(state.root / "secrets.json"))
    await supervisor.launch(
        [
            # A password with what the configuration's grammar treats specially, and a comma as in lists of hosts.
            _stays({"HOSTS": "one:1,two:2", "ODD": "100% 'sure';#no"}),
            Program("fails", _FAILS),
        ]
    )
    yield supervisor
    await supervisor.shut_down()
    end_leftovers(state.root)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_WAIT_SECONDS):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.05)


def _pid(supervisor: Supervisor, name: str) -> int | None:
    return supervisor.status()[name].pid


@pytest.fixture
def shell_without_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")


async def test_python_keeps_what_it_compiled(
    shell_without_bytecode: None, supervisor: Supervisor, state: StateDirectory
) -> None:
    await supervisor.start("stays")

    await _until(lambda: any((state.cache / "bytecode").rglob("signal.*.pyc")))


async def test_a_process_gets_its_environment_as_it_is(supervisor: Supervisor, state: StateDirectory) -> None:
    await supervisor.start("stays")
    await _until(lambda: supervisor.status()["stays"].state == "RUNNING")
    environment = psutil.Process(_pid(supervisor, "stays")).environ()
    assert environment["HOSTS"] == "one:1,two:2"
    assert environment["ODD"] == "100% 'sure';#no"
    assert environment[INSTANCE_VARIABLE] == str(state.root)


@pytest.mark.parametrize("value", ['say "hello"', "two\nlines", "a ;comment", "a #comment"])
async def test_a_value_the_supervisor_could_not_read_is_refused(state: StateDirectory, value: str) -> None:
    with pytest.raises(EmbeddedError, match="stays"):
        await Supervisor(state, Secrets(state.root / "secrets.json")).launch([_stays({"ODD": value})])


async def test_settings_of_the_calling_shell_do_not_reach_the_processes(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEAMLORE_MONGO_URL", "mongodb://elsewhere")
    supervisor = Supervisor(state, Secrets(state.root / "secrets.json"))
    await supervisor.launch([_stays()])
    try:
        await supervisor.start("stays")
        await _until(lambda: supervisor.status()["stays"].state == "RUNNING")
        assert "BEAMLORE_MONGO_URL" not in psutil.Process(_pid(supervisor, "stays")).environ()
    finally:
        await supervisor.shut_down()


async def test_a_crash_is_told_and_the_process_started_again(supervisor: Supervisor) -> None:
    await supervisor.start("stays")
    await _until(lambda: supervisor.status()["stays"].state == "RUNNING")
    first = _pid(supervisor, "stays")
    incidents = Watch(supervisor.log).incidents()
    supervisor.kill("stays", signal.SIGKILL, restart=True)
    async with asyncio.timeout(_WAIT_SECONDS):
        assert await anext(incidents) == Incident("stays", "ended", "terminated by SIGKILL")
        assert await anext(incidents) == Incident("stays", "recovered")
    await incidents.aclose()
    assert _pid(supervisor, "stays") not in (None, first)


async def test_a_killed_process_stays_away_if_it_is_to(supervisor: Supervisor) -> None:
    await supervisor.start("stays")
    await _until(lambda: supervisor.status()["stays"].state == "RUNNING")
    process = psutil.Process(_pid(supervisor, "stays"))
    supervisor.kill("stays", signal.SIGKILL, restart=False)
    await _until(lambda: not process.is_running())
    await _until(lambda: supervisor.status()["stays"].state == "STOPPED")
    await supervisor.start("stays")
    assert supervisor.status()["stays"].is_running


async def test_a_process_that_ends_while_starting_is_told_with_the_gist_of_its_log(supervisor: Supervisor) -> None:
    async def never() -> bool:
        return False

    await supervisor.start("fails")
    with pytest.raises(EmbeddedError) as error:
        await until_ready("fails", never, supervisor, seconds=_WAIT_SECONDS)
    assert "fails ended while it was starting: error: no space left on device" in str(error.value)
    assert "The disk is full" in str(error.value)
    assert error.value.log is not None
    assert error.value.log.exists()


async def test_what_a_killed_supervisor_left_is_ended_and_a_stale_pid_is_harmless(
    supervisor: Supervisor, state: StateDirectory
) -> None:
    await supervisor.start("stays")
    orphan = psutil.Process(_pid(supervisor, "stays"))
    master = psutil.Process(int((state.run / "supervisor.pid").read_text()))
    master.kill()
    await _until(lambda: not supervisor.answers())
    assert orphan.is_running()
    # Another program has the number that the pid file of the killed supervisor names.
    stranger = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    try:
        (state.run / "supervisor.pid").write_text(str(stranger.pid))
        assert end_leftovers(state.root)
        assert not orphan.is_running()
        await supervisor.launch([_stays()])
        await supervisor.start("stays")
        assert supervisor.status()["stays"].is_running
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_only_processes_of_this_very_instance_are_left_overs(tmp_path: Path) -> None:
    def start(instance: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(_STAYS, stdout=subprocess.PIPE, env=os.environ | {INSTANCE_VARIABLE: str(instance)})

    with start(tmp_path / "one") as mine, start(tmp_path / "other") as other:
        try:
            for process in (mine, other):
                assert process.stdout is not None
                process.stdout.readline()
            assert [process.pid for process in leftovers(tmp_path / "one")] == [mine.pid]
            end_leftovers(tmp_path / "one")
            assert not psutil.pid_exists(mine.pid)
            assert other.poll() is None
        finally:
            mine.kill()
            other.kill()


async def test_a_changed_program_is_taken_over_and_others_run_on(supervisor: Supervisor) -> None:
    await supervisor.launch([_stays(), Program("more", _STAYS)])
    await supervisor.start("stays")
    await supervisor.start("more")
    untouched = _pid(supervisor, "more")
    await supervisor.launch([_stays({"NEW": "yes"}), Program("more", _STAYS)])
    await supervisor.start("stays")
    await _until(lambda: supervisor.status()["stays"].state == "RUNNING")
    assert psutil.Process(_pid(supervisor, "stays")).environ()["NEW"] == "yes"
    assert _pid(supervisor, "more") == untouched
