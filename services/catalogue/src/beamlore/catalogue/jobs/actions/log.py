"""``log``: a line in the service's log."""

from typing import ClassVar

import structlog

from beamlore.catalogue.jobs.actions.action import Context, Options, Tools

log = structlog.get_logger(__name__)


class LogOptions(Options):
    """Templates of what is logged: when the configuration is read, when a request is checked, when it is done."""

    init: str = ""
    validate_: str = ""
    perform: str = "Performing job for {{{ job.type }}}"

    model_config = Options.model_config | {"alias_generator": lambda name: name.rstrip("_")}


class LogAction:
    """Logs."""

    kind: ClassVar[str] = "log"

    def __init__(self, options: LogOptions, tools: Tools, at: str) -> None:
        compile_ = tools.templates.compile
        self._check = compile_(options.validate_, f"{at}.validate")
        self._act = compile_(options.perform, f"{at}.perform")
        self._acts = bool(options.perform)
        told = compile_(options.init, f"{at}.init")(options.model_dump(by_alias=True))
        if told:
            log.info("job action", says=told)

    async def check(self, context: Context) -> None:
        """Log that a request was looked at."""
        if text := self._check(context.plain):
            log.info("job action", says=text)

    async def act(self, context: Context) -> None:
        """Log that the job is written."""
        log.info("job action", says=self._act(context.plain))

    def acts(self) -> bool:
        """Return whether there is a line for it."""
        return self._acts

    def reaches_out(self) -> bool:
        """Return that nothing leaves the catalogue: operators read its log."""
        return False
