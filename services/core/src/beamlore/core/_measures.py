"""What every server measures of its requests, by phase and by route.

Names follow https://prometheus.io/docs/practices/naming/; the registry is the process's, so each measure is made once,
here. A measure that is taken for each request costs about a microsecond: its labelled child is looked up in a
dictionary of our own, since the library's look-up costs as much as the measuring.
"""

import time
from types import TracebackType

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from beamlore.core._current import current_request

PHASE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
NO_ROUTE = "none"
"""Stands for the route where a path is none of ours: what callers make up must not become labels."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_durations = Histogram(
    "beamlore_http_request_duration_seconds",
    "Time until a request's answer begins.",
    ["method", "route"],
    buckets=_REQUEST_BUCKETS,
)
_requests = Counter("beamlore_http_requests_total", "Requests answered.", ["method", "route", "status"])
_phases = Histogram(
    "beamlore_http_request_phase_seconds", "Time of requests, by phase.", ["phase"], buckets=PHASE_BUCKETS
)
open_requests = Gauge("beamlore_http_open_requests", "Requests whose answer has not ended; streams count.")
token_failures = Counter("beamlore_http_token_failures_total", "Requests whose token was refused.", ["reason"])
service_token_failures = Counter(
    "beamlore_service_token_failures_total", "Times the identity provider gave this service no token of its own."
)
account_checks = Counter(
    "beamlore_account_checks_total",
    "Times the identity provider was asked for an account: active, gone, refused (a right is missing), unanswered.",
    ["outcome"],
)
component_ready = Gauge(
    "beamlore_health_component_ready", "Whether what the service depends on is well: 1 or 0.", ["component"]
)

_duration_of: dict[tuple[str, str], Histogram] = {}
_request_of: dict[tuple[str, str, int], Counter] = {}
_phase_of: dict[str, Histogram] = {}


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request whose answer begins.

    Args:
        method: as it was sent; an unknown one counts as ``OTHER``.
        route: the route's template, or ``NO_ROUTE``; never a path.
        status: of the answer.
        seconds: since it came.
    """
    if method not in _METHODS:
        method = "OTHER"
    duration = _duration_of.get((method, route))
    if duration is None:
        duration = _duration_of[method, route] = _durations.labels(method, route)
    duration.observe(seconds)
    count = _request_of.get((method, route, status))
    if count is None:
        count = _request_of[method, route, status] = _requests.labels(method, route, str(status))
    count.inc()


class measured:  # noqa: N801 - reads as a function: `with measured("database")`
    """Measures the block as one phase of a request: ``authenticate``, ``parse``, ``database`` or ``render``."""

    __slots__ = ("_begun", "_phase")

    def __init__(self, phase: str) -> None:
        self._phase = phase

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        phase_took(self._phase, time.perf_counter() - self._begun)


def phase_took(phase: str, seconds: float) -> None:
    """Count the time of a phase, for the whole process and for the request under way."""
    histogram = _phase_of.get(phase)
    if histogram is None:
        histogram = _phase_of[phase] = _phases.labels(phase)
    histogram.observe(seconds)
    request = current_request()
    if request is not None:
        request.phases[phase] = request.phases.get(phase, 0.0) + seconds


class Phases:
    """Time by phase of a service's other work (batches), so that a slow one says which part of it was slow."""

    def __init__(self, service: str, registry: CollectorRegistry = REGISTRY) -> None:
        self._histogram = Histogram(
            f"beamlore_{service}_phase_seconds",
            "Time spent, by phase.",
            ["phase"],
            buckets=PHASE_BUCKETS,
            registry=registry,
        )
        self._children: dict[str, Histogram] = {}

    def __call__(self, phase: str) -> "_Phase":
        """Measure the block as one phase."""
        child = self._children.get(phase)
        if child is None:
            child = self._children[phase] = self._histogram.labels(phase)
        return _Phase(child)

    def seconds(self) -> dict[str, float]:
        """Return the seconds spent so far, by phase."""
        return {
            sample.labels["phase"]: sample.value
            for metric in self._histogram.collect()
            for sample in metric.samples
            if sample.name.endswith("_sum")
        }


class _Phase:
    __slots__ = ("_begun", "_histogram")

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._histogram.observe(time.perf_counter() - self._begun)
