"""Logs and measurements."""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager

import structlog
from prometheus_client import Histogram

from beamlore.core._settings import HttpSettings

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def configure_logging(service: str, settings: HttpSettings) -> None:
    """Send structlog and the standard library's logging to standard error, one event a line."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: structlog.types.Processor
    if settings.log_format == "json":
        shared.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


class Phases:
    """Time by phase, so that a slow request or batch says which part of it was slow."""

    def __init__(self, service: str) -> None:
        self._histogram = Histogram(
            f"beamlore_{service}_phase_seconds", "Time spent, by phase.", ["phase"], buckets=_BUCKETS
        )

    @contextmanager
    def __call__(self, phase: str) -> Generator[None, None, None]:
        """Measure the block as one phase."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._histogram.labels(phase).observe(time.perf_counter() - start)

    def seconds(self) -> dict[str, float]:
        """Return the seconds spent so far, by phase."""
        return {
            sample.labels["phase"]: sample.value
            for metric in self._histogram.collect()
            for sample in metric.samples
            if sample.name.endswith("_sum")
        }
