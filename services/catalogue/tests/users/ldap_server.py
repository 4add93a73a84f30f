"""A real LDAP server: UnboundID's in-memory directory, by Maven, kept in the checkout's cache."""

import asyncio
import re
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import AsyncFileLock

from beamlore.embedded.downloads.commands import find_tool, run_tool

_VERSION = "7.0.3"
_CACHE = Path(__file__).parents[4] / ".beamlore" / "cache"
_LISTENING = re.compile(rb"port (\d+)")
READER = ("cn=reader", "reads")


@dataclass
class Directory:
    """A running directory."""

    process: asyncio.subprocess.Process
    url: str


@asynccontextmanager
async def directory(ldif: Path, base: str) -> AsyncIterator[Directory]:
    """Serve the entries of an LDIF file until the block is left."""
    java = find_tool("java", package="openjdk-17-jdk-headless")
    process = await asyncio.create_subprocess_exec(
        *(java, "-XX:TieredStopAtLevel=1", "-jar", str(await _jar()), "in-memory-directory-server"),
        *("--baseDN", base, "--ldifFile", str(ldif)),
        *("--additionalBindDN", READER[0], "--additionalBindPassword", READER[1]),
        stdout=PIPE,
        stderr=STDOUT,
    )
    assert process.stdout is not None
    try:
        said = b""
        async with asyncio.timeout(60):
            while (found := _LISTENING.search(said)) is None:
                line = await process.stdout.readline()
                assert line, said.decode()
                said += line
        yield Directory(process, f"ldap://127.0.0.1:{int(found[1])}")
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _jar() -> Path:
    jar = _CACHE / f"unboundid-ldapsdk-{_VERSION}.jar"
    _CACHE.mkdir(parents=True, exist_ok=True)
    async with AsyncFileLock(_CACHE / "ldap-server.lock", mode=0o600):
        if not jar.exists():
            target = _CACHE / "ldap-server.part"
            await run_tool(
                [
                    *(find_tool("mvn", package="maven"), "-B", "-q"),
                    "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
                    f"-Dartifact=com.unboundid:unboundid-ldapsdk:{_VERSION}",
                    f"-DoutputDirectory={target}",
                ],
                log=_CACHE / "ldap-server.log",
                says=lambda line: None,
                failure="Maven could not fetch the LDAP server",
            )
            (target / jar.name).rename(jar)
            target.rmdir()
    return jar
