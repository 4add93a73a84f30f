"""Where people are found."""

from collections.abc import Iterable

from beamlore.useroffice.pages import Index, Page
from beamlore.useroffice.people.models import Person


class PeopleRepository:
    """The people of a seed, by user name."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = Index(people, lambda person: person.username)

    def get(self, username: str) -> Person | None:
        """Return the person, ``None`` where there is none."""
        return self._people.get(username)

    def page(self, limit: int, cursor: str | None) -> Page[Person]:
        """Return some people, by user name."""
        return self._people.page(limit, cursor)
