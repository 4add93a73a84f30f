"""The job configuration is read as SciCat's, and what is wrong with it is told with its place."""

from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml

from beamlore.catalogue.jobs.actions.errors import ConfigurationError
from beamlore.catalogue.jobs.configuration import JobConfiguration, load_configuration
from beamlore.catalogue.jobs.reach.workshop import Workshop
from beamlore.catalogue.settings import Settings

LOG = {"actionType": "log"}


def read(tmp_path: Path, content: Any, **settings: Any) -> JobConfiguration:
    path = tmp_path / "jobconfig.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    workshop = Workshop(
        Settings.model_construct(job_configuration_file=path, rabbitmq_enabled=False, kafka_bootstrap="", **settings)
    )
    return load_configuration(path, workshop.build)


def jobs(*actions: Any, operation: str = "create", **more: Any) -> dict[str, Any]:
    return {
        "configVersion": "1",
        "jobs": [{"jobType": "archive", operation: {"auth": "#all", "actions": list(actions)}} | more],
    }


async def test_without_a_file_there_are_no_jobs() -> None:
    workshop = Workshop(
        Settings.model_construct(
            job_configuration_file=None, rabbitmq_enabled=False, kafka_bootstrap="", email_type="smtp"
        )
    )

    assert list(load_configuration(None, workshop.build)) == []


async def test_types_have_their_rules_and_actions(tmp_path: Path) -> None:
    content = """
    configVersion: v1 of today
    jobs:
      - jobType: archive
        create:
          auth: "#datasetOwner"
          actions: [{actionType: log}, {actionType: error, message: no}]
        update: {auth: archivemanager}
      - {jobType: check}
    """

    archive, check = read(tmp_path, content, email_type="smtp")

    assert (archive.name, archive.version, archive.create.auth) == ("archive", "v1 of today", "#datasetOwner")
    assert [action.kind for action in archive.create.actions] == ["log", "error"]
    assert (archive.update.auth, list(archive.update.actions)) == ("archivemanager", [])
    assert (check.create.auth, check.update.auth) == ("#jobAdmin", "#jobAdmin")


async def test_json_is_read_too(tmp_path: Path) -> None:
    (archive,) = read(tmp_path, '{"configVersion": "1", "jobs": [{"jobType": "archive"}]}', email_type="smtp")

    assert archive.name == "archive"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("a: [", "jobconfig.yaml"),
        ("[]", "jobconfig.yaml"),
        ({"jobs": []}, "configVersion"),
        ({"configVersion": "1", "jobs": [{}]}, "jobs.0.jobType"),
        ({"configVersion": "1", "jobs": [{"jobType": "a"}, {"jobType": "a"}]}, "jobs[1].jobType"),
        (jobs({"actionType": "dance"}), "jobs[0].create.actions[0].actionType"),
        (jobs(LOG, {"actionType": "error"}), "jobs[0].create.actions[1]: message"),
        (jobs({"actionType": "log", "perform": "{{#if}"}), "actions[0].perform"),
        (jobs({"actionType": "validate", "request": {"a": {"type": "colour"}}}), "actions[0].request.a"),
        (jobs({"actionType": "validate", "request": {"a": 1}}), "actions[0].request.a"),
        (jobs({"actionType": "validate", "request": {"a[": {}}}), "actions[0].request"),
        (jobs({"actionType": "rabbitmq", "exchange": "e", "queue": "q", "key": "k"}), "RABBITMQ_ENABLED"),
        (jobs({"actionType": "kafka", "topic": "t"}), "BEAMLORE_KAFKA_BOOTSTRAP"),
        (jobs({"actionType": "url", "url": "http://x", "method": "BREW"}), "actions[0]: method"),
        (
            jobs({"actionType": "email", "to": "a", "subject": "b", "bodyTemplateFile": "none.html"}),
            "bodyTemplateFile: there is no file none.html",
        ),
        (
            jobs({"actionType": "switch", "phase": "all", "property": "a", "cases": [{"regex": "x", "actions": []}]}),
            "cases[0].regex",
        ),
        (
            jobs(
                {
                    "actionType": "switch",
                    "phase": "all",
                    "property": "a",
                    "cases": [{"match": 1, "actions": [{"actionType": "dance"}]}],
                }
            ),
            "actions[0].cases[0].actions[0].actionType",
        ),
        (
            jobs(
                {
                    "actionType": "switch",
                    "phase": "all",
                    "property": "a",
                    "cases": [{"match": 1, "regex": "/a/", "actions": []}],
                }
            ),
            "cases[0]: has one of",
        ),
    ],
)
async def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, content: Any, place: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, content, email_type="smtp")

    assert place in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (jobs(LOG | {"loud": True}), "loud"),
        (jobs({"actionType": "validate", "datasets": {"pid": {}}}, operation="update"), "update.actions[0].datasets"),
        (jobs(update={"auth": "#authenticated"}), "#authenticated"),
    ],
)
async def test_what_means_nothing_is_told_and_left_out(tmp_path: Path, content: Any, told: str) -> None:
    with structlog.testing.capture_logs() as logs:
        read(tmp_path, content, email_type="smtp")

    assert any(told in str(one) for one in logs if one["log_level"] == "warning")
