"""E-mail: by SMTP, or by Microsoft Graph (``EMAIL_TYPE=ms365``).

Source: RFC 5321, RFC 3207 (STARTTLS); Microsoft Graph, ``user: sendMail``.
"""

import re
import time
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import quote

import aiosmtplib
import httpx

from beamlore.catalogue.jobs.actions.action import Mail
from beamlore.catalogue.outgoing import header_text, segment_of
from beamlore.catalogue.settings import Settings

_SECONDS = 30
_SPARE_SECONDS = 60
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+")
"""An address that no mail server reads as something else: no quoted local parts, no domain literals."""


def mailer(settings: Settings, http: httpx.AsyncClient) -> Callable[[Mail], Awaitable[None]]:
    """Return what sends e-mails as the settings say."""
    return GraphMailer(settings, http).send if settings.email_type == "ms365" else SmtpMailer(settings).send


class SmtpMailer:
    """Hands e-mails to a mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, mail: Mail) -> None:
        """Send an e-mail.

        Raises:
            ValueError: it has no address to go to, or one that is none.
            OSError: the server cannot be reached or does not take it.
        """
        settings = self._settings
        if not settings.smtp_host:
            raise OSError("there is no mail server; set SMTP_HOST")
        message = _message(mail, settings)
        password = settings.smtp_password
        try:
            await aiosmtplib.send(
                message,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                use_tls=settings.smtp_secure,
                username=settings.smtp_username or None,
                password=None if password is None else password.get_secret_value(),
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPException as error:
            raise OSError(str(error) or type(error).__name__) from error


class GraphMailer:
    """Sends from a mailbox of Microsoft 365."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http
        self._token = ""
        self._holds_until = 0.0

    async def send(self, mail: Mail) -> None:
        """Send an e-mail.

        Raises:
            ValueError: it has no address to go to, or one that is none.
            OSError: Microsoft Graph cannot be reached or does not take it.
        """
        settings = self._settings
        message = _message(mail, settings)
        content = {
            "subject": message["Subject"],
            "body": {"contentType": "HTML", "content": mail.html},
            "toRecipients": _recipients(message["To"]),
        }
        if settings.email_replyto:
            content["replyTo"] = _recipients(message["Reply-To"])
        sender = message["From"].addresses[0].addr_spec
        try:
            answer = await self._http.post(
                f"{settings.ms365_graph_url}/v1.0/users/{segment_of(sender)}/sendMail",
                json={"message": content},
                headers={"Authorization": f"Bearer {await self._access_token()}"},
            )
            answer.raise_for_status()
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise OSError(f"Microsoft Graph: {error}") from error

    async def _access_token(self) -> str:
        if time.monotonic() >= self._holds_until:
            settings = self._settings
            secret = settings.ms365_client_secret
            answer = await self._http.post(
                f"{settings.ms365_login_url}/{quote(settings.ms365_tenant_id)}/oauth2/v2.0/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": settings.ms365_client_id,
                    "client_secret": "" if secret is None else secret.get_secret_value(),
                    "scope": f"{settings.ms365_graph_url}/.default",
                },
            )
            answer.raise_for_status()
            given = answer.json()
            self._token = str(given["access_token"])
            self._holds_until = time.monotonic() + float(given["expires_in"]) - _SPARE_SECONDS
        return self._token


def _message(mail: Mail, settings: Settings) -> EmailMessage:
    """Return the message; no text of a job can add header fields to it, nor recipients.

    Raises:
        ValueError: a header field has control characters, or what it goes to is no address.
        OSError: no sender is set.
    """
    sender = mail.sender or settings.email_sender
    if not sender:
        raise OSError("e-mails have no sender; set EMAIL_FROM")
    message = EmailMessage()
    message["From"] = header_text(sender)
    message["To"] = header_text(mail.to.strip())
    message["Subject"] = header_text(mail.subject.strip())
    if settings.email_replyto:
        message["Reply-To"] = settings.email_replyto
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="beamlore")
    addresses = message["To"].addresses
    if not addresses or not all(one.domain and _ADDRESS.fullmatch(one.addr_spec) for one in addresses):
        raise ValueError(f"{mail.to!r} is not an e-mail address")
    message.set_content(mail.html, subtype="html")
    return message


def _recipients(header: Any) -> list[dict[str, dict[str, str]]]:
    return [{"emailAddress": {"address": one.addr_spec}} for one in header.addresses]
