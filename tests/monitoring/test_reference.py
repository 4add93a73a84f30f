"""The reference of metrics is what the services measure."""

import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from beamlore.embedded import Installation
from tests.monitoring.chart import CHART, ROOT, panels, rules
from tests.monitoring.conftest import SERVICES
from tests.monitoring.prometheus import Prometheus
from tests.monitoring.reference import document, metrics

LABELS = {one.name: set(one.labels) for one in metrics()}


def test_the_reference_is_as_the_code_has_it():
    assert (ROOT / "docs" / "reference" / "metrics.md").read_text() == document()


def test_names_follow_prometheus_rules():
    for one in metrics():
        assert re.fullmatch(r"beamlore_[a-z]+(_[a-z]+)+", one.name), one.name
        assert one.name.endswith("_total") == (one.kind == "counter"), one.name
        assert one.text.endswith("."), one.name
        if one.kind == "histogram":
            assert re.search(r"_(seconds|messages|items)$", one.name), one.name


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_shows_nothing_that_the_reference_does_not_have(
    installation: Installation, busy: Prometheus, service: str
):
    async with httpx.AsyncClient() as http:
        page = (await http.get(f"{installation.services.address(service)}/metrics")).text
    for family in text_string_to_metric_families(page):
        if family.name.startswith("beamlore_"):
            name = family.name + ("_total" if family.type == "counter" else "")
            shown = {label for sample in family.samples for label in sample.labels} - {"le"}
            assert shown <= LABELS[name], name


def test_what_dashboards_and_alerts_ask_for_is_in_the_reference():
    asked = " ".join([one.expression for one in panels()] + [rule["expr"] for rule in rules()])
    for name in set(re.findall(r"\bbeamlore_[a-z_]+", asked)):
        assert re.sub(r"_(bucket|sum|count)$", "", name) in LABELS or name in LABELS, f"{name}, in {CHART}"
