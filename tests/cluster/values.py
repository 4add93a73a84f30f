"""What the tests install: the chart's values for a small machine, with the images that `BEAMLORE_CLUSTER_*` names."""

import os
from importlib.resources import files
from typing import Any

import yaml

from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_PUBLISH, USEROFFICE_ADMIN, beamline_staff
from tests.chaos.night_shift import SHIFT

Values = dict[str, Any]
SERVICES = ("catalogue", "ingestor", "configurator", "useroffice", "web")
STATEFUL = ("mongodb", "kafka", "keycloak")
_OF_OURS = {"simulation": "beamline", "ops": "ops"}
_ROLES = {
    "staff": [beamline_staff("balder")],
    "curator": [CATALOGUE_PUBLISH],
    "admin": [CATALOGUE_ADMIN, USEROFFICE_ADMIN, *map(beamline_staff, SHIFT)],
}


def small_values(topology: str, public_url: str, outside: str) -> Values:
    """Return the values of an installation.

    Args:
        topology: of MongoDB: ``members`` or ``arbiter``. With the first Kafka has three brokers, else one.
        public_url: the address people use.
        outside: the namespace that people and instruments of the tests come from.
    """
    seed = files("beamlore.useroffice").joinpath("seeds", "demo.yaml").read_text()
    from_outside = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": outside}}}]
    values: Values = {
        "publicUrl": public_url,
        "images": {"tag": _setting("TAG", "dev"), "pullPolicy": "IfNotPresent"},
        "beamlines": [
            {"name": name, "partitions": 1, "simulate": name == "balder", "proposals": [proposal]}
            for name, proposal in SHIFT.items()
        ],
        "networkPolicies": {"ingressController": from_outside},
        "simulation": {"periodSeconds": 10},
        "backup": {"enabled": True, "volume": {"size": "1Gi"}},
        "mongodb": {"topology": topology, **_server("mongodb", "local/mongod:6.0", "256Mi", "768Mi")},
        "kafka": {
            "brokers": 3 if topology == "members" else 1,
            "heap": "256m",
            "clients": from_outside,
            **_server("kafka", "local/kafka:4.3.1", "384Mi", "640Mi"),
        },
        "keycloak": {
            **_server("keycloak", "local/keycloak:26.7.3", "512Mi", "1Gi"),
            "people": yaml.safe_dump({**yaml.safe_load(seed), "groups": _ROLES}),
            "database": _server("postgres", "local/postgres:15", "64Mi", "256Mi"),
        },
    }
    for name in (*SERVICES, *_OF_OURS):
        repository = f"{_setting('IMAGES', 'local/beamlore-')}{_OF_OURS.get(name, name)}"
        values.setdefault(name, {})["image"] = {"repository": repository}
    for name in SERVICES:
        values[name]["resources"] = _resources("20m", "64Mi", "512Mi")
    return values


def image_of(component: str) -> str:
    """Return the name of one of our images."""
    return f"{_setting('IMAGES', 'local/beamlore-')}{component}:{_setting('TAG', 'dev')}"


def rolled(components: tuple[str, ...], round_: int) -> Values:
    """Return values that replace every pod of these components, by an annotation."""
    return {name: {"podAnnotations": {"beamlore.example/round": str(round_)}} for name in components}


def _server(name: str, image: str, request: str, limit: str) -> Values:
    repository, _, tag = _setting(f"{name.upper()}_IMAGE", image).rpartition(":")
    return {"image": {"repository": repository, "tag": tag}, "resources": _resources("50m", request, limit)}


def _resources(cpu: str, request: str, limit: str) -> Values:
    return {"requests": {"cpu": cpu, "memory": request}, "limits": {"memory": limit}}


def _setting(name: str, default: str) -> str:
    return os.environ.get(f"BEAMLORE_CLUSTER_{name}", default)
