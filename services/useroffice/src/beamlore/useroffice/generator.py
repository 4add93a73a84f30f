"""Seeds of any size, for trials and tests: the same arguments give the same file."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from beamlore.useroffice.people.models import Person
from beamlore.useroffice.seed import Seed, SeedProposal, SeedVisit

# fmt: off
_FIRST_NAMES = (
    "Aino", "Amir", "Anna", "Beatriz", "Carlos", "Chen", "Dana", "Elif", "Emil", "Fatima", "Filip", "Greta", "Hana",
    "Henrik", "Ines", "Ivan", "Jonas", "Kaja", "Kofi", "Lea", "Linus", "Maja", "Marek", "Mei", "Nadia", "Niels",
    "Olga", "Omar", "Paul", "Priya", "Rosa", "Saga", "Samir", "Sofia", "Tariq", "Tove", "Ulf", "Vera", "Wen", "Yuki",
)
_LAST_NAMES = (
    "Almeida", "Berg", "Bianchi", "Claes", "Dahl", "Dubois", "Ek", "Eriksen", "Ferrari", "Fischer", "Garcia",
    "Haddad", "Hansen", "Ito", "Jensen", "Johansson", "Kim", "Kowalska", "Lind", "Li", "Meyer", "Moreau", "Nguyen",
    "Novak", "Okafor", "Olsen", "Patel", "Petrov", "Quist", "Rossi", "Sato", "Schmidt", "Silva", "Singh", "Strand",
    "Tamm", "Virtanen", "Wallin", "Zhang", "Ziegler",
)
# fmt: on
_INSTITUTIONS = (
    "Northern University",
    "Institute of Applied Spectroscopy",
    "Coastal Polytechnic",
    "Royal School of Chemistry",
    "National Laboratory for Energy Materials",
    "Medical University of the South",
)
_METHODS = (
    "Operando XAS",
    "In situ powder diffraction",
    "Time-resolved SAXS",
    "Ambient-pressure XPS",
    "Resonant inelastic scattering",
    "Nano-tomography",
    "Micro-XRF mapping",
    "Grazing-incidence scattering",
)
_SUBJECTS = (
    "lithium-rich cathodes",
    "copper zeolites",
    "perovskite solar cells",
    "membrane proteins",
    "spider silk",
    "magnetite nanoparticles",
    "cement hydrates",
    "antiferromagnetic thin films",
    "wood cell walls",
    "nickel superalloys",
)
_CONDITIONS = (
    "during cycling",
    "under reaction conditions",
    "at high pressure",
    "upon drying",
    "in operating devices",
    "near the phase transition",
)
_FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(2037, 1, 1, tzinfo=UTC)
_ONE_IN_EXPIRED = 10


def generate_seed(proposals: int, people: int, seed: int, beamlines: Sequence[str]) -> Seed:
    """Return a seed: one proposal in ten is over since long, the others last for years; most have one to three visits.

    Args:
        proposals: how many proposals.
        people: how many people; at least one.
        seed: another number gives another content.
        beamlines: the proposals are spread over these; at least one.
    """
    random = Random(seed)  # noqa: S311 - content for trials, not a secret
    everybody = [_person(random, number) for number in range(people)]
    granted = [_proposal(random, number, everybody, beamlines) for number in range(proposals)]
    visits = [visit for proposal in granted for visit in _visits(random, proposal)]
    return Seed(people=everybody, proposals=granted, visits=visits)


def _person(random: Random, number: int) -> Person:
    first, last = random.choice(_FIRST_NAMES), random.choice(_LAST_NAMES)
    username = f"{first}.{last}.{number}".lower()
    return Person(
        username=username,
        name=f"{first} {last}",
        email=f"{username}@users.example",
        orcid=_orcid(random.randrange(10**15)) if random.random() < 0.7 else None,
        affiliation=random.choice(_INSTITUTIONS),
    )


def _orcid(number: int) -> str:
    """Return an ORCID iD with its check digit (ISO 7064 MOD 11-2, as ORCID's "Structure of the ORCID iD" has it)."""
    digits = f"{number:015}"
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    text = digits + ("X" if check == 10 else str(check))
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _proposal(random: Random, number: int, everybody: Sequence[Person], beamlines: Sequence[str]) -> SeedProposal:
    method, subject, condition = random.choice(_METHODS), random.choice(_SUBJECTS), random.choice(_CONDITIONS)
    team = [person.username for person in random.sample(everybody, min(len(everybody), random.randint(1, 6)))]
    start, end = _FIRST_DAY, _LAST_DAY
    if number % _ONE_IN_EXPIRED == _ONE_IN_EXPIRED - 1:
        start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=random.randrange(700))
        end = start + timedelta(days=180)
    return SeedProposal(
        id=f"G{number:07}",
        title=f"{method} of {subject} {condition}",
        abstract=(
            f"We ask for beam time to study {subject} {condition} by {method[0].lower()}{method[1:]}. "
            f"Samples: {random.randint(3, 40)}; shifts: {random.choice((3, 6, 9, 12, 15, 18))}."
        ),
        beamline=random.choice(beamlines),
        principal_investigator=team[0],
        members=team[1:],
        start=start,
        end=end,
    )


def _visits(random: Random, proposal: SeedProposal) -> list[SeedVisit]:
    team = [proposal.principal_investigator, *proposal.members]
    visits = []
    for number in range(random.randint(0, 3)):
        start = proposal.start + timedelta(days=random.randrange((proposal.end - proposal.start).days - 7), hours=7)
        visits.append(
            SeedVisit(
                id=f"{proposal.id}-{number + 1}",
                proposal=proposal.id,
                visitors=random.sample(team, random.randint(1, len(team))),
                start=start,
                end=start + timedelta(days=random.randint(1, 6)),
            )
        )
    return visits
