"""The web app, built from the checkout where that was not done since its sources changed."""

from collections.abc import Iterator
from pathlib import Path

from filelock import AsyncFileLock

from beamlore.embedded.checkout import checkout
from beamlore.embedded.downloads.commands import find_tool, run_tool
from beamlore.embedded.progress import Progress

_SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")


async def provide_web_app(cache: Path, logs: Path, progress: Progress) -> Path:
    """Return the directory of the built web app.

    Raises:
        EmbeddedError: npm is missing, or the build failed.
    """
    frontend = checkout() / "frontend"
    built = frontend / "dist"
    async with AsyncFileLock(cache / "web-app.lock", mode=0o600):
        if _is_current(built / "index.html", frontend):
            return built
        npm = find_tool("npm", package="npm", minimum="Node.js 20 or newer")
        if not (frontend / "node_modules").is_dir():
            with progress.step("Web app: downloading packages") as step:
                await run_tool(
                    [npm, "ci", "--no-audit", "--no-fund"],
                    log=logs / "npm-ci.log",
                    says=lambda line: step.update(line[:60]),
                    failure="The web app's packages could not be installed",
                    directory=frontend,
                )
        with progress.step("Web app: building") as step:
            await run_tool(
                [npm, "run", "--silent", "build"],
                log=logs / "npm-build.log",
                says=lambda line: step.update(line[:60]),
                failure="The web app could not be built",
                directory=frontend,
            )
    return built


def web_app_directory() -> Path:
    """Return where the built web app is, once it is built."""
    return checkout() / "frontend" / "dist"


def _is_current(built: Path, frontend: Path) -> bool:
    if not built.exists():
        return False
    newest = max(path.stat().st_mtime for path in _files(frontend))
    return built.stat().st_mtime >= newest


def _files(frontend: Path) -> Iterator[Path]:
    for name in _SOURCES:
        path = frontend / name
        yield from path.rglob("*") if path.is_dir() else [path] if path.exists() else []
