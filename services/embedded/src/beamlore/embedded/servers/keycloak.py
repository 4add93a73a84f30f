"""Keycloak in production mode, its database a file (H2), its realm made through the admin API.

Source: Keycloak's server guides ("Configuring Keycloak for production", "Configuring the hostname") and admin REST
API. Java is started directly, with what ``kc.sh`` would pass: ``kc.sh`` stays as its parent and signals to it do not
all arrive.
"""

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Final

import httpx

from beamlore.embedded.checkout import checkout
from beamlore.embedded.downloads.java_servers import JavaServers
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.facility import BEAMLINES, ROLES, SERVICE_ACCOUNTS
from beamlore.embedded.probes import serves
from beamlore.embedded.servers.jvm import JVM_OPTIONS
from beamlore.embedded.state import Ports, Secrets, StateDirectory
from beamlore.embedded.supervision.program import Program
from beamlore.ops.errors import OpsError
from beamlore.ops.keycloak.administration import RealmAdministrator
from beamlore.ops.keycloak.people import people_of
from beamlore.ops.keycloak.realm import CLI_CLIENT, LOGIN_THEME, REALM, RealmPlan
from beamlore.useroffice.seed import Seed

_PATH: Final = "/idp"
_ADMINISTRATOR: Final = "admin"
_JVM: Final = (
    *(*JVM_OPTIONS, "-Xmx300m"),
    *("-Dfile.encoding=UTF-8", "-Duser.language=en", "-Duser.country=US"),
    *(
        f"--add-opens=java.base/java.{package}=ALL-UNNAMED"
        for package in ("util", "util.concurrent", "security", "lang")
    ),
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
    "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
    "-Dpicocli.disable.closures=true",
    "-Dquarkus-log-max-startup-records=10000",
)


class Keycloak:
    """The identity provider of an instance."""

    def __init__(self, state: StateDirectory, ports: Ports, secrets: Secrets, front_door: str) -> None:
        self._state = state
        self._secrets = secrets
        self._front_door = front_door
        self._port = ports.get("keycloak")
        self._themes = state.data / "keycloak" / "themes"
        self._imported = state.data / "keycloak" / "imported.sha256"

    @property
    def issuer(self) -> str:
        """The ``iss`` of tokens: as the browser sees it, whatever address asks."""
        return f"{self._front_door}{_PATH}/realms/{REALM}"

    @property
    def backchannel(self) -> str:
        """The same realm at Keycloak's own port, for the services."""
        return f"{self._base}/realms/{REALM}"

    @property
    def _base(self) -> str:
        return f"http://127.0.0.1:{self._port}{_PATH}"

    def programs(self, java: JavaServers) -> list[Program]:
        """Return the server's process."""
        data = self._state.data / "keycloak"
        data.mkdir(parents=True, exist_ok=True)
        home = java.keycloak
        self._provide_login_theme(home)
        command = (
            java.java,
            *_JVM,
            *(f"-Dkc.home.dir={home}", f"-Djboss.server.config.dir={home}/conf"),
            *("-cp", f"{home}/lib/quarkus-run.jar", "io.quarkus.bootstrap.runner.QuarkusEntryPoint"),
            *("start", "--optimized", "--cache=local", "--log-level=info"),
            *("--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={self._port}"),
            *(f"--hostname={self._front_door}{_PATH}", "--hostname-backchannel-dynamic=true"),
            "--proxy-headers=xforwarded",
            f"--spi-theme--folder--dir={self._themes}",
        )
        environment = {
            "KC_DB_URL": f"jdbc:h2:file:{data}/database;NON_KEYWORDS=VALUE;DB_CLOSE_ON_EXIT=FALSE",
            "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMINISTRATOR,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": self._secrets.get("keycloak"),
        }
        return [Program("keycloak", command, environment, stop_seconds=30)]

    def _provide_login_theme(self, home: Path) -> None:
        source = checkout() / "charts" / "beamlore" / "files" / "login-theme"
        target = self._themes / LOGIN_THEME / "login"
        files = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
        if all((target / one).exists() and (target / one).read_bytes() == (source / one).read_bytes() for one in files):
            return
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
        # What Keycloak has compressed, it serves until its own version changes.
        for compressed in home.glob(f"data/tmp/kc-gzip-cache/*/login/{LOGIN_THEME}"):
            shutil.rmtree(compressed, ignore_errors=True)

    async def answers(self) -> bool:
        """Return whether the server serves its realms."""
        return await serves(f"{self._base}/realms/master")

    async def provision(self, seed: Seed) -> None:
        """Import the realm, or what is new in it; its clients follow the front door's address.

        Raises:
            EmbeddedError: Keycloak refuses.
        """
        plan = RealmPlan(
            public_url=self._front_door,
            client_secrets={name: self._secrets.get(f"client:{name}") for name in SERVICE_ACCOUNTS},
            beamlines=BEAMLINES,
            people=people_of(seed.model_dump(), ROLES),
        )
        digest = hashlib.sha256(json.dumps(plan.representation(), sort_keys=True).encode()).hexdigest()
        if self._imported.exists() and self._imported.read_text() == digest:
            return
        administrator = RealmAdministrator(self._base, _ADMINISTRATOR, self._secrets.get("keycloak"))
        try:
            await administrator.provide(plan)
        except OpsError as error:
            raise EmbeddedError(str(error), log=self._state.logs / "keycloak.log") from error
        self._imported.write_text(digest)


class Tokens:
    """Access tokens for tests and scripts: by a person's password, or of a service's own account.

    At least half of a token's life is still to come.
    """

    def __init__(self, backchannel: str, secrets: Secrets) -> None:
        self._url = f"{backchannel}/protocol/openid-connect/token"
        self._secrets = secrets
        self._kept: dict[tuple[str, str | None], tuple[str, float]] = {}

    def __call__(self, username: str) -> str:
        """Return a token of a person, by the password grant of ``beamlore-cli``."""
        return self._fetch({"grant_type": "password", "client_id": CLI_CLIENT, "scope": "openid"}, username)

    def service(self, name: str) -> str:
        """Return a token of a service's own account, such as ``ingestor``."""
        secret = self._secrets.get(f"client:{name}")
        return self._fetch({"grant_type": "client_credentials", "client_id": name, "client_secret": secret})

    def _fetch(self, form: dict[str, str], username: str | None = None) -> str:
        token, until = self._kept.get((form["client_id"], username), ("", 0.0))
        if time.monotonic() < until:
            return token
        person = {"username": username, "password": username} if username else {}
        answer = httpx.post(self._url, data={**form, **person}, timeout=30)
        answer.raise_for_status()
        given = answer.json()
        token, until = str(given["access_token"]), time.monotonic() + given["expires_in"] / 2
        self._kept[form["client_id"], username] = token, until
        return token
