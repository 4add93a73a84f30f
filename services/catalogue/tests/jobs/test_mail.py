"""E-mails can go by Microsoft Graph instead of SMTP, and what is not set is told."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from beamlore.catalogue.jobs.actions.action import Mail
from beamlore.catalogue.jobs.reach.mail import mailer
from beamlore.catalogue.settings import Settings

from .servers import Archive, archive_server

MAIL = Mail("ada@example.org", "A job", "<p>done</p>", "")


@pytest.fixture
async def graph() -> AsyncIterator[Archive]:
    async with archive_server() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def settings(**given: Any) -> Settings:
    fields = {name: field.default for name, field in Settings.model_fields.items()}
    return Settings.model_construct(**fields | given)


def graph_settings(url: str, graph_url: str) -> Settings:
    return settings(
        email_type="ms365",
        email_from="jobs@example.org",
        email_replyto="help@example.org",
        ms365_tenant_id="tenant",
        ms365_client_id="client",
        ms365_client_secret=SecretStr("secret"),
        ms365_login_url=url,
        ms365_graph_url=graph_url,
    )


async def test_graph_is_given_the_email_with_a_token_that_is_asked_for_once(
    graph: Archive, http: httpx.AsyncClient
) -> None:
    send = mailer(graph_settings(graph.url, graph.url), http)

    await send(MAIL)
    await send(MAIL)

    token, first, _ = graph.requests
    assert token["path"] == "/tenant/oauth2/v2.0/token"
    assert "client_secret=secret" in token["body"]
    assert (first["path"], first["headers"]["authorization"]) == (
        "/v1.0/users/jobs@example.org/sendMail",
        "Bearer a-token",
    )
    assert orjson.loads(first["body"])["message"] == {
        "subject": "A job",
        "body": {"contentType": "HTML", "content": "<p>done</p>"},
        "toRecipients": [{"emailAddress": {"address": "ada@example.org"}}],
        "replyTo": [{"emailAddress": {"address": "help@example.org"}}],
    }


async def test_what_graph_does_not_take_is_told(graph: Archive, http: httpx.AsyncClient) -> None:
    send = mailer(graph_settings(graph.url, f"{graph.url}/status/403?"), http)

    with pytest.raises(OSError, match="403"):
        await send(MAIL)


@pytest.mark.parametrize(
    ("given", "told"), [({"email_from": "a@example.org"}, "SMTP_HOST"), ({"smtp_host": "127.0.0.1"}, "EMAIL_FROM")]
)
async def test_what_is_not_set_is_told(http: httpx.AsyncClient, given: dict[str, Any], told: str) -> None:
    with pytest.raises(OSError, match=told):
        await mailer(settings(**given), http)(MAIL)
