"""How long and how large the parts of a scan message may be: the one place that says so."""

from typing import Final

MAX_NAME: Final = 256
"""Characters of a PID, a proposal's id, a sample, a metadata key and an entry's name."""
MAX_UNIT: Final = 64
MAX_SOURCE: Final = 512
MAX_GROUP: Final = 128
MAX_REASON: Final = 512
MAX_ABORT_REASON: Final = 1024
MAX_COMMAND: Final = 4096
MAX_PATH: Final = 4096
MAX_COUNT: Final = 2**53
"""What every reader of JSON keeps exact (RFC 8259, section 6)."""
INT64: Final = 2**63
"""64 bits with sign are BSON's widest integer."""
MAX_LIST: Final = 1000
"""Longer spectra are data, not metadata. Clients' limit."""
MAX_TEXT: Final = 16_384
"""Characters of a text. Clients' limit."""
MAX_MESSAGE_BYTES: Final = 1_000_000
"""Kafka's default ``message.max.bytes`` is 1 048 588, of which the record's own header takes some. Clients' limit."""
