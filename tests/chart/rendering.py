"""The chart as Helm renders it."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

CHART = Path(__file__).parents[2] / "charts" / "beamlore"
KUBERNETES = "1.34"
EXAMPLES = ("laptop", "facility", "large")

Resource = dict[str, Any]


def tool(name: str) -> str:
    """Return where a program is; skip the test where it is not."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on PATH")
    return found


def render(*arguments: str, release: str = "beamlore", upgrade: bool = False) -> subprocess.CompletedProcess[str]:
    """Return what ``helm template`` says, whether it fails or not."""
    command = [tool("helm"), "template", release, str(CHART), "--kube-version", KUBERNETES, *arguments]
    return subprocess.run(
        [*command, *(["--is-upgrade"] if upgrade else [])], capture_output=True, text=True, check=False, timeout=60
    )


def values_of(example: str | None) -> list[str]:
    return ["--values", str(CHART / "examples" / f"{example}.yaml")] if example else []


@cache
def resources(*arguments: str, upgrade: bool = False) -> list[Resource]:
    """Return all objects of a rendering, the same again for the same arguments: nobody changes them.

    Raises:
        AssertionError: it fails.
    """
    rendered = render(*arguments, upgrade=upgrade)
    assert rendered.returncode == 0, rendered.stderr
    return [one for one in yaml.safe_load_all(rendered.stdout) if one]


def of_kind(objects: list[Resource], *kinds: str) -> list[Resource]:
    return [one for one in objects if one["kind"] in kinds]


def named(objects: list[Resource], kind: str, name: str) -> Resource:
    found = [one for one in of_kind(objects, kind) if one["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} objects {kind}/{name}"
    return found[0]


@dataclass(frozen=True)
class Pod:
    """A pod as an object describes it."""

    owner: str
    labels: dict[str, str]
    annotations: dict[str, str]
    spec: Resource

    @property
    def containers(self) -> list[Resource]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def serving(self) -> list[Resource]:
        """Containers that run for as long as the pod does."""
        sidecars = [one for one in self.spec.get("initContainers", []) if one.get("restartPolicy") == "Always"]
        return [*sidecars, *self.spec["containers"]]

    @property
    def ends(self) -> bool:
        """Whether it does its work and is done: jobs and tests."""
        return self.spec.get("restartPolicy", "Always") != "Always"


def pods(objects: list[Resource]) -> Iterator[Pod]:
    for one in objects:
        match one["kind"]:
            case "Deployment" | "StatefulSet" | "Job":
                template = one["spec"]["template"]
            case "CronJob":
                template = one["spec"]["jobTemplate"]["spec"]["template"]
            case "Pod":
                template = one
            case _:
                continue
        metadata = template["metadata"]
        owner = f"{one['kind']}/{one['metadata']['name']}"
        yield Pod(owner, metadata["labels"], metadata.get("annotations", {}), template["spec"])
