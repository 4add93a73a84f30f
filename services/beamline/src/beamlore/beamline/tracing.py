"""Traces that begin with a scan. Off, which is the default, nothing of OpenTelemetry is imported."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from beamlore.beamline.errors import TracingMissingError
from beamlore.beamline.settings import KafkaSettings
from beamlore.contract import TRACEPARENT

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span


class Tracing:
    """Makes a trace of each scan: one span from its start to its end, one for each of its messages.

    The message's span goes on with it, over the spool and Kafka, as W3C Trace Context.

    Raises:
        TracingMissingError: the settings name a collector, and the extra ``tracing`` is not installed.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._provider = (
            None if settings.otlp_endpoint is None else _provider(settings.otlp_endpoint, settings.trace_ratio)
        )

    def begin(self, pid: str, beamline: str, proposal: str) -> "Span | None":
        """Begin a scan's span; ``None`` where nothing is traced."""
        if self._provider is None:
            return None
        told = {"beamlore.pid": pid, "beamlore.beamline": beamline, "beamlore.proposal": proposal}
        return self._provider.get_tracer("beamlore").start_span("scan", attributes=told)

    @contextmanager
    def message(self, scan: "Span | None", kind: str) -> Generator[str | None, None, None]:
        """Make the block the span of a message; gives the context to send along, ``None`` where it is not sampled."""
        if self._provider is None or scan is None:
            yield None
            return
        from opentelemetry.trace import SpanKind, set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        within = set_span_in_context(scan)
        tracer = self._provider.get_tracer("beamlore")
        with tracer.start_as_current_span(f"send {kind}", within, kind=SpanKind.PRODUCER) as span:
            carrier: dict[str, str] = {}
            TraceContextTextMapPropagator().inject(carrier)
            yield carrier.get(TRACEPARENT) if span.get_span_context().trace_flags.sampled else None

    def close(self) -> None:
        """Send what is not sent yet; waits a moment for the collector."""
        if self._provider is not None:
            self._provider.shutdown()


def _provider(endpoint: str, ratio: float) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
    except ImportError as error:
        raise TracingMissingError(
            "BEAMLORE_OTLP_ENDPOINT is set and traces cannot be sent: pip install 'beamlore-beamline[tracing]'"
        ) from error
    names = {"service.name": "beamlore-beamline", "service.namespace": "beamlore"}
    provider = TracerProvider(resource=Resource.create(names), sampler=ParentBasedTraceIdRatio(ratio))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return provider
