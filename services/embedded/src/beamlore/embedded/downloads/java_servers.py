"""Kafka and Keycloak from Maven Central into the checkout's cache, Keycloak built for this use.

Shared by all instances of a checkout; what is there was finished: each is made beside its place and moved there.
"""

import asyncio
import re
import shutil
import tarfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from filelock import AsyncFileLock

from beamlore.embedded.downloads.commands import find_tool, run_tool
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.progress import Progress, Step
from beamlore.embedded.servers.jvm import JVM_OPTIONS

_MAVEN_NAMES: Final = {"m": "http://maven.apache.org/POM/4.0.0"}
_MAVEN_PROGRESS = re.compile(r"Progress \(\d+\): ([\d.]+)(?: ?[kMG]?B)?/([\d.]+) ?([kMG]?B)")
_DOWNLOADED = re.compile(r"Download(?:ed|ing) from \S+: \S*/([^/\s]+)")
_KEYCLOAK_BUILD_OPTIONS: Final = ("--cache=local", "--db=dev-file", "--http-relative-path=/idp")
JAVA_MINIMUM = 17


@dataclass(frozen=True)
class JavaServers:
    """Where the servers are."""

    java: str
    kafka: Path
    """Directory of jars."""
    keycloak: Path
    """Home directory."""


async def find_java_servers(cache: Path) -> JavaServers:
    """Return where the servers are, or will be once they are provided.

    Raises:
        EmbeddedError: Java is missing.
    """
    versions = _versions()
    return JavaServers(await _java(), cache / f"kafka-{versions['kafka']}", cache / f"keycloak-{versions['keycloak']}")


async def provide_kafka(servers: JavaServers, logs: Path, progress: Progress) -> None:
    """Fetch Kafka where it is not there yet.

    Raises:
        EmbeddedError: Maven is missing or failed.
    """
    async with _lock(servers.kafka):
        if not servers.kafka.exists():
            with progress.step(f"{_titled(servers.kafka)}: downloading") as step:
                await _make(servers.kafka, lambda target: _maven("kafka", target, logs, step))


async def provide_keycloak(servers: JavaServers, logs: Path, progress: Progress) -> None:
    """Fetch and build Keycloak where it is not there yet.

    Raises:
        EmbeddedError: Maven is missing or failed, or Keycloak's build failed.
    """
    async with _lock(servers.keycloak):
        if not servers.keycloak.exists():
            await _make(servers.keycloak, lambda target: _keycloak(target, _titled(servers.keycloak), logs, progress))


def _lock(place: Path) -> AsyncFileLock:
    return AsyncFileLock(place.with_name(f"{place.name}.lock"), mode=0o600)


def _titled(place: Path) -> str:
    name, _, version = place.name.rpartition("-")
    return f"{name.title()} {version}"


async def _java() -> str:
    java = find_tool("java", package="openjdk-17-jdk-headless", minimum=f"a JDK, {JAVA_MINIMUM} or newer")
    process = await asyncio.create_subprocess_exec(
        java, "-version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    version = re.search(rb'version "(\d+)', said)
    if not version or int(version[1]) < JAVA_MINIMUM:
        raise EmbeddedError(
            f"Java {JAVA_MINIMUM} or newer is needed; {java} says: {said.decode(errors='replace').strip()[:120]}",
            way_out="Install a newer one, for example with 'apt-get install openjdk-17-jdk-headless'.",
        )
    return java


def _versions() -> dict[str, str]:
    root = ElementTree.fromstring((files(__package__) / "pom.xml").read_text(encoding="utf-8"))  # noqa: S314 - our own
    found = {name: root.findtext(f"m:properties/m:{name}.version", "", _MAVEN_NAMES) for name in ("kafka", "keycloak")}
    return found


async def _make(place: Path, make: Callable[[Path], Awaitable[None]]) -> None:
    target = place.with_name(f"{place.name}.part")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    await make(target)
    target.rename(place)


async def _maven(execution: str, target: Path, logs: Path, step: Step) -> None:
    maven = find_tool("mvn", package="maven")
    goal = {"kafka": "copy-dependencies", "keycloak": "copy"}[execution]
    # One at a time: Maven's repository is not made for two that fill it.
    async with _lock(target.with_name("maven")):
        with as_file(files(__package__) / "pom.xml") as pom:
            await run_tool(
                [maven, "-f", str(pom), "-Dstyle.color=never", f"dependency:{goal}@{execution}", f"-Dtarget={target}"],
                log=logs / f"maven-{execution}.log",
                says=lambda line: _tell(line, step),
                failure=f"Maven could not fetch {execution}",
            )


def _tell(line: str, step: Step) -> None:
    if at := _MAVEN_PROGRESS.search(line):
        done, whole, unit = float(at[1]), float(at[2]), at[3]
        step.update(f"{at[1]} of {at[2]} {unit}", done / whole if whole else None)
    elif name := _DOWNLOADED.search(line):
        step.update(name[1])


async def _keycloak(target: Path, title: str, logs: Path, progress: Progress) -> None:
    with progress.step(f"{title}: downloading") as step:
        await _maven("keycloak", target, logs, step)
    with progress.step(f"{title}: unpacking"):
        (archive,) = target.glob("*.tar.gz")
        await asyncio.to_thread(_unpack, archive, target)
    with progress.step(f"{title}: building, once") as step:
        await run_tool(
            [str(target / "bin" / "kc.sh"), "build", *_KEYCLOAK_BUILD_OPTIONS],
            log=logs / "keycloak-build.log",
            says=lambda line: step.update(line[-60:]),
            failure="Keycloak's build failed",
            environment={"JAVA_OPTS": " ".join((*JVM_OPTIONS, "-Xmx512m", "-Dfile.encoding=UTF-8"))},
        )


def _unpack(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    archive.unlink()
    (unpacked,) = (entry for entry in target.iterdir() if entry.is_dir())
    for entry in unpacked.iterdir():
        entry.rename(target / entry.name)
    unpacked.rmdir()
