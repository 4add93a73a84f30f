"""``url``: an HTTP request."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import httpx
import structlog
from pydantic import Field

from beamlore.catalogue.jobs.actions.action import Acts, Context, Options, Tools
from beamlore.catalogue.jobs.actions.errors import ActionError
from beamlore.catalogue.outgoing import address_of, header_text, marked

log = structlog.get_logger(__name__)

_SHOWN = 500


class UrlOptions(Options):
    """The request; address, headers and body are templates."""

    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict)
    body: str | None = None
    ignoreErrors: bool = False  # noqa: N815 - SciCat's name


class UrlAction(Acts):
    """Sends the request; an answer that is no success is a failure of the action."""

    kind: ClassVar[str] = "url"

    def __init__(self, options: UrlOptions, tools: Tools, at: str) -> None:
        compile_ = tools.templates.compile
        self._http = tools.http
        self._method = options.method
        self._url = compile_(options.url, f"{at}.url")
        self._headers = {name: compile_(text, f"{at}.headers.{name}") for name, text in options.headers.items()}
        self._body = None if options.body is None else compile_(options.body, f"{at}.body")
        self._ignores_errors = options.ignoreErrors

    async def act(self, context: Context) -> None:
        """Send the request.

        Raises:
            ActionError: there is no answer, or one that is no success; with its status, if it is an error's.
        """
        try:
            await self._send(context.plain)
        except ActionError as error:
            if not self._ignores_errors:
                raise
            log.warning("a job's request failed and is ignored", job=context.plain["job"]["id"], error=error.detail)

    async def _send(self, values: Mapping[str, Any]) -> None:
        # The facility's own variables may name the server; nothing of the request or of what it is about may.
        theirs = {name: value if name == "env" else marked(value) for name, value in values.items()}
        for name, ours in (("job", ("id", "type")), ("request", ("type",))):
            # Of the configuration, or made here: conditions of templates compare them.
            theirs[name] = theirs[name] | {one: values[name][one] for one in ours if one in values[name]}
        try:
            url = address_of(self._url(theirs))
            headers = {name: header_text(text(values)) for name, text in self._headers.items()}
        except ValueError as error:
            raise ActionError(f"The request cannot be made: {error}.") from error
        body = None if self._body is None else self._body(values)
        try:
            answer = await self._http.request(self._method, url, headers=headers, content=body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ActionError(f"A remote URL call failed: {error or type(error).__name__}", 502) from error
        # The query may hold a secret.
        log.info("job's request", job=values["job"]["id"], url=url.partition("?")[0], status=answer.status_code)
        if not answer.is_success:
            status = answer.status_code if answer.is_error else 502
            raise ActionError(f"A remote URL call failed with response: {answer.text[:_SHOWN]}", status)
