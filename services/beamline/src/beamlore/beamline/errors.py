"""What can go wrong beside the instrument, each by its name."""


class BeamlineError(Exception):
    """Any error of the beamline package."""


class TangoMissingError(BeamlineError):
    """pytango is not installed, so no device can be read."""


class TracingMissingError(BeamlineError):
    """Traces are asked for and OpenTelemetry is not installed."""


class SpoolError(BeamlineError):
    """The spool cannot keep a message: it was not sent and is not kept."""


class SpoolInUseError(SpoolError):
    """Another process uses the same spool directory."""


class SpoolFullError(SpoolError):
    """The spool has reached its size limit, or the disk is full."""


class ProducerClosedError(BeamlineError):
    """The producer is not open: use it as ``async with producer``."""


class ScanStateError(BeamlineError):
    """A scan was used before it started or after it ended."""


class NotASpecFileError(BeamlineError):
    """A file holds no SPEC scans."""
