"""The log: one event a line, for people or as JSON."""

import atexit
import logging
import logging.handlers
import queue
import sys
from typing import Any, cast

import structlog

from beamlore.core._current import add_request
from beamlore.core._redaction import redact
from beamlore.core._settings import HttpSettings

_WAITING_AT_MOST = 10_000
_TRACEBACK_LENGTH = 16 * 1024
_CONTEXT = "beamlore_context"


class _Beside(logging.handlers.QueueHandler):
    """Lets a thread write the lines, so that a slow terminal or disk holds up no request.

    Where more wait than fit, lines are lost rather than requests; how many is said with the next.
    """

    def __init__(self, handler: logging.Handler) -> None:
        self._lines: queue.Queue[logging.LogRecord] = queue.Queue(_WAITING_AT_MOST)
        super().__init__(self._lines)
        self._handler = handler
        self._lost = 0
        self._ended = False
        self._listener = logging.handlers.QueueListener(self._lines, handler)
        self._listener.start()
        atexit.register(self._end)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Leave the line as it is, to be formatted where it is written; note which request it is about."""
        if not isinstance(record.msg, dict):
            setattr(record, _CONTEXT, add_request(None, "", structlog.contextvars.get_contextvars()))
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put a line into the queue, or count it as lost."""
        if self._ended:
            self._handler.handle(record)
            return
        if self._lost and not self._lines.full():
            lost, self._lost = self._lost, 0
            self._lines.put_nowait(
                logging.LogRecord(__name__, logging.WARNING, "", 0, "%d lines of the log were lost", (lost,), None)
            )
        try:
            self._lines.put_nowait(record)
        except queue.Full:
            self._lost += 1

    def flush(self) -> None:
        """Wait until everything is written that was said before."""
        if not self._ended:
            self._lines.join()

    def _end(self) -> None:
        self._listener.stop()
        self._ended = True


def _with_error(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Take the error that is being handled along: where the line is written, there is none."""
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    return event


def _noted(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Add to a line of the standard library's logging what was noted where it was said."""
    for name, value in getattr(event["_record"], _CONTEXT, {}).items():
        event.setdefault(name, value)
    return event


def _shortened_traceback(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Write out a traceback, its beginning and its end: one of a recursion has a thousand equal entries."""
    event = structlog.processors.format_exc_info(cast(Any, None), "", event)
    text = event.get("exception")
    if isinstance(text, str) and len(text) > _TRACEBACK_LENGTH:
        half = _TRACEBACK_LENGTH // 2
        event["exception"] = f"{text[:half]}\n… ({len(text)} characters)\n{text[-half:]}"
    return event


def configure_logging(service: str, settings: HttpSettings) -> None:
    """Send structlog and the standard library's logging to standard error, one event a line."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    told: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: structlog.types.Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        # Plain tracebacks: others show the values of variables, which are what people sent and their passwords.
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_noted, *told],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _shortened_traceback,
                redact,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [_Beside(handler)]
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_request,
            _with_error,
            *told,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
