"""The audit as our own routes show it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from beamlore.core import ApiModel


class Difference(ApiModel):
    """One value that is different; `before` is absent where there was none, `after` where there is none now."""

    path: list[str]
    before: Any = None
    after: Any = None


class AuditEntry(ApiModel):
    """One change of one document."""

    id: str
    at: datetime
    username: str
    subject: str
    request: Annotated[str, Field(description="The `X-Request-ID` of the request that made it.")]
    collection: str
    document: str
    operation: Literal["create", "change", "delete"]
    changes: list[Difference] | None = None
    before: Annotated[dict[str, Any] | None, Field(description="The deleted document.")] = None


class AuditPage(ApiModel):
    """Entries, the newest first."""

    items: list[AuditEntry]
    next_cursor: str | None = None
