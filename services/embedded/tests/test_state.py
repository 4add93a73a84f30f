"""Ports and secrets are chosen once, kept, and told to nobody."""

import socket
from pathlib import Path

import pytest

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.installation import Installation
from beamlore.embedded.preparation import check_disk, check_ports
from beamlore.embedded.progress import SilentProgress
from beamlore.embedded.state import Ports, Secrets, StateDirectory


class _Notes(SilentProgress):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        self.texts.append(text)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def test_ports_are_remembered_and_all_different(tmp_path: Path) -> None:
    names = [f"server-{number}" for number in range(30)]
    first = {name: Ports(tmp_path / "ports.json").get(name) for name in names}
    again = Ports(tmp_path / "ports.json")
    assert {name: again.get(name) for name in names} == first
    assert len(set(first.values())) == len(names)


def test_secrets_are_remembered_and_readable_by_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secrets.json"
    secret = Secrets(path).get("kafka:admin")
    assert Secrets(path).get("kafka:admin") == secret
    assert Secrets(path).get("kafka:ingestor") != secret
    assert path.stat().st_mode & 0o077 == 0


def test_a_server_whose_port_is_taken_moves_and_says_so(tmp_path: Path) -> None:
    ports, notes = Ports(tmp_path / "ports.json"), _Notes()
    taken = ports.get("kafka")
    with _listen(taken):
        check_ports(ports, notes)
    assert ports.get("kafka") != taken
    assert notes.texts == [f"Port {taken} is in use by another program: kafka moves to {ports.get('kafka')}."]


def test_a_taken_front_door_is_an_error_that_names_port_and_variable(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    with _listen(ports.get("gateway")), pytest.raises(EmbeddedError) as error:
        check_ports(ports, SilentProgress())
    assert str(ports.get("gateway")) in str(error.value)
    assert "BEAMLORE_PORT=" in str(error.value)


def test_a_full_disk_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = StateDirectory(tmp_path / "instance")
    state.create()
    # No test may fill a real disk: more than any has is asked for instead.
    monkeypatch.setattr("beamlore.embedded.preparation._FREE_MEGABYTES_FIRST", 10**12)
    with pytest.raises(EmbeddedError, match="is full"):
        check_disk(state)


def test_the_control_socket_fits_however_deep_the_directory_is(tmp_path: Path) -> None:
    deep = StateDirectory(tmp_path / ("long-name-" * 12) / "instance")
    assert len(str(deep.control_socket)) <= 100
    assert deep.control_socket != StateDirectory(tmp_path / ("long-name-" * 12) / "other").control_socket


def test_two_processes_cannot_have_one_instance(tmp_path: Path) -> None:
    first, second = Installation(tmp_path / "one"), Installation(tmp_path / "one")
    assert first.claim()
    assert not second.claim()
    first.release()
    assert second.claim()
    second.release()


def test_every_service_is_told_its_own_and_nothing_of_others(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "one", front_door_port=8088)
    catalogue, beamline = installation.environment("catalogue"), installation.environment("beamline-balder")
    assert catalogue["BEAMLORE_OIDC_ISSUER"] == "http://127.0.0.1:8088/idp/realms/facility"
    assert catalogue["BEAMLORE_MONGO_DATABASE"] == "catalogue"
    assert not any(name.startswith("BEAMLORE_KAFKA") for name in catalogue)
    assert not any(name.startswith("BEAMLORE_MONGO") for name in beamline)
    with pytest.raises(ValueError, match="no service"):
        installation.environment("beamline-elsewhere")
