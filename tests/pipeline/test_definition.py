"""The pipeline builds every component, under a name that says what is in it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
REGISTRY = "registry.example/beamlore"


def _run(*command: str, cwd: Path = ROOT, **environment: str) -> str:
    answer = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def _components() -> list[str]:
    return _run("bash", "-c", 'source scripts/components.sh && echo "${COMPONENTS[@]}"').split()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What is committed, in a repository of its own."""
    _run("git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), str(tmp_path / "checkout"))
    return tmp_path / "checkout"


def _commit(checkout: Path, path: str) -> None:
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text("# changed\n")
    _run("git", "add", path, cwd=checkout)
    identity = ("-c", "user.name=test", "-c", "user.email=test@facility.example")
    _run("git", *identity, "commit", "--quiet", "-m", "changed", cwd=checkout)


def _tag(checkout: Path, component: str) -> str:
    return _run("ci/scripts/image-tag.sh", component, cwd=checkout)


def test_every_service_with_an_image_has_a_job_that_builds_it() -> None:
    included = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())["include"]
    services = [one["inputs"]["service"] for one in included if "inputs" in one]
    assert sorted([*services, "web"]) == sorted(_components())


def test_every_component_has_a_target_and_a_lock_file() -> None:
    targets = re.findall(r"^FROM \S+ AS (\S+)$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert set(_components()) <= set(targets)
    for component in set(_components()) - {"web"}:
        assert (ROOT / "requirements" / "images" / f"{component}.lock").is_file()


@pytest.mark.parametrize(
    ("path", "rebuilt"),
    [
        ("services/ingestor/src/beamlore/ingestor/changed.py", {"ingestor"}),
        ("services/ingestor/tests/test_changed.py", set()),
        ("services/core/src/beamlore/core/changed.py", {"ingestor", "catalogue"}),
        ("frontend/src/changed.ts", {"web"}),
        ("docs/changed.md", set()),
    ],
)
def test_an_image_gets_another_name_when_its_content_changes_and_only_then(
    checkout: Path, path: str, rebuilt: set[str]
) -> None:
    looked_at = ("ingestor", "catalogue", "web")
    before = {component: _tag(checkout, component) for component in looked_at}
    _commit(checkout, path)
    assert {component for component in looked_at if _tag(checkout, component) != before[component]} == rebuilt


def test_the_chart_takes_the_images_of_the_commit(tmp_path: Path) -> None:
    if not shutil.which("helm"):
        pytest.skip("helm is not on PATH")
    values = tmp_path / "images.yaml"
    values.write_text(_run("ci/scripts/image-values.sh", CI_REGISTRY_IMAGE=REGISTRY))
    example = ROOT / "charts" / "beamlore" / "examples" / "laptop.yaml"
    rendered = _run(
        "helm",
        "template",
        "beamlore",
        "charts/beamlore",
        "--kube-version=1.34",
        "--values",
        str(example),
        "--values",
        str(values),
    )
    for component in ("catalogue", "ingestor", "configurator", "useroffice", "ops", "web"):
        assert f"{REGISTRY}/{component}:{_run('ci/scripts/image-tag.sh', component)}" in rendered
