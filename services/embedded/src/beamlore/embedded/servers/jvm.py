"""What both Java servers are started with."""

from typing import Final

JVM_OPTIONS: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-Xms64m")
"""Small and quick to start: the plain collector, and code compiled once, lightly."""
