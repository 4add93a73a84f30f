"""The user office as an application."""

from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI

from beamlore.contract import USEROFFICE_ADMIN, USEROFFICE_READ
from beamlore.core import Health, create_app, requires
from beamlore.useroffice.faults import routes as faults
from beamlore.useroffice.faults.service import Faults
from beamlore.useroffice.people import routes as people
from beamlore.useroffice.people.repository import PeopleRepository
from beamlore.useroffice.proposals import routes as proposals
from beamlore.useroffice.proposals.models import Proposal
from beamlore.useroffice.proposals.repository import ProposalRepository
from beamlore.useroffice.seed import Seed, SeedProposal, SeedVisit
from beamlore.useroffice.settings import Settings
from beamlore.useroffice.visits import routes as visits
from beamlore.useroffice.visits.measures import watch
from beamlore.useroffice.visits.models import Visit
from beamlore.useroffice.visits.repository import VisitRepository

PREFIX = "/api/useroffice/v1"
_DESCRIPTION = """\
A stub of a facility's user office. Reading needs a token with the group `useroffice:read`, faults one with
`useroffice:admin`; `catalogue:admin` may do both. Errors are problem details (RFC 9457).
"""


def build_app(settings: Settings, seed: Seed) -> FastAPI:
    """Return the application that serves a seed."""
    # First the fault, then the token: a user office that is down does not look at tokens either.
    reading = APIRouter(
        dependencies=[
            Depends(faults.suffer),
            Depends(requires(USEROFFICE_READ)),
        ]
    )
    for noun in (people, proposals, visits):
        reading.include_router(noun.router)
    failing = APIRouter(dependencies=[Depends(requires(USEROFFICE_ADMIN))])
    failing.include_router(faults.router)
    root = APIRouter(
        prefix=PREFIX,
        responses={
            401: {"description": "No token, or one that is not to be believed."},
            403: {"description": "The caller may not."},
            503: {"description": "Down; try again in a moment."},
        },
    )
    root.include_router(reading)
    root.include_router(failing)
    app = create_app(
        title="Beamlore user office",
        prefix=PREFIX,
        version=version("beamlore-useroffice"),
        settings=settings,
        routers=[root],
        health=Health(),
        description=_DESCRIPTION,
    )
    app.state.faults = Faults()
    _fill(app, seed)
    return app


def _fill(app: FastAPI, seed: Seed) -> None:
    by_username = {person.username: person for person in seed.people}

    def proposal(entry: SeedProposal) -> Proposal:
        investigator = by_username[entry.principal_investigator]
        members = dict.fromkeys([entry.principal_investigator, *entry.members])
        return Proposal(
            **entry.model_dump(by_alias=False, exclude={"principal_investigator", "members"}),
            principal_investigator=investigator,
            members=[by_username[username] for username in members],
        )

    granted = {entry.id: proposal(entry) for entry in seed.proposals}

    def visit(entry: SeedVisit) -> Visit:
        return Visit(
            **entry.model_dump(by_alias=False, exclude={"visitors"}),
            beamline=granted[entry.proposal].beamline,
            visitors=[by_username[username] for username in dict.fromkeys(entry.visitors)],
        )

    app.state.people = PeopleRepository(seed.people)
    app.state.proposals = ProposalRepository(granted.values())
    app.state.visits = VisitRepository(visit(entry) for entry in seed.visits)
    watch(app.state.visits)
