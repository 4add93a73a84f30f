"""The supervisor's configuration file, written anew at each start.

Source: supervisor's manual, "Configuration File". ``%`` starts an expansion there and is doubled; values of
``environment`` stand in double quotes.
"""

import re
import resource
import shlex
import sys
from collections.abc import Iterable

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.state import INSTANCE_VARIABLE, StateDirectory
from beamlore.embedded.supervision.program import Program

_FILES_WANTED = 65_536
_LOG_BYTES = 10 * 1024 * 1024


def supervisor_configuration(state: StateDirectory, programs: Iterable[Program], password: str) -> str:
    """Return the configuration for these programs; none is started before it is asked for."""
    socket = _escaped(str(state.control_socket))
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _FILES_WANTED if most_files == resource.RLIM_INFINITY else min(most_files, _FILES_WANTED)
    sections = [
        _section(
            "unix_http_server",
            file=socket,
            chmod="0600",
            username="beamlore",
            password=password,
        ),
        _section("rpcinterface:supervisor", **{"supervisor.rpcinterface_factory": _RPC_FACTORY}),
        _section(
            "supervisord",
            logfile=_escaped(str(state.logs / "supervisor.log")),
            logfile_maxbytes=str(_LOG_BYTES),
            logfile_backups="1",
            pidfile=_escaped(str(state.run / "supervisor.pid")),
            childlogdir=_escaped(str(state.logs)),
            directory=_escaped(str(state.run)),
            identifier="beamlore",
            minfds=str(files),
            umask="077",
            nocleanup="true",
        ),
        *(_program(state, program) for program in programs),
    ]
    return "\n".join(sections)


def supervisor_command(configuration: str) -> list[str]:
    """Return the command that starts the supervisor in the background."""
    return [sys.executable, "-m", "supervisor.supervisord", "-c", configuration]


_RPC_FACTORY = "supervisor.rpcinterface:make_main_rpcinterface"


_UNREADABLE_IN_COMMAND = re.compile(r"\n|\s[;#]")
_UNREADABLE_IN_ENVIRONMENT = re.compile(r'["\n]|\s[;#]')
"""The file's grammar has no way to write these."""


def _with_bytecode(state: StateDirectory) -> dict[str, str]:
    """Return variables with which Python keeps what it has compiled, wherever the shell has that switched off.

    To compile everything again is half of what a start takes, and of the time that a service is away after a crash.
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(state.cache / "bytecode")}


def _program(state: StateDirectory, program: Program) -> str:
    environment = {**_with_bytecode(state), **program.environment, INSTANCE_VARIABLE: str(state.root)}
    command = shlex.join(program.command)
    unreadable = ["its command line"] if _UNREADABLE_IN_COMMAND.search(command) else []
    unreadable += [f"its {name}" for name, value in environment.items() if _UNREADABLE_IN_ENVIRONMENT.search(value)]
    if unreadable:
        raise EmbeddedError(
            f"{program.name} cannot be started: {unreadable[0]} has a quote, a line end, ' ;' or ' #' in it.",
            way_out="If it is a path, move the checkout to a plainer one.",
        )
    return _section(
        f"program:{program.name}",
        command=_escaped(command),
        environment=",".join(f'{name}="{_escaped(value)}"' for name, value in sorted(environment.items())),
        directory=_escaped(str(state.run)),
        autostart="false",
        # Whatever ends without being told to is started again; what does not stay up for a second is given up
        # after five more tries, each a second later than the one before.
        autorestart="true",
        startsecs="1",
        startretries="5",
        stopwaitsecs=str(program.stop_seconds),
        stopasgroup="true",
        killasgroup="true",
        redirect_stderr="true",
        stdout_logfile=_escaped(str(program.log(state.logs))),
        stdout_logfile_maxbytes=str(_LOG_BYTES),
        stdout_logfile_backups="2",
    )


def _section(title: str, **options: str) -> str:
    lines = [f"[{title}]", *(f"{name} = {value}" for name, value in options.items()), ""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
