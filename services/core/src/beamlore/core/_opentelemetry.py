"""OpenTelemetry's SDK, set up for a service. Imported only where traces are wanted."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

if TYPE_CHECKING:
    from beamlore.core._tracing import Attribute

_KINDS = {"internal": SpanKind.INTERNAL, "consumer": SpanKind.CONSUMER}


class Tracing:
    """Makes spans and sends them to a collector, in a thread of its own."""

    def __init__(self, service: str, endpoint: str, ratio: float) -> None:
        """Begin.

        Args:
            service: its name, such as ``catalogue``.
            endpoint: the collector's address, OTLP over HTTP.
            ratio: the part of traces begun here that is sampled.
        """
        self.provider = TracerProvider(
            resource=Resource.create({"service.name": f"beamlore-{service}", "service.namespace": "beamlore"}),
            sampler=ParentBased(_Asked(ratio)),
        )
        self.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
        self._tracer = self.provider.get_tracer("beamlore")
        self._propagator = TraceContextTextMapPropagator()
        HTTPXClientInstrumentor().instrument(tracer_provider=self.provider)
        PymongoInstrumentor().instrument(tracer_provider=self.provider)

    def begin(self, name: str, parent: str, attributes: Mapping[str, "Attribute"], kind: str) -> Span:
        """Begin a span under a ``traceparent``."""
        context = self._propagator.extract({"traceparent": parent})
        return self._tracer.start_span(name, context, kind=_KINDS[kind], attributes=dict(attributes))

    @contextmanager
    def within(self, name: str, parent: str, attributes: Mapping[str, "Attribute"]) -> Generator[None, None, None]:
        """Make the block a span under a ``traceparent``."""
        with trace.use_span(self.begin(name, parent, attributes, "internal"), end_on_exit=True):
            yield

    def traceparent(self, span: Span) -> str | None:
        """Return a span's ``traceparent``, ``None`` where it is not sampled."""
        if not span.get_span_context().trace_flags.sampled:
            return None
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, trace.set_span_in_context(span))
        return carrier.get("traceparent")

    def trace_id(self) -> str | None:
        """Return the id of the current trace."""
        context = trace.get_current_span().get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else None

    def name_request(self, method: str, route: str) -> None:
        """Name the current request's span."""
        span = trace.get_current_span()
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)


class _Asked(Sampler):
    """Samples a part of what was asked for; queries that nobody asked for (heartbeats, looks at the log) never."""

    def __init__(self, ratio: float) -> None:
        self._ratio = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide for a span that begins a trace."""
        if kind is SpanKind.CLIENT:
            return SamplingResult(Decision.DROP)
        return self._ratio.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        """Return what it is, for the SDK's own log."""
        return f"what is asked for, {self._ratio.get_description()}"
