"""Traces, from the scan to the page. Off, which is the default, nothing of OpenTelemetry's SDK is imported.

A trace begins at an instrument, or with a request; who begins it decides whether it is sampled, and everybody after
follows (W3C Trace Context, https://www.w3.org/TR/trace-context/).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal, TypeAlias

from beamlore.core._settings import HttpSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

    from beamlore.core._opentelemetry import Tracing

SpanKind: TypeAlias = Literal["internal", "consumer"]
Attribute: TypeAlias = str | int | float | bool

_NOTHING: AbstractContextManager[None] = nullcontext()


class _Process:
    """What this process traces with, once it does."""

    tracing: "Tracing | None" = None


def start_tracing(service: str, settings: HttpSettings) -> None:
    """Trace from now on, where the settings name a collector; before the application is made and anything connects.

    Args:
        service: its name, such as ``catalogue``.
        settings: where the collector is.
    """
    if settings.otlp_endpoint is not None:
        from beamlore.core._opentelemetry import Tracing

        _Process.tracing = Tracing(service, settings.otlp_endpoint, settings.trace_ratio)


def tracer_provider() -> "TracerProvider | None":
    """Return what spans are made with, ``None`` where nothing is traced."""
    return None if _Process.tracing is None else _Process.tracing.provider


def is_tracing() -> bool:
    """Return whether this process traces."""
    return _Process.tracing is not None


def begin_span(
    name: str, parent: str | None, attributes: Mapping[str, Attribute], kind: SpanKind = "internal"
) -> "Span | None":
    """Begin a span of a trace that another process began; whoever gets it ends it.

    Args:
        name: what is done.
        parent: the other's ``traceparent``; without one there is no span.
        attributes: such as ``{"beamlore.pid": …}``.
        kind: ``consumer`` of a message.

    Returns:
        The span; ``None`` where nothing is traced.
    """
    if _Process.tracing is None or parent is None:
        return None
    return _Process.tracing.begin(name, parent, attributes, kind)


def span_within(name: str, parent: str | None, attributes: Mapping[str, Attribute]) -> AbstractContextManager[None]:
    """Return a context that is a span of a trace that another process began."""
    if _Process.tracing is None or parent is None:
        return _NOTHING
    return _Process.tracing.within(name, parent, attributes)


def traceparent_of(span: "Span | None") -> str | None:
    """Return what another process needs to go on with a span, ``None`` where it is not sampled."""
    if _Process.tracing is None or span is None:
        return None
    return _Process.tracing.traceparent(span)


def trace_id() -> str | None:
    """Return the id of the trace that is worked on, in hexadecimal; ``None`` where there is none."""
    return None if _Process.tracing is None else _Process.tracing.trace_id()


def name_request(method: str, route: str) -> None:
    """Name the request's span by its route."""
    if _Process.tracing is not None:
        _Process.tracing.name_request(method, route)
