"""Errors that tell what is there from what is not, so that a facility can have them told no more.

SciCat's routes answer 403 for what is there and 404 for what is not, and its clients know them so. With
``BEAMLORE_HIDE_EXISTENCE`` both are one answer, made in one place (``scicat``). Our own routes never tell them apart.
Source: OWASP ASVS 5.0 V8.2.2; RFC 9110, 15.5.4 (404 in the place of 403).
"""

from beamlore.core import BadRequestError, BeamloreError, ForbiddenError, NotFoundError

HIDDEN = "Not found, or you are not allowed to see it."


class UnseenError(ForbiddenError):
    """What the request names is there, and the caller may not do this with it."""


class AbsentError(BadRequestError):
    """What the request names is not there, and SciCat answers 400."""


def tells_existence(error: BeamloreError) -> bool:
    """Return whether an error would tell what is there from what is not."""
    return isinstance(error, UnseenError | AbsentError | NotFoundError)
