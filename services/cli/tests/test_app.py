import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from beamlore.cli import ENTRY_POINT_GROUP, build_app


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """One package that works, one that breaks while it is imported, one that is missing."""
    (tmp_path / "working_package.py").write_text(
        textwrap.dedent(
            """
            import typer

            app = typer.Typer()


            @app.callback()
            def describe() -> None:
                'A package that works.'


            @app.command()
            def greet(name: str) -> None:
                'Say hello.'
                typer.echo(f'hello {name}')
            """
        )
    )
    (tmp_path / "broken_package.py").write_text("raise RuntimeError('its library has the wrong version')")
    monkeypatch.syspath_prepend(tmp_path)
    return [
        EntryPoint("working", "working_package:app", ENTRY_POINT_GROUP),
        EntryPoint("broken", "broken_package:app", ENTRY_POINT_GROUP),
        EntryPoint("missing", "no_such_package:app", ENTRY_POINT_GROUP),
    ]


def run(packages: list[EntryPoint], *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        build_app(packages)(list(arguments), prog_name="beamlore")
    return int(ended.value.code or 0)


def test_help_lists_every_package_without_importing_any(
    packages: list[EntryPoint], capsys: pytest.CaptureFixture[str]
) -> None:
    sys.modules.pop("working_package", None)

    assert run(packages, "--help") == 0

    listed = capsys.readouterr().out
    assert all(name in listed for name in ("working", "broken", "missing"))
    assert "working_package" not in sys.modules


def test_called_package_runs_its_command(packages: list[EntryPoint], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(packages, "working", "greet", "Ada") == 0
    assert capsys.readouterr().out == "hello Ada\n"


def test_help_of_a_package_shows_its_own_commands(
    packages: list[EntryPoint], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(packages, "working", "--help") == 0
    shown = capsys.readouterr().out
    assert "A package that works." in shown
    assert "Say hello." in shown


@pytest.mark.parametrize(
    ("name", "cause"), [("broken", "its library has the wrong version"), ("missing", "no_such_package")]
)
def test_package_that_cannot_be_imported_says_so(
    packages: list[EntryPoint], capsys: pytest.CaptureFixture[str], name: str, cause: str
) -> None:
    assert run(packages, name, "serve") == 1
    said = capsys.readouterr().err
    assert f"'beamlore {name}' cannot be used here" in said
    assert cause in said


def test_unknown_command_is_an_error(packages: list[EntryPoint], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(packages, "nonsense") == 2
    assert "No such command 'nonsense'" in capsys.readouterr().err


def test_installed_command_lists_the_installed_packages_with_their_summaries() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "from beamlore.cli import main; main()", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "configurator" in shown
    assert "versioned metadata sets" in shown
