"""What the services measure, read from their pods: the ingestor's lag and the inbox."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from beamlore.ops.cluster.installation import Installation
from beamlore.ops.cluster.status.models import BeamlineLag
from beamlore.ops.cluster.status.parts import ask


def look_at_ingest(installation: Installation) -> tuple[list[BeamlineLag], dict[str, int]]:
    """Return the lag by beamline, and how many messages are in the inbox by reason.

    Every ingestor knows the whole group's lag; the largest that one of them says counts.
    """
    messages: dict[str, int] = {}
    seconds: dict[str, float] = {}
    inbox: dict[str, int] = {}
    for metric in _metrics(installation, "ingestor"):
        for sample in metric.samples:
            match metric.name:
                case "beamlore_ingestor_lag_messages":
                    beamline = sample.labels["beamline"]
                    messages[beamline] = max(messages.get(beamline, 0), int(sample.value))
                case "beamlore_ingestor_lag_seconds":
                    beamline = sample.labels["beamline"]
                    seconds[beamline] = max(seconds.get(beamline, 0.0), sample.value)
                case "beamlore_ingestor_inbox_open":
                    reason = sample.labels["reason"]
                    inbox[reason] = max(inbox.get(reason, 0), int(sample.value))
    lag = [
        BeamlineLag(beamline=name, messages=count, seconds=seconds.get(name, 0.0))
        for name, count in sorted(messages.items())
    ]
    return lag, {reason: count for reason, count in sorted(inbox.items()) if count}


def _metrics(installation: Installation, component: str) -> Iterator[Metric]:
    for pod in installation.list(installation.core.list_namespaced_pod, component=component):
        text = ask(installation, pod, "metrics") if pod.status.phase == "Running" else None
        if text and text.startswith("#"):
            yield from text_string_to_metric_families(text)
