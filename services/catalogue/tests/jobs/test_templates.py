"""Templates are Handlebars', with the helpers that SciCat's configurations use."""

from typing import Any

import orjson
import pytest

from beamlore.catalogue.jobs.actions.errors import ActionError, ConfigurationError
from beamlore.catalogue.jobs.actions.templates import Templates

VALUES: dict[str, Any] = {
    "job": {
        "id": "a/b",
        "type": "retrieve",
        "statusCode": "finishedSuccessful",
        "createdBy": "ada",
        "contactEmail": "ada@example.org",
        "jobParams": {"option": "<b>", "datasetList": [{"pid": "p/1", "files": []}]},
    },
    "datasets": [{"pid": "p/1", "size": 52_428_800}, {"pid": "p/2", "size": 900}],
    "flag": "false",
    "nothing": None,
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ job.id }}", "a/b"),
        ("{{job.jobParams.option}} {{{job.jobParams.option}}}", "&lt;b&gt; <b>"),
        ("{{job.none.further}}", ""),
        ('{{#if (eq job.type "archive")}}A{{else if (eq job.type "retrieve")}}R{{else}}N{{/if}}', "R"),
        ('{{#if (matches job.statusCode "^finished")}}yes{{else}}no{{/if}}', "yes"),
        ('{{#if (matches job.statusCode "^FINISHED")}}yes{{else}}no{{/if}}', "no"),
        ('{{#if (matches job.statusCode "^FINISHED" "i")}}yes{{else}}no{{/if}}', "yes"),
        ("{{#if (or flag nothing)}}yes{{else}}no{{/if}}", "no"),
        ("{{#if (and job.type (not flag))}}yes{{else}}no{{/if}}", "yes"),
        (
            "{{#each datasets}}{{pid}}={{formatUnit size 'B'}} of {{../job.type}};{{/each}}",
            "p/1=50 MiB of retrieve;p/2=900 B of retrieve;",
        ),
        ("{{formatUnit 1234 'm'}} {{formatUnit nothing 'B'}}", "1.2 km "),
        ("{{urlencode job.id}}", "a%2Fb"),
        ('{{concat "x" 1 job.type}}', "x1retrieve"),
        ('{{default nothing "other"}} {{default job.type "other"}}', "other retrieve"),
        ('{{base64enc "Ab"}} {{base64dec "QWI="}}', "QWI= Ab"),
        ('{{keyToWord "aKeyWord"}}', "A Key Word"),
        (
            "{{{unwrapJSON job.jobParams}}}",
            "Dataset List: <ul style='padding-left: 1em'><li style='margin-bottom: 1em'>Files: "
            "<ul style='padding-left: 1em'></ul><br/>Pid: p/1</li></ul><br/>Option: &lt;b&gt;",
        ),
        ("{{{unwrapJSON nothing}}}", "Not specified"),
        ('{{#*inline "link"}}[{{> @partial-block}}]{{/inline}}{{#> link}}{{job.type}}{{/link}}', "[retrieve]"),
        ("{{!-- not shown --}}a {{~ job.type ~}} b", "aretrieveb"),
    ],
)  # fmt: skip
def test_templates_are_filled(template: str, text: str) -> None:
    assert Templates().compile(template, "here")(VALUES) == text


def test_a_job_in_the_form_of_v3_is_given_from_one_helper_to_another() -> None:
    shown = orjson.loads(Templates().compile("{{{jsonify (job_v3 job)}}}", "here")(VALUES))

    assert shown["jobStatusMessage"] == "finishedSuccessful"
    assert shown["emailJobInitiator"] == "ada@example.org"
    assert shown["datasetList"] == [{"pid": "p/1", "files": []}]
    assert shown["jobParams"]["username"] == "ada"


def test_a_helper_that_is_not_there_is_told_with_the_place() -> None:
    with pytest.raises(ActionError, match=r"jobs\[0\].*dance"):
        Templates().compile("{{dance job}}", "jobs[0].create")(VALUES)


def test_what_is_no_template_is_told_with_the_place() -> None:
    with pytest.raises(ConfigurationError, match=r"jobs\[0\]"):
        Templates().compile("{{#if}", "jobs[0].create")
