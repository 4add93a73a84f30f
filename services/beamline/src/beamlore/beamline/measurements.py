"""What a beamline's process measures, for Prometheus: most of all, what waits on its disk."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from beamlore.beamline.scan import Beamline
from beamlore.beamline.settings import BeamlineSettings


class BeamlineCollector(Collector):
    """Reads a beamline's state when somebody asks; measuring costs its scans nothing."""

    def __init__(self, beamline: Beamline) -> None:
        self._beamline = beamline

    def collect(self) -> Iterable[Metric]:
        """Return the measurements as they are now."""
        one = self._beamline
        yield _gauge("spool_messages", "Messages on disk that the broker has not acknowledged.", one, one.undelivered)
        yield _gauge("delivery_trouble", "1 while messages are not delivered.", one, one.trouble is not None)
        trouble = one.configuration.trouble is not None
        yield _gauge("configuration_trouble", "1 while the configurator cannot be asked.", one, trouble)
        delivered = CounterMetricFamily(
            "beamlore_beamline_delivered_messages", "Messages the broker has acknowledged.", labels=["beamline"]
        )
        delivered.add_metric([one.name], one.delivered)
        yield delivered


@contextmanager
def shown_measurements(beamline: Beamline, settings: BeamlineSettings) -> Generator[int | None, None, None]:
    """Show a beamline's measurements under ``/metrics`` within the block, where the settings have a port for them.

    Gives the port (0 in the settings: one that is free), ``None`` where nothing is shown.

    Raises:
        OSError: the port is taken.
    """
    if settings.metrics_port is None:
        yield None
        return
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(BeamlineCollector(beamline))
    server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _gauge(what: str, documentation: str, beamline: Beamline, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"beamlore_beamline_{what}", documentation, labels=["beamline"])
    family.add_metric([beamline.name], value)
    return family
