"""REST for people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from beamlore.core import NotFoundError
from beamlore.useroffice.pages import Cursor, Limit, Page
from beamlore.useroffice.people.models import Person
from beamlore.useroffice.people.repository import PeopleRepository

router = APIRouter(prefix="/people", tags=["people"])


def _repository(request: Request) -> PeopleRepository:
    repository: PeopleRepository = request.app.state.people
    return repository


People = Annotated[PeopleRepository, Depends(_repository)]


@router.get("", summary="List people, by user name", response_model_exclude_none=True)
async def list_people(people: People, limit: Limit = 100, cursor: Cursor = None) -> Page[Person]:
    """All people the user office knows, a page at a time."""
    return people.page(limit, cursor)


@router.get("/{username}", summary="One person", response_model_exclude_none=True)
async def get_person(username: str, people: People) -> Person:
    """The person with this user name; 404 where there is none."""
    person = people.get(username)
    if person is None:
        raise NotFoundError(f"the user office knows no person {username!r}")
    return person
