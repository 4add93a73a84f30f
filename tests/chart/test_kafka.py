"""Kafka as the chart makes it."""

import pytest

from tests.chart.rendering import Resource, named, of_kind, render, resources

INSTRUMENTS = "--set=kafka.instruments.enabled=true,kafka.instruments.addresses={one:31001,two:31002,three:31003}"


def _properties(*arguments: str) -> dict[str, str]:
    text = named(resources(*arguments), "ConfigMap", "beamlore-kafka")["data"]["server.properties"]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = [(name, value) for name, _, value in (line.partition("=") for line in lines)]
    assert len({name for name, _ in pairs}) == len(pairs), "a setting is there twice"
    return dict(pairs)


def _policy(*arguments: str) -> Resource:
    policy: Resource = named(resources(*arguments), "NetworkPolicy", "beamlore-kafka")["spec"]
    return policy


@pytest.mark.parametrize(("brokers", "in_sync"), [(1, "1"), (3, "2")])
def test_a_message_counts_as_sent_when_all_brokers_but_one_have_it(brokers: int, in_sync: str) -> None:
    properties = _properties(f"--set=kafka.brokers={brokers}")
    assert properties["default.replication.factor"] == str(brokers)
    assert properties["min.insync.replicas"] == in_sync
    assert len(properties["controller.quorum.voters"].split(",")) == brokers


def test_who_has_no_rule_may_do_nothing() -> None:
    properties = _properties()
    assert properties["authorizer.class.name"].endswith("StandardAuthorizer")
    assert properties["allow.everyone.if.no.acl.found"] == "false"
    assert properties["super.users"] == "User:admin"


def test_every_listener_wants_a_login() -> None:
    properties = _properties(INSTRUMENTS)
    protocols = dict(one.split(":") for one in properties["listener.security.protocol.map"].split(","))
    listeners = {one.split(":")[0] for one in properties["listeners"].split(",")}
    assert set(protocols) == listeners
    assert set(protocols.values()) == {"SASL_PLAINTEXT"}
    for listener in listeners:
        assert properties[f"listener.name.{listener.lower()}.sasl.enabled.mechanisms"]


def test_instruments_can_be_spoken_with_encrypted() -> None:
    properties = _properties(INSTRUMENTS, "--set=kafka.instruments.tls.secretName=kafka-tls")
    assert "INSTRUMENTS:SASL_SSL" in properties["listener.security.protocol.map"]
    assert properties["listener.name.instruments.ssl.keystore.location"] == "/etc/kafka/tls/tls-combined.pem"


def test_no_password_is_in_a_config_map() -> None:
    for text in _properties().values():
        assert "password=" not in text or '="${directory:' in text


def test_instruments_reach_each_broker_by_itself() -> None:
    objects = resources(INSTRUMENTS)
    addresses = named(objects, "ConfigMap", "beamlore-kafka-instruments")["data"]
    assert addresses == {"0": "one:31001", "1": "two:31002", "2": "three:31003"}
    services = [one for one in of_kind(objects, "Service") if "instruments" in one["metadata"]["name"]]
    chosen = [one["spec"]["selector"]["statefulset.kubernetes.io/pod-name"] for one in services]
    assert chosen == ["beamlore-kafka-0", "beamlore-kafka-1", "beamlore-kafka-2"]


def test_an_address_for_each_broker_is_asked_for() -> None:
    refused = render("--set=kafka.instruments.enabled=true,kafka.instruments.addresses={one:1}")
    assert "kafka.instruments.addresses" in refused.stderr


def test_without_instruments_nobody_outside_is_let_in() -> None:
    assert all(rule.get("from") for rule in _policy()["ingress"])
    assert not [one for one in of_kind(resources(), "Service") if one["spec"].get("type") not in (None, "ClusterIP")]


def test_a_number_is_written_out() -> None:
    properties = _properties("--set=kafka.settings.num\\.partitions=12000000")
    assert properties["num.partitions"] == "12000000"
    assert properties["message.max.bytes"] == "10485760"


def test_topics_of_brokers_elsewhere_are_made_where_that_is_wanted() -> None:
    outside = ("--set=kafka.enabled=false,kafka.external.bootstrap=one:9092,secrets.kafka.existingSecret=kafka",)
    jobs = {one["metadata"]["name"] for one in of_kind(resources(*outside), "Job")}
    assert "beamlore-kafka-configure-1" not in jobs
    objects = resources(*outside, "--set=kafka.external.configure.enabled=true")
    (container,) = named(objects, "Job", "beamlore-kafka-configure-1")["spec"]["template"]["spec"]["containers"]
    told = {one["name"]: one.get("value") for one in container["env"]}
    assert told["BEAMLORE_OPS_KAFKA_BOOTSTRAP"] == "one:9092"
    assert told["BEAMLORE_OPS_KAFKA_MECHANISM"] == "SCRAM-SHA-512"


EXTERNAL = "--set=kafka.enabled=false,kafka.external.bootstrap=kafka.example:9093,secrets.kafka.existingSecret=kafka"
ENCRYPTED = f"{EXTERNAL},kafka.external.protocol=SASL_SSL,kafka.external.tls.secretName=kafka-ca"


def _environment(component: str, *arguments: str) -> dict[str, Resource]:
    pod = named(resources(*arguments), "Deployment", f"beamlore-{component}")["spec"]["template"]["spec"]
    return {variable["name"]: variable for variable in pod["containers"][0]["env"]}


def test_services_speak_encrypted_with_a_facilitys_brokers() -> None:
    found = _environment("ingestor", ENCRYPTED)
    assert found["BEAMLORE_KAFKA_PROTOCOL"]["value"] == "SASL_SSL"
    assert found["BEAMLORE_KAFKA_MECHANISM"]["value"] == "SCRAM-SHA-512"
    assert found["BEAMLORE_KAFKA_CA"]["valueFrom"]["secretKeyRef"] == {"name": "kafka-ca", "key": "ca.crt"}


def test_without_a_protocol_the_services_choose_it_by_the_login() -> None:
    assert "BEAMLORE_KAFKA_PROTOCOL" not in _environment("ingestor", EXTERNAL)
    assert "BEAMLORE_KAFKA_PROTOCOL" not in _environment("ingestor")


def test_keda_speaks_as_the_ingestor_does() -> None:
    arguments = (f"{ENCRYPTED},kafka.external.mechanism=SCRAM-SHA-256", "--set=ingestor.autoscaling.enabled=true")
    objects = resources(*arguments)
    trigger = named(objects, "ScaledObject", "beamlore-ingestor")["spec"]["triggers"][0]["metadata"]
    assert (trigger["sasl"], trigger["tls"]) == ("scram_sha256", "enable")
    account = named(objects, "TriggerAuthentication", "beamlore-ingestor")["spec"]["env"]
    assert [one["parameter"] for one in account] == ["username", "password", "ca"]
