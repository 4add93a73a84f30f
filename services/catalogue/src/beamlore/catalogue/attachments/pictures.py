"""What may be attached: pictures, made anew from their pixels, and PDF documents.

A picture is decoded and encoded again: what stands in it beside the pixels (scripts, archives appended to it, the place
a photograph was taken at) is gone, and a file that only calls itself a picture is refused. SVG is refused: it is a
document that may carry scripts.

Source: OWASP File Upload Cheat Sheet; ASVS 5.2 (file upload and content).
"""

import asyncio
import base64
import binascii
import re
import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from beamlore.core import BadRequestError, TooLargeError

PIXELS = 25_000_000
"""Most pixels of a picture: decoding takes four bytes for each."""

STORED = 15_000_000
"""Most characters of what is stored: a document of the database holds 16 MiB."""

_KEPT_AS = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WEBP", "GIF": "PNG", "BMP": "PNG", "TIFF": "PNG"}
_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_DATA = re.compile(r"\s*data:([\w.+-]+/[\w.+-]+)?((?:;[\w-]+=[\w.-]+)*);base64,", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"[\s\x00-\x1f]*([a-z][a-z0-9+.\s\x00-\x1f-]*):", re.IGNORECASE)
_ADDRESSES = frozenset({"http", "https"})
_ADDRESS_LENGTH = 2_048

# Pillow looks at the size before it decodes; beyond its limit it only warns, unless told to refuse.
Image.MAX_IMAGE_PIXELS = PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class Pictures:
    """Makes safe what is attached; one picture at a time, so that many of them do not fill the memory."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def safe(self, thumbnail: str) -> str:
        """Return what is stored of a ``thumbnail``.

        Args:
            thumbnail: ``data:…;base64,…`` of a picture (PNG, JPEG, WebP, GIF, BMP, TIFF) or a PDF, or an address.

        Raises:
            BadRequestError: it is neither, not what it says it is, or has too many pixels.
            TooLargeError: it does not fit into the database.
        """
        if not thumbnail.lstrip().lower().startswith("data:"):
            return _address(thumbnail)
        if len(thumbnail) > 2 * STORED:
            raise TooLargeError(f"thumbnail: has more than {2 * STORED} characters")
        async with self._turn:
            stored = await asyncio.to_thread(_remade, thumbnail)
        if len(stored) > STORED:
            raise TooLargeError(f"thumbnail: takes more than {STORED} characters once it is made anew")
        return stored


def _remade(thumbnail: str) -> str:
    head = _DATA.match(thumbnail)
    if head is None:
        raise BadRequestError("thumbnail: must be written as data:<media type>;base64,<content>")
    try:
        content = base64.b64decode(thumbnail[head.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequestError("thumbnail: its content is not base64") from error
    if (head[1] or "").lower() == "application/pdf":
        if not content.startswith(b"%PDF-"):
            raise BadRequestError("thumbnail: says it is a PDF and is none")
        return _as_data("application/pdf", content)
    return _as_data(*_picture(content))


def _picture(content: bytes) -> tuple[str, bytes]:
    """Return media type and content of a picture made anew: its first frame, upright, without metadata."""
    try:
        with Image.open(BytesIO(content), formats=tuple(_KEPT_AS)) as picture:
            kept_as = _KEPT_AS[str(picture.format)]
            return _MEDIA[kept_as], _encoded(ImageOps.exif_transpose(picture), kept_as)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise BadRequestError(f"thumbnail: has more than {PIXELS} pixels") from error
    except UnidentifiedImageError as error:
        raise BadRequestError("thumbnail: is not a picture of a kind that is taken") from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        # What Pillow raises for files that are cut off or damaged.
        raise BadRequestError("thumbnail: the picture is damaged") from error


def _encoded(picture: Image.Image, kept_as: str) -> bytes:
    modes = {"JPEG": ("RGB", "L"), "WEBP": ("RGB", "RGBA"), "PNG": ("RGB", "RGBA", "L", "LA", "I;16")}[kept_as]
    if picture.mode not in modes:
        transparent = picture.mode in ("P", "PA", "LA", "RGBA") and kept_as != "JPEG"
        picture = picture.convert("RGBA" if transparent else "RGB")
    plain = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    written = BytesIO()
    plain.save(written, kept_as, **({"quality": 90} if kept_as != "PNG" else {}))
    return written.getvalue()


def _as_data(media: str, content: bytes) -> str:
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def _address(text: str) -> str:
    """Return an address or path of a picture; the page that shows it must not run it."""
    if len(text) > _ADDRESS_LENGTH:
        raise BadRequestError(f"thumbnail: an address has at most {_ADDRESS_LENGTH} characters")
    scheme = _ANY_SCHEME.match(text)
    if scheme is not None and scheme[1].lower() not in _ADDRESSES:
        raise BadRequestError("thumbnail: must be a picture (data:image/…;base64,…), a PDF, or a web address")
    return text
