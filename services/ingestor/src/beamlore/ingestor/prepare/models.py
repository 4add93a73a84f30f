"""A batch that is ready to be written."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from opentelemetry.trace import Span

from beamlore.ingestor.enrich.models import Item
from beamlore.ingestor.validate.models import Record, Rejection


@dataclass(frozen=True, slots=True)
class Entry:
    """An item for the catalogue, and the messages it stands for."""

    item: Item
    records: Sequence[Record]
    span: Span | None = None
    """Where the scan is traced: from preparing to the catalogue's answer."""

    @property
    def size(self) -> int:
        """Bytes of the messages."""
        return sum(len(record.value or b"") for record in self.records)


@dataclass(frozen=True)
class Prepared:
    """Where each message of a batch goes.

    The catalogue takes one item for each PID in a request. Where messages of a batch claim one PID for several
    proposals, the items stand in consecutive rounds, and the catalogue decides whose it is.
    """

    rounds: list[list[Entry]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
