"""`GET /docs`: the OpenAPI document as a page for people, with no script and nothing from elsewhere."""

import html
from collections.abc import Iterator, Mapping
from typing import Any, cast

from leadline.gateway.client import Headers
from leadline.gateway.openapi import PATH as DOCUMENT
from leadline.gateway.openapi import Document

HEADERS: Headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886; font-size: 1.1rem; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; border-radius: 6px; }
dt { margin-top: .75rem; } dd { margin-left: 1.5rem; } .method { display: inline-block; min-width: 3.5rem; }
"""


def page(document: Document) -> bytes:
    """Every operation by its tag, with what it cannot do without."""
    told = cast("Mapping[str, Any]", document)
    title = html.escape(f"{told['info']['title']} {told['info']['version']}")
    schemes = ", ".join(_key(scheme) for scheme in told["components"]["securitySchemes"].values())
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>",
            f"<p>{html.escape(told['info']['description'])} It goes into any of: {schemes}. ",
            f'The same for programs: <a href="{DOCUMENT}">{DOCUMENT}</a>.</p>',
            *(_section(tag, operations) for tag, operations in _by_tag(told["paths"]).items()),
            "</body></html>\n",
        ]
    ).encode()


def _by_tag(paths: Mapping[str, Mapping[str, Any]]) -> Mapping[str, list[tuple[str, str, Any]]]:
    """(method, path, operation) in the order of the document."""
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return found


def _section(tag: str, operations: list[tuple[str, str, Any]]) -> str:
    told = "".join(
        f'<dt><code><span class="method">{method}</span> {html.escape(path)}</code></dt>'
        f"<dd>{'; '.join(_needs(operation))}</dd>"
        for method, path, operation in operations
    )
    return f"<section><h2>{html.escape(tag)}</h2><dl>{told}</dl></section>"


def _needs(operation: Mapping[str, Any]) -> Iterator[str]:
    """What has to be given, and what comes back."""
    names = [parameter["name"] for parameter in operation.get("parameters", ())]
    if names:
        yield f"path: {_codes(names)}"
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if required := body.get("required"):
        yield f"body: at least {_codes(required)}"
    yield f"answers {_codes(operation['responses']['200']['content'])}"


def _codes(names: Any) -> str:
    return ", ".join(f"<code>{html.escape(name)}</code>" for name in names)


def _key(scheme: Mapping[str, str]) -> str:
    shown = "Authorization: Bearer KEY" if scheme["type"] == "http" else f"{scheme['name']}: KEY"
    return f"<code>{html.escape(shown)}</code>"
