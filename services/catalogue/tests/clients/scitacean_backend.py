"""A pytest plugin for scitacean's own backend tests: they use the catalogue that runs in place of a container.

Loaded into a process of its own with ``-p``; ``SCITACEAN_PORT`` says where the catalogue listens. What a test asks of
the backend goes through scitacean unchanged.
"""

import os
import sys
from typing import Any
from unittest.mock import MagicMock

from scitacean._internal import docker
from scitacean.testing.backend import config

# scitacean's fixtures of file servers import it; none of the tests that are run uses one.
sys.modules.setdefault("paramiko", MagicMock())

_is_up = False


def _turn(up: bool) -> Any:
    def turn(*_: object) -> None:
        global _is_up
        _is_up = up

    return turn


config.SCICAT_PORT = int(os.environ["SCITACEAN_PORT"])
docker.docker_compose_up = _turn(True)
docker.docker_compose_down = _turn(False)
docker.container_is_running = lambda _: _is_up
