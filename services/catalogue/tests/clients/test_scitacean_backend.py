"""scitacean's own tests against a backend, unmodified, from the source distribution of the version that is locked."""

import asyncio
import os
import re
import sys
import tarfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from scitacean.testing.backend import config

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Installation, Tokens

from ..conftest import Served, serving

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[3]
_LOCK = _ROOT / "requirements/workspace.lock"
_LOCKED = re.compile(r"^scitacean==(\S+)(?: \\\n {4}--hash=\S+)+$", re.MULTILINE)
# The others speak to a Keycloak with a realm of scitacean's own, on ports that are written into them.
_TESTS = ("tests/client", "tests/model_test.py")


async def _run(*command: str | Path, cwd: Path, **environment: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()


@pytest.fixture
async def sources(pytestconfig: pytest.Config, tmp_path: Path) -> Path:
    """scitacean's sources, with its tests; fetched once, by the hashes of the lock file."""
    locked = _LOCKED.search(_LOCK.read_text())
    assert locked is not None, "scitacean is not in the lock file; run `make lock`"
    kept: Path = pytestconfig.cache.mkdir("scitacean")  # type: ignore[union-attr]
    sources = kept / f"scitacean-{locked[1]}"
    if not sources.is_dir():
        wanted = tmp_path / "scitacean.lock"
        wanted.write_text(locked[0])
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
        only_it = ("--no-deps", "--no-binary", "scitacean", "--require-hashes", "--dest", tmp_path, "-r", wanted)
        code, told = await _run(*pip, *only_it, cwd=tmp_path)
        assert code == 0, told
        (archive,) = tmp_path.glob("scitacean-*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(tmp_path / "unpacked", filter="data")
        (unpacked,) = (tmp_path / "unpacked").iterdir()
        unpacked.rename(sources)
    return sources


@pytest.fixture
async def backend(
    servers: Installation, settings_for: Callable[..., Settings], token: Tokens, tmp_path: Path
) -> AsyncIterator[Served]:
    """A catalogue set up as scitacean sets up a SciCat backend: with its accounts and its prefix."""
    accounts = tmp_path / "functionalAccounts.json"
    config.dump_account_config(accounts)
    url, name = await servers.mongo.new_database()
    settings = settings_for(
        url,
        name,
        functional_accounts_file=accounts,
        pid_prefix=config.PID_PREFIX,
        site=config.SITE,
        admin_groups=(),
        delete_groups=(),
        delete_job_groups=(),
        ingest_roles=(),
        instrument_group_may="nothing",
        proposal_groups=("ingestor",),
    )
    async with serving(settings, token) as served:
        yield served
    await servers.mongo.drop_database(name)


async def test_scitaceans_own_backend_tests_pass(sources: Path, backend: Served, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    code, told = await _run(
        *(sys.executable, "-m", "pytest", "--backend-tests", "-p", "scitacean_backend", "-p", "no:cacheprovider"),
        *("-o", "addopts=--hypothesis-profile=scitacean", "-o", "filterwarnings=", f"--junitxml={report}", "-q"),
        *_TESTS,
        cwd=sources,
        PYTHONPATH=str(_HERE),
        SCITACEAN_PORT=str(urlsplit(backend.address).port),
    )
    assert code == 0, told[-8_000:]
    counted = ElementTree.parse(report).getroot()[0].attrib  # noqa: S314 - pytest wrote it
    assert int(counted["tests"]) - int(counted["skipped"]) >= 60, (
        "fewer tests than there were ran against the catalogue"
    )
