"""Asks the configurator for the active configuration, in the background."""

import asyncio
import contextlib
import logging
from types import TracebackType
from typing import Self

import httpx
from pydantic import ValidationError

from beamlore.beamline.configuration._store import ConfigurationStore, Remembered
from beamlore.beamline.configuration._token import configurator_auth
from beamlore.beamline.settings import BeamlineSettings
from beamlore.contract import ActiveConfiguration, MetadataSet

_log = logging.getLogger(__name__)

_FIRST_ANSWER_SECONDS = 3.0
_EMPTY = MetadataSet(name="nothing")


class ConfigurationClient:
    """Knows the beamline's active configuration; while the configurator or the identity provider is away, the last one.

    Never raises for the configurator's sake: a scan does not wait for it. Use as ``async with``.
    """

    def __init__(self, settings: BeamlineSettings) -> None:
        self._settings = settings
        self._store = ConfigurationStore(settings.spool_dir, settings.beamline)
        self._known: Remembered | None = None
        self._task: asyncio.Task[None] | None = None
        self._asked = asyncio.Event()
        self._changed = asyncio.Event()
        self._trouble: str | None = None
        self._is_kept = True

    @property
    def active(self) -> ActiveConfiguration | None:
        """The active configuration as last heard of; ``None`` where none was ever heard of."""
        return self._known.configuration if self._known else None

    @property
    def metadata_set(self) -> MetadataSet:
        """What to record now; an empty set where nothing was ever heard of."""
        return self._known.configuration.metadata_set if self._known else _EMPTY

    @property
    def trouble(self) -> str | None:
        """Why the configurator could not be asked; ``None`` where it answered."""
        return self._trouble

    async def wait_changed(self) -> ActiveConfiguration:
        """Wait until the active configuration is another one, and return it."""
        await self._changed.wait()
        self._changed.clear()
        assert self._known is not None  # noqa: S101 - it changes only to something
        return self._known.configuration

    async def __aenter__(self) -> Self:
        self._known = await asyncio.to_thread(self._store.load)
        if self._known is not None:
            self._changed.set()
        if self._settings.configurator_url is not None:
            self._task = asyncio.create_task(self._poll(self._settings.configurator_url))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_ANSWER_SECONDS):
                    await self._asked.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _poll(self, url: str) -> None:
        async with httpx.AsyncClient(base_url=url, auth=configurator_auth(self._settings), timeout=10.0) as http:
            while True:
                await self._ask(http)
                self._asked.set()
                await asyncio.sleep(self._settings.configuration_poll_seconds)

    async def _ask(self, http: httpx.AsyncClient) -> None:
        headers = {"If-None-Match": self._known.etag} if self._known and self._known.etag and self._is_kept else {}
        try:
            answer = await http.get(f"/api/configurator/v1/beamlines/{self._settings.beamline}/active", headers=headers)
            if answer.status_code != httpx.codes.NOT_MODIFIED:
                answer.raise_for_status()
                configuration = ActiveConfiguration.model_validate_json(answer.content)
                await self._learn(Remembered(etag=answer.headers.get("ETag"), configuration=configuration))
        except (httpx.HTTPError, ValidationError, KeyError, ValueError) as error:
            self._note_trouble(f"{type(error).__name__}: {error}")
        except OSError as error:
            self._note_trouble(f"the configuration cannot be kept on disk: {error}")
        else:
            if self._trouble is not None:
                _log.warning("the configurator answers again")
            self._trouble = None

    async def _learn(self, remembered: Remembered) -> None:
        same = self._known is not None and self._known.configuration == remembered.configuration
        self._known = remembered
        # Asked for in full again until the disk takes it.
        self._is_kept = False
        if not same:
            self._changed.set()
            _log.info(
                "recording the set %r, version %d",
                remembered.configuration.metadata_set.name,
                remembered.configuration.version,
            )
        await asyncio.to_thread(self._store.save, remembered)
        self._is_kept = True

    def _note_trouble(self, trouble: str) -> None:
        if self._trouble is None:
            known = f"the last known set {self.metadata_set.name!r} is recorded" if self._known else "no set is known"
            _log.warning("the configurator gives no active configuration (%s); %s", trouble, known)
        self._trouble = trouble
