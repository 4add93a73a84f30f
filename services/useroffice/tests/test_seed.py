from datetime import UTC, datetime
from pathlib import Path

import pytest

from beamlore.useroffice.seed import SeedError, load_seed

PEOPLE = """
people:
  - {username: ada, name: Ada Lovelace, email: ada@facility.example}
"""
PROPOSAL = """
proposals:
  - id: "20260101"
    title: A title
    beamline: balder
    principalInvestigator: ada
    start: 2026-01-01T00:00:00Z
    end: 2027-01-01T00:00:00Z
"""


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    return tmp_path / "facility.yaml"


def errors_of(seed_file: Path, text: str) -> str:
    seed_file.write_text(text)
    with pytest.raises(SeedError) as raised:
        load_seed(seed_file)
    return str(raised.value)


def test_smallest_valid_file_is_loaded(seed_file: Path) -> None:
    seed_file.write_text(PEOPLE + PROPOSAL)
    seed = load_seed(seed_file)
    assert [proposal.id for proposal in seed.proposals] == ["20260101"]


def test_demo_has_the_people_and_proposals_of_the_demo() -> None:
    seed = load_seed(None)
    assert {person.username for person in seed.people} == {"ada", "bo", "staff", "curator", "admin"}
    assert {(one.id, one.beamline, one.principal_investigator) for one in seed.proposals} == {
        ("20240001", "balder", "ada"),
        ("20260101", "balder", "ada"),
        ("20260102", "balder", "bo"),
        ("20260201", "cosaxs", "ada"),
        ("20260301", "hippie", "bo"),
    }


def test_demo_proposals_last_for_years_and_the_expired_one_is_over() -> None:
    for proposal in load_seed(None).proposals:
        if proposal.id == "20240001":
            assert proposal.end < datetime(2025, 1, 1, tzinfo=UTC)
        else:
            assert proposal.start < datetime(2025, 1, 1, tzinfo=UTC)
            assert proposal.end > datetime(2036, 1, 1, tzinfo=UTC)


def test_missing_file_is_named(seed_file: Path) -> None:
    with pytest.raises(SeedError, match=r"facility\.yaml: cannot be read: No such file"):
        load_seed(seed_file)


def test_text_that_is_not_yaml_is_said_with_its_line(seed_file: Path) -> None:
    said = errors_of(seed_file, "people: [")
    assert "facility.yaml: is not YAML" in said
    assert "line 2, column 1" in said


def test_wrong_field_names_file_entry_and_field(seed_file: Path) -> None:
    said = errors_of(seed_file, PEOPLE.replace("ada@facility.example", "nowhere") + PROPOSAL)
    assert said.startswith(f"{seed_file}: people[0] (ada).email: ")


def test_misspelt_field_is_an_error(seed_file: Path) -> None:
    said = errors_of(seed_file, PEOPLE + PROPOSAL.replace("title:", "titel:"))
    assert "proposals[0] (20260101).titel: Extra inputs are not permitted" in said
    assert "proposals[0] (20260101).title: Field required" in said


def test_time_without_zone_is_an_error(seed_file: Path) -> None:
    said = errors_of(seed_file, PEOPLE + PROPOSAL.replace("2026-01-01T00:00:00Z", "2026-01-01T00:00:00"))
    assert "proposals[0] (20260101).start: Input should have timezone info" in said


def test_end_before_start_is_an_error(seed_file: Path) -> None:
    said = errors_of(seed_file, PEOPLE + PROPOSAL.replace("2027-01-01", "2025-01-01"))
    assert "proposals[0] (20260101): Value error, the end must be after the start" in said


def test_person_who_is_not_among_the_people_is_an_error(seed_file: Path) -> None:
    said = errors_of(seed_file, PEOPLE + PROPOSAL.replace("Investigator: ada", "Investigator: adda"))
    assert "proposals[0] (20260101).principalInvestigator: 'adda' is not among the people" in said


def test_member_and_visitor_and_visited_proposal_must_be_known(seed_file: Path) -> None:
    said = errors_of(
        seed_file,
        PEOPLE
        + PROPOSAL
        + "    members: [eve]\n"
        + "visits: [{id: V1, proposal: X, visitors: [eve], start: 2026-01-01T00:00:00Z, end: 2026-01-02T00:00:00Z}]",
    )
    assert "proposals[0] (20260101).members: 'eve' is not among the people" in said
    assert "visits[0] (V1).proposal: 'X' is not among the proposals" in said
    assert "visits[0] (V1).visitors: 'eve' is not among the people" in said


def test_entry_that_stands_twice_is_an_error(seed_file: Path) -> None:
    second = PROPOSAL.removeprefix("\nproposals:\n")
    assert "proposals[1] (20260101): stands twice" in errors_of(seed_file, PEOPLE + PROPOSAL + second)


def test_many_errors_are_cut_short(seed_file: Path) -> None:
    people = "people:\n" + "".join(f"  - {{username: u{n}, name: N, email: bad}}\n" for n in range(50))
    said = errors_of(seed_file, people + "proposals: []")
    assert said.count("\n") == 20
    assert said.endswith("and 30 more")


@pytest.mark.parametrize("text", ["", "[]", "42", "people: {}\nproposals: []"])
def test_file_of_another_shape_is_an_error(seed_file: Path, text: str) -> None:
    assert str(seed_file) in errors_of(seed_file, text)
