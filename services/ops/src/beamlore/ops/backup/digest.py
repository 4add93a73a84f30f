"""A digest of documents that does not depend on their order."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from beamlore.ops.backup.manifest import Content

_DIGEST_BYTES: Final = 16
_MODULUS: Final = 1 << (8 * _DIGEST_BYTES)


class ContentDigest:
    """Counts documents and sums up their digests."""

    def __init__(self) -> None:
        self._documents = 0
        self._bytes = 0
        self._sum = 0

    def add(self, document: bytes) -> None:
        """Take a document in, as BSON."""
        self._documents += 1
        self._bytes += len(document)
        self._sum += int.from_bytes(blake2b(document, digest_size=_DIGEST_BYTES).digest())

    def content(self) -> Content:
        """Return what has been taken in."""
        return Content(documents=self._documents, bytes=self._bytes, digest=_hexadecimal(self._sum))


def total(contents: Iterable[Content]) -> Content:
    """Return what several contents are together."""
    contents = list(contents)
    return Content(
        documents=sum(one.documents for one in contents),
        bytes=sum(one.bytes for one in contents),
        digest=_hexadecimal(sum(int(one.digest, 16) for one in contents)),
    )


def _hexadecimal(number: int) -> str:
    return f"{number % _MODULUS:0{2 * _DIGEST_BYTES}x}"
