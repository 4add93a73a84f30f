"""Conditional requests against lost updates and needless answers (RFC 9110, section 13)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from beamlore.core import PreconditionFailedError, PreconditionRequiredError


@dataclass(frozen=True)
class Conditions:
    """The conditions under which the caller wants the request done."""

    if_match: str | None
    if_none_match: str | None

    def check(self, current: str | None) -> None:
        """Let a change pass that is meant for the current state.

        Args:
            current: the ETag of what is there, ``None`` where nothing is. What is not there can be made without a
                condition, since no other's work is lost by that.

        Raises:
            PreconditionRequiredError: something is there, and the caller does not say which version they know.
            PreconditionFailedError: it has changed since, or is there although the caller believed it is not.
        """
        if current is None:
            if self.if_match is not None:
                raise PreconditionFailedError("there is nothing yet that If-Match could match")
        elif self.if_none_match is not None:
            if _names(self.if_none_match, current):
                raise PreconditionFailedError("it is there already", etag=current)
        elif self.if_match is None:
            raise PreconditionRequiredError(
                "say by If-Match which version is to be changed: the ETag that reading it gave", etag=current
            )
        if current is not None and self.if_match is not None and not _names(self.if_match, current):
            raise PreconditionFailedError("it was changed by somebody else meanwhile: read it again", etag=current)

    def unchanged(self, current: str) -> bool:
        """Return whether the caller has this version already, so that 304 is the answer."""
        return self.if_none_match is not None and _names(self.if_none_match, current)


def _names(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag in tags


def _conditions(
    if_match: Annotated[str | None, Header(description="ETag of the version that is to be changed.")] = None,
    if_none_match: Annotated[str | None, Header(description="ETag that is known; `*`: only if there is none.")] = None,
) -> Conditions:
    return Conditions(if_match, if_none_match)


CurrentConditions = Annotated[Conditions, Depends(_conditions)]
