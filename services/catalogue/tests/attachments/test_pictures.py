"""What may be attached, and what is stored of it (OWASP API3:2023, API4:2023; ASVS 5.2, 5.3)."""

import base64
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from beamlore.catalogue.attachments.pictures import PIXELS, Pictures
from beamlore.core import BadRequestError, BeamloreError


def as_data(content: bytes, media: str = "image/png") -> str:
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def content_of(data: str) -> bytes:
    return base64.b64decode(data.partition(",")[2])


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (8, 4), **more: object) -> bytes:
    image = Image.new(mode, size)
    image.putpixel((0, 0), 200 if mode in ("L", "P", "1") else (200, 10, 10, 255)[: len(mode)])
    written = io.BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def opened(data: str) -> Image.Image:
    return Image.open(io.BytesIO(content_of(data)))


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("kind", "mode", "kept_as"),
    [
        ("PNG", "RGBA", "image/png"),
        ("PNG", "L", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("WEBP", "RGB", "image/webp"),
        ("GIF", "P", "image/png"),
        ("BMP", "RGB", "image/png"),
        ("TIFF", "RGB", "image/png"),
    ],
)
async def test_pictures_are_kept_in_a_form_that_browsers_show(kind: str, mode: str, kept_as: str) -> None:
    stored = await Pictures().safe(as_data(picture(kind, mode), "image/whatever"))
    assert stored.startswith(f"data:{kept_as};base64,")
    assert opened(stored).size == (8, 4)


async def test_what_stands_beside_the_pixels_is_gone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "<script>alert(1)</script>"
    sent = picture("JPEG", exif=exif.tobytes(), comment=b"a secret place") + b"PK\x03\x04<?php appended"
    stored = await Pictures().safe(as_data(sent, "image/jpeg"))
    for left_over in (b"script", b"secret", b"appended", b"Exif"):
        assert left_over not in content_of(stored)
    assert opened(stored).size == (4, 8)


@pytest.mark.parametrize(
    "thumbnail",
    [
        as_data(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"),
        as_data(b"<html><script>alert(1)</script></html>", "image/png"),
        as_data(b"<html>", "text/html"),
        as_data(b"GIF89a/*", "image/gif"),
        as_data(b"MZ\x90\x00", "application/pdf"),
        as_data(picture("PNG")[:48]),
        as_data(huge_png(PIXELS, 1_000)),
        as_data(huge_png(6_000, 6_000)),
        "data:image/png;base64,***",
        "data:image/png,plain",
        "data:text/html,<script>alert(1)</script>",
        " DATA:text/html;base64,PGI+",
        "javascript:alert(1)",
        " java\tscript:alert(1)",
        "vbscript:x",
        "file:///etc/passwd",
        "https://a.example/" + "a" * 3_000,
    ],
)
async def test_what_is_no_picture_is_refused(thumbnail: str) -> None:
    with pytest.raises(BadRequestError, match="thumbnail"):
        await Pictures().safe(thumbnail)


@pytest.mark.parametrize("kept", ["https://a.example/p.png", "/static/p.png", "data/abc123", "a picture"])
async def test_an_address_is_kept_as_it_is(kept: str) -> None:
    assert await Pictures().safe(kept) == kept


async def test_a_pdf_is_kept_as_it_is() -> None:
    sent = as_data(b"%PDF-1.7\n%%EOF", "application/pdf")
    assert await Pictures().safe(sent) == sent


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.data())
async def test_a_damaged_picture_is_refused_or_still_a_picture(data: st.DataObject) -> None:
    whole = bytearray(picture(data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        stored = await Pictures().safe(as_data(bytes(whole)))
    except BeamloreError:
        return
    assert opened(stored).format in ("PNG", "JPEG", "WEBP")
