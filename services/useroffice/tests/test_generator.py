from datetime import UTC, datetime

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from beamlore.useroffice.generator import generate_seed
from beamlore.useroffice.seed import dump_seed, parse_seed

BEAMLINES = st.lists(st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True), min_size=1, max_size=5)
NUMBERS = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(1, 40), NUMBERS, BEAMLINES)
def test_generated_file_is_valid_and_has_the_size_asked_for(
    proposals: int, people: int, number: int, beamlines: list[str]
) -> None:
    text = dump_seed(generate_seed(proposals, people, number, beamlines))

    loaded = parse_seed(yaml.safe_load(text), "generated")

    assert len(loaded.proposals) == proposals
    assert len(loaded.people) == people
    assert {proposal.beamline for proposal in loaded.proposals} <= set(beamlines)
    for visit in loaded.visits:
        proposal = next(one for one in loaded.proposals if one.id == visit.proposal)
        assert proposal.start <= visit.start < visit.end <= proposal.end
        assert set(visit.visitors) <= {proposal.principal_investigator, *proposal.members}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 30), st.integers(1, 30), NUMBERS, BEAMLINES)
def test_same_arguments_give_the_same_file(proposals: int, people: int, number: int, beamlines: list[str]) -> None:
    first, second = (dump_seed(generate_seed(proposals, people, number, beamlines)) for _ in range(2))
    assert first == second


def test_another_number_gives_another_content() -> None:
    assert generate_seed(20, 10, 1, ["balder"]) != generate_seed(20, 10, 2, ["balder"])


def test_one_proposal_in_ten_is_over() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    seed = generate_seed(200, 20, 5, ["balder", "cosaxs"])
    assert sum(proposal.end < now for proposal in seed.proposals) == 20
    assert sum(proposal.start < now < proposal.end for proposal in seed.proposals) == 180


@settings(max_examples=100)
@given(NUMBERS)
def test_orcids_carry_their_check_digit(number: int) -> None:
    for person in generate_seed(0, 5, number, ["balder"]).people:
        if person.orcid is None:
            continue
        digits = person.orcid.replace("-", "")
        # ISO 7064 MOD 11-2: the weighted sum of all characters, the check character included, is 1 modulo 11.
        values = [10 if digit == "X" else int(digit) for digit in digits]
        assert sum(value * 2 ** (15 - place) for place, value in enumerate(values)) % 11 == 1
