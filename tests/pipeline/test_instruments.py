"""The playbook on this machine, in a root of its own: what it installs, and the way back.

``BEAMLORE_BUNDLE`` is a file that ``ci/scripts/beamline-bundle.sh`` made.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PLAYBOOKS = Path(__file__).parents[2] / "deploy" / "ansible"


@pytest.fixture(scope="module")
def bundle() -> Path:
    if not os.environ.get("BEAMLORE_BUNDLE"):
        pytest.skip("BEAMLORE_BUNDLE is not set: ci/scripts/beamline-bundle.sh makes one")
    return Path(os.environ["BEAMLORE_BUNDLE"]).absolute()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that stands for a host's root."""
    return tmp_path_factory.mktemp("host")


def _play(host: Path, bundle: Path, *options: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "beamlore_prefix": str(host),
        "beamlore_become": False,
        "beamlore_create_user": False,
        "beamlore_user": "root",
        "beamlore_settings": {"BEAMLORE_BEAMLINE": "balder", "BEAMLORE_KAFKA_PASSWORD": 'quote " and \\'},
        "beamlore_services": [{"name": "engine", "command": "beamline engine --proposals 20260101"}],
    }
    inventory = host / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"instruments": {"hosts": {"instrument": variables}}}))
    playbook = str(Path(sys.executable).with_name("ansible-playbook"))
    return subprocess.run(
        [
            playbook,
            "--inventory",
            str(inventory),
            "instruments.yml",
            "--extra-vars",
            f"beamlore_bundle={bundle}",
            *options,
        ],
        cwd=PLAYBOOKS,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="module")
def installed(host: Path, bundle: Path) -> Path:
    played = _play(host, bundle)
    assert played.returncode == 0, played.stdout + played.stderr
    return host


@pytest.mark.timeout(1800)
def test_the_command_runs_from_the_current_release(installed: Path, bundle: Path) -> None:
    current = installed / "opt" / "beamlore" / "current"
    assert current.resolve().name == bundle.name.removesuffix(".tar.gz")
    told = subprocess.run([str(current / "venv/bin/beamlore"), "beamline", "--help"], check=True, capture_output=True)
    assert b"replay" in told.stdout


@pytest.mark.timeout(1800)
def test_units_read_settings_that_nobody_else_can_read(installed: Path) -> None:
    settings = installed / "etc" / "beamlore" / "beamline.env"
    assert settings.stat().st_mode & 0o777 == 0o640
    assert 'BEAMLORE_KAFKA_PASSWORD="quote \\" and \\\\"' in settings.read_text()
    unit = (installed / "etc" / "systemd" / "system" / "beamlore-engine.service").read_text()
    assert f"EnvironmentFile={settings}" in unit
    assert "/current/venv/bin/beamlore beamline engine --proposals 20260101" in unit


@pytest.mark.timeout(1800)
def test_playing_again_changes_nothing(installed: Path, bundle: Path) -> None:
    again = _play(installed, bundle)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "changed=0" in again.stdout


@pytest.mark.timeout(1800)
def test_a_release_that_does_not_work_is_taken_back(installed: Path, bundle: Path, tmp_path: Path) -> None:
    current = installed / "opt" / "beamlore" / "current"
    before = current.resolve()
    following = shutil.copy(bundle, tmp_path / "beamline-following.tar.gz")
    played = _play(installed, Path(following), "--extra-vars", "beamlore_check='beamline no-such-command'")
    assert played.returncode != 0
    assert f"{before.name} runs again" in played.stdout
    assert current.resolve() == before
