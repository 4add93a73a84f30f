"""What the routes of events answer."""

from pydantic import BaseModel


class Ticket(BaseModel):
    """A ticket."""

    ticket: str


class Connections(BaseModel):
    """Open streams of one process."""

    connections: int
    users: dict[str, int]
