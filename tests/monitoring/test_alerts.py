"""Alerts say what they should when they should, and each has a runbook."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.monitoring.chart import RUNBOOKS, rules, write_rules
from tests.monitoring.prometheus import Prometheus

ALERTS = {rule["alert"]: rule for rule in rules() if "alert" in rule}
CASES = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
OF_THE_PLATFORM = re.compile(r"\b(kube|kubelet|certmanager)_")
"""What a cluster measures and an embedded installation does not."""


@pytest.fixture(scope="session")
def rule_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_rules(tmp_path_factory.mktemp("rules"), "scicat", "beamlore")


def promtool(*arguments: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_well_formed(rule_files: list[Path]):
    promtool("check", "rules", *rule_files)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_alerts_come_when_they_should_and_not_before(rule_files: list[Path], case: Path):
    copy = rule_files[0].parent / f"test-{case.name}"
    copy.write_text(case.read_text())

    promtool("test", "rules", copy, cwd=copy.parent)


def test_each_alert_is_seen_to_come_and_to_stay_away():
    come, stay_away = set(), set()
    for case in CASES:
        for group in yaml.safe_load(case.read_text())["tests"]:
            for one in group["alert_rule_test"]:
                (come if one["exp_alerts"] else stay_away).add(one["alertname"])

    assert come == set(ALERTS)
    assert stay_away == set(ALERTS)


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_has_a_runbook_that_tells_what_to_do(name: str):
    rule = ALERTS[name]
    page = (RUNBOOKS / rule["annotations"]["runbook_url"]).read_text()

    assert rule["annotations"]["summary"]
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert f"`{name}`" in page
    assert {"## What people notice", "## Look", "## Mend"} <= set(page.splitlines())


def test_there_is_no_runbook_without_an_alert():
    named = {rule["annotations"]["runbook_url"] for rule in ALERTS.values()}

    assert {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"} == named


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
async def test_what_a_rule_asks_for_is_measured(busy: Prometheus, rule: dict):
    expression = rule["expr"].replace("@namespace@", ".*").replace("@fullname@", "beamlore")
    await busy.query(expression)
    if OF_THE_PLATFORM.search(expression):
        return
    for name in set(re.findall(r"\b(?:beamlore[_:][a-z0-9_:]+|up)\b", expression)):
        assert await busy.query(f"count({name})") or name.endswith("pool_failures_total"), f"nobody measures {name}"


async def test_nothing_is_wrong_with_an_installation_that_is_well(busy: Prometheus):
    firing = await busy.query('ALERTS{severity="critical"}')

    assert firing == []
