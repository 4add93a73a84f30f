"""Which instance `beamlore embedded environment` speaks of."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from beamlore.embedded import cli
from beamlore.embedded.cli import app


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What the command says, by the instances that run: standard output, standard error, and the exit code."""
    monkeypatch.setattr(cli, "instance_directory", lambda name: tmp_path / name)
    (tmp_path / "dev").mkdir()

    def run(running: list[str], *arguments: str):
        monkeypatch.setattr(cli, "running_instances", lambda: running)
        found = CliRunner().invoke(app, ["environment", "beamline-balder", *arguments])
        return found.stdout, re.sub(r"\s+", " ", found.stderr), found.exit_code

    return run


def test_the_running_instance_is_taken_and_named(said):
    out, error, code = said(["demo"])
    assert "export BEAMLORE_KAFKA_BOOTSTRAP=" in out
    assert "Settings of the instance 'demo'." in error
    assert code == 0


def test_several_are_named_with_the_option(said):
    out, error, code = said(["demo", "test"])
    assert "demo, test" in error
    assert "--instance demo" in error
    assert (out, code) == ("", 1)


def test_where_none_runs_the_error_says_how_to_start_one(said):
    out, error, code = said([])
    assert "make demo DETACH=1" in error
    assert (out, code) == ("", 1)


def test_one_that_does_not_run_is_said_to_be_so(said):
    _, error, code = said([], "--instance", "dev")
    assert "does not run" in error
    assert code == 0


def test_unknown_instance_is_an_error(said):
    _, error, code = said([], "--instance", "demmo")
    assert "There is no instance 'demmo'." in error
    assert code == 1
