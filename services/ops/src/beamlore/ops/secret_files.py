"""Secrets as Kubernetes mounts them: a directory with a file for each."""

from pathlib import Path
from typing import Final

from beamlore.ops.errors import OpsError

_SUFFIX: Final = "-password"


def read_secrets(directory: Path) -> dict[str, str]:
    """Return the content of each file by its name, without the white space at its ends.

    Raises:
        OpsError: the directory cannot be read, or a file is empty.
    """
    try:
        # Kubernetes keeps its own links there, whose names begin with a dot.
        files = sorted(path for path in directory.iterdir() if path.is_file() and not path.name.startswith("."))
        secrets = {path.name: path.read_text(encoding="utf-8").strip() for path in files}
    except (OSError, UnicodeDecodeError) as error:
        raise OpsError(f"The secrets in {directory} cannot be read: {error}.") from error
    if empty := [name for name, value in secrets.items() if not value]:
        raise OpsError(f"These secrets in {directory} are empty: {', '.join(empty)}.")
    return secrets


def read_passwords(directory: Path) -> dict[str, str]:
    """Return the passwords of the files ``<name>-password`` by their names; other files are left alone.

    Raises:
        OpsError: the directory cannot be read, or a file is empty.
    """
    return {
        name.removesuffix(_SUFFIX): value for name, value in read_secrets(directory).items() if name.endswith(_SUFFIX)
    }
