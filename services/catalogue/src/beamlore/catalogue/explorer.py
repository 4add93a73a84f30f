"""SciCat's ``/explorer``: all operations on one page, and their OpenAPI, which its SDK is generated from.

The page is plain HTML: it loads no script, from here or elsewhere.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import yaml
from fastapi import APIRouter, Request, Response

from beamlore.catalogue.answers import json_response

_METHODS = ("get", "post", "put", "patch", "delete")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = """
body { font: 1rem/1.5 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid #ddd; padding: .25rem .5rem; vertical-align: top }
code { white-space: nowrap } summary { cursor: pointer; font-weight: bold; padding: .25rem 0 }
"""


def explorer_router(swagger_path: str) -> APIRouter:
    """Return the routes.

    Args:
        swagger_path: SciCat's ``SWAGGER_PATH``.
    """
    path = f"/{swagger_path.strip('/')}"
    router = APIRouter(include_in_schema=False)

    @router.get(path)
    @router.get(f"{path}/")
    async def page(request: Request) -> Response:
        content = "".join(_page(request.app.openapi(), f"{path}-json"))
        return Response(content, media_type="text/html", headers=_HEADERS)

    @router.get(f"{path}-json")
    async def description(request: Request) -> Response:
        return json_response(request.app.openapi())

    @router.get(f"{path}-yaml")
    async def description_in_yaml(request: Request) -> Response:
        text = yaml.safe_dump(request.app.openapi(), allow_unicode=True, sort_keys=False)
        return Response(text, media_type="text/yaml")

    return router


def _page(description: Mapping[str, Any], json_path: str) -> Iterator[str]:
    title = escape(description["info"]["title"])
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
    yield f'<h1>{title}</h1><p>OpenAPI: <a href="{escape(json_path)}">{escape(json_path)}</a></p>'
    for tag, rows in _by_tag(description).items():
        yield f"<details open><summary>{escape(tag)}</summary><table>{''.join(rows)}</table></details>"


def _by_tag(description: Mapping[str, Any]) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for method in _METHODS:
            if (operation := operations.get(method)) is not None:
                shown = operation.get("description") or operation.get("summary") or ""
                row = (
                    f"<tr><td><code>{method.upper()}</code><td><code>{escape(path)}</code>"
                    f"<td>{escape(shown.partition(chr(10))[0])}"
                )
                tags.setdefault((operation.get("tags") or ["other"])[0], []).append(row)
    return dict(sorted(tags.items()))
