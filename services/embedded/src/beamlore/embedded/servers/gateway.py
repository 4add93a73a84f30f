"""The front door: nginx, with the web app's files and everything else behind it."""

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Final

from beamlore.embedded.downloads.debian import nginx_binary
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.probes import serves
from beamlore.embedded.servers.services import SERVICES
from beamlore.embedded.state import Ports, StateDirectory
from beamlore.embedded.supervision.program import Program
from beamlore.ops.keycloak.realm import WEB_CLIENT

GATEWAY: Final = "gateway"


class Gateway:
    """The gateway of an instance."""

    def __init__(self, state: StateDirectory, ports: Ports) -> None:
        self._state = state
        self._ports = ports

    @property
    def address(self) -> str:
        """The one address people and scripts need."""
        return f"http://127.0.0.1:{self._ports.get(GATEWAY)}"

    def programs(self, web_app: Path, issuer: str) -> list[Program]:
        """Return nginx's process; writes its configuration and the web app's ``config.json``.

        Args:
            web_app: directory of the built web app.
            issuer: whom the web app logs people in with.
        """
        nginx = nginx_binary()
        if nginx is None:
            raise EmbeddedError("nginx is missing.", way_out="Install it: 'sudo apt-get install nginx-light'.")
        directory = self._state.run / "nginx"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "config.json").write_text(
            json.dumps({"oidc": {"issuer": issuer, "clientId": WEB_CLIENT}, "api": "/api"})
        )
        (directory / "nginx.conf").write_text(self._configuration(directory, web_app))
        return [Program(GATEWAY, (nginx, "-p", str(directory), "-c", "nginx.conf"))]

    async def answers(self) -> bool:
        """Return whether the web app's settings are served."""
        return await serves(f"{self.address}/config.json")

    def _configuration(self, directory: Path, web_app: Path) -> str:
        text = (files(__package__) / "nginx.conf").read_text(encoding="utf-8")
        values = {
            # Its workers must be able to read a checkout in root's home.
            "user": "user root;" if os.geteuid() == 0 else "",
            "directory": str(directory),
            "web_app": str(web_app),
            "front_door": self.address,
            "port": str(self._ports.get(GATEWAY)),
            "keycloak_port": str(self._ports.get("keycloak")),
            **{f"{name}_port": str(self._ports.get(name)) for name in SERVICES},
        }
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        return text
