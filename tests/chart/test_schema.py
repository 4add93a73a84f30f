"""Values that make no sense are refused, and the refusal says which and why."""

import json

import pytest

from tests.chart.rendering import CHART, render


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("catalogue.replica=3", "replica"),
        ("nonsense.enabled=true", "nonsense"),
        ("publicUrl=beamlore.example", "publicUrl"),
        ("publicUrl=https://beamlore.example/path", "publicUrl"),
        ("images.pullPolicy=Sometimes", "pullPolicy"),
        ("beamlines[0].name=Balder", "beamlines"),
        ("beamlines[0].partitions=2", "name"),
        ("beamlines[0].name=balder,beamlines[0].partitions=0", "partitions"),
        ("beamlines[0].name=balder,beamlines[0].simulate=true", "proposals"),
        ("ingestor.autoscaling.kind=vpa", "kind"),
        ("catalogue.resources.limits.memory=much", "memory"),
        ("catalogue.files.unknown=x", "unknown"),
        ("catalogue.settings.lower_case=x", "lower_case"),
        ("externalSecrets.enabled=true", "secretStoreRef"),
        ("mongodb.topology=ring", "topology"),
        ("kafka.brokers=2", "brokers"),
    ],
)
def test_nonsense_is_refused(setting: str, told: str) -> None:
    refused = render(f"--set={setting}")
    assert refused.returncode != 0
    assert told in refused.stderr


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("mongodb.enabled=false", "mongodb.external.existingSecret"),
        ("kafka.enabled=false,secrets.kafka.existingSecret=x", "kafka.external.bootstrap"),
        ("kafka.enabled=false,kafka.external.bootstrap=k:9092", "secrets.kafka.existingSecret"),
        ("keycloak.enabled=false,secrets.oidc.existingSecret=x", "oidc.issuer"),
        ("keycloak.enabled=false,oidc.issuer=https://login.example", "secrets.oidc.existingSecret"),
        ("useroffice.enabled=false", "useroffice.url"),
        ("gateway.enabled=true", "gateway.parentRefs"),
        ("preStopSeconds=4", "preStopSeconds"),
        (
            "beamlines[0].name=balder,beamlines[1].name=balder,beamlines[1].partitions=2",
            "balder",
        ),
    ],
)
def test_what_is_missing_is_named(setting: str, told: str) -> None:
    refused = render(f"--set={setting}")
    assert refused.returncode != 0
    assert told in refused.stderr


def test_every_value_is_described() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    undescribed: list[str] = []

    def look(path: str, one: dict[str, object]) -> None:
        properties = one.get("properties")
        assert isinstance(properties, dict)
        for name, inner in properties.items():
            if "description" not in inner and "$ref" not in inner:
                undescribed.append(f"{path}{name}")
            if "properties" in inner:
                look(f"{path}{name}.", inner)

    look("", schema)
    assert undescribed == []


def test_no_object_of_the_schema_takes_unknown_keys() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    open_ones: list[str] = []

    def look(path: str, one: dict[str, object]) -> None:
        for name, inner in one.items():
            if not isinstance(inner, dict):
                continue
            if name not in ("if", "then") and "properties" in inner and "additionalProperties" not in inner:
                open_ones.append(f"{path}.{name}")
            if name not in ("if", "then"):
                look(f"{path}.{name}", inner)

    look("", {"values": schema})
    assert open_ones == []
