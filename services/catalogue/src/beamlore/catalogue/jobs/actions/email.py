"""``email``: an e-mail, its text from a template file."""

from pathlib import Path
from typing import ClassVar

import structlog

from beamlore.catalogue.jobs.actions.action import Acts, Context, Mail, Options, Tools
from beamlore.catalogue.jobs.actions.errors import ActionError, ConfigurationError
from beamlore.catalogue.outgoing import marked, without_separators

log = structlog.get_logger(__name__)


class EmailOptions(Options):
    """Whom it goes to and what it is about, as templates, and the file with its HTML."""

    to: str
    subject: str
    bodyTemplateFile: str  # noqa: N815 - SciCat's name
    from_: str = ""
    ignoreErrors: bool = False  # noqa: N815 - SciCat's name

    model_config = Options.model_config | {"alias_generator": lambda name: name.rstrip("_")}


class EmailAction(Acts):
    """Sends the e-mail."""

    kind: ClassVar[str] = "email"

    def __init__(self, options: EmailOptions, tools: Tools, at: str) -> None:
        compile_ = tools.templates.compile
        self._mail = tools.mail
        self._to = compile_(options.to, f"{at}.to")
        self._subject = compile_(options.subject, f"{at}.subject")
        self._html = compile_(
            _read(options.bodyTemplateFile, tools.directory, f"{at}.bodyTemplateFile"), options.bodyTemplateFile
        )
        self._from = options.from_
        self._ignores_errors = options.ignoreErrors

    async def act(self, context: Context) -> None:
        """Send the e-mail.

        Raises:
            ActionError: it could not be written or sent.
        """
        values = context.plain
        try:
            # In an address, text of users names nobody else.
            to = without_separators(self._to({name: marked(value) for name, value in values.items()}))
            mail = Mail(to, self._subject(values), self._html(values), self._from)
            try:
                await self._mail(mail)
            except OSError as error:
                raise ActionError(f"the e-mail could not be sent: {error}", 502) from error
            except ValueError as error:
                raise ActionError(f"the e-mail could not be written: {error}") from error
        except ActionError as error:
            if not self._ignores_errors:
                raise
            log.warning("a job's e-mail failed and is ignored", job=values["job"]["id"], error=error.detail)


def _read(name: str, directory: Path, at: str) -> str:
    for path in (Path(name), directory / name):
        if path.is_file():
            try:
                return path.read_text()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"{at}: {path}: {error}") from error
    raise ConfigurationError(f"{at}: there is no file {name}, neither here nor beside the configuration")
