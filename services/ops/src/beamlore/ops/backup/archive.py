"""Files of documents: BSON one after the other, as mongodump writes it, compressed by Zstandard."""

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

import zstandard
from obstore import Bytes

from beamlore.ops.backup.digest import ContentDigest
from beamlore.ops.backup.manifest import Content, Part
from beamlore.ops.backup.target import BackupTarget
from beamlore.ops.errors import OpsError

_LEVEL: Final = 3
_READ_BYTES: Final = 1024**2
_LENGTH: Final = struct.Struct("<i")
_SMALLEST: Final = 5
_LARGEST: Final = 48 * 1024**2


class _Sink(Protocol):
    def write(self, data: bytes) -> int: ...


class _Source(Protocol):
    def read(self, size: int) -> Bytes | bytes: ...


def write_part(target: BackupTarget, path: str, documents: Iterable[bytes], progress: Callable[[int], None]) -> Part:
    """Write documents into a file of a target.

    Args:
        target: where to.
        path: of the file.
        documents: as BSON.
        progress: is told the bytes of each document.
    """
    digest = ContentDigest()
    with target.writing(path) as file:
        hashing = _HashingSink(file)
        with zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).stream_writer(
            hashing,  # type: ignore[arg-type]  # it needs but to be written to
            closefd=False,
        ) as compressed:
            for document in documents:
                compressed.write(document)
                digest.add(document)
                progress(len(document))
    return Part(
        **digest.content().model_dump(), path=path, stored_bytes=hashing.bytes, sha256=hashing.digest.hexdigest()
    )


def read_part(target: BackupTarget, part: Part) -> Iterator[bytes]:
    """Give the documents of a file as BSON; checked while they are read, and at the end for the whole.

    Raises:
        OpsError: the file is not what was written.
    """
    digest = ContentDigest()
    with target.reading(part.path) as file:
        hashing = _HashingSource(file)
        try:
            with zstandard.ZstdDecompressor().stream_reader(
                hashing,  # type: ignore[arg-type]  # it needs but to be read from
                read_size=_READ_BYTES,
                closefd=False,
            ) as stream:
                for document in _documents(stream):
                    digest.add(document)
                    yield document
        except (zstandard.ZstdError, ValueError) as error:
            raise OpsError(f"{part.path} in {target.name} is damaged: {error}.") from error
    expected = Content(documents=part.documents, bytes=part.bytes, digest=part.digest)
    if digest.content() != expected or hashing.digest.hexdigest() != part.sha256:
        raise OpsError(f"{part.path} in {target.name} is not what was written: its checksum differs.")


def _documents(stream: zstandard.ZstdDecompressionReader) -> Iterator[bytes]:
    buffer = bytearray()
    while chunk := stream.read(_READ_BYTES):
        buffer += chunk
        place = 0
        while len(buffer) - place >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(buffer, place)
            if not _SMALLEST <= length <= _LARGEST:
                raise ValueError(f"a document of {length} bytes cannot be")
            if len(buffer) - place < length:
                break
            yield bytes(memoryview(buffer)[place : place + length])
            place += length
        del buffer[:place]
    if buffer:
        raise ValueError("it ends within a document")


class _HashingSink:
    def __init__(self, file: _Sink) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.bytes += len(data)
        return self._file.write(data)


class _HashingSource:
    def __init__(self, file: _Source) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = bytes(self._file.read(size))
        self.digest.update(data)
        return data
