"""The routes beside Streamlit: /assets (Leaflet, our map, the basemap), /health, and the headers of every answer.

Everything a reader's browser needs comes from here; it is told, by policy, to ask nobody else.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit
import xstatic.pkg.leaflet
import xstatic.pkg.leaflet_markercluster
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evidence import geo, load
from evidence.model import LANGUAGES, Bundle
from evidence.words import Words

_OURS = Path(__file__).parent / "static"
_LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)
_CLUSTER = Path(xstatic.pkg.leaflet_markercluster.BASE_DIR)
_JS, _CSS, _JSON = "text/javascript; charset=utf-8", "text/css; charset=utf-8", "application/json"


# ── assets ───────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Asset:
    """A file as it is sent: compressed once, named by its content."""

    media_type: str
    plain: bytes
    packed: bytes
    tag: str


def _asset(media_type: str, *parts: bytes) -> Asset:
    plain = b"\n".join(parts)
    return Asset(media_type, plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:16])


ASSETS = (
    "leaflet.js",
    "leaflet.css",
    "map.js",
    "map.css",
    "app.css",
    "serif.woff2",
    "basemap.json",
    *(f"context-{code}.json" for code in LANGUAGES),
)


@lru_cache(maxsize=2 * len(ASSETS))
def asset(bundle: Bundle, name: str) -> Asset:
    """One of `ASSETS`, made when it is first asked for. `map.js` is one file because st_folium waits for each script in turn."""
    if name.endswith(".js"):
        leaflet = (_LEAFLET / "leaflet.js").read_bytes()
        rest = () if name == "leaflet.js" else ((_CLUSTER / "leaflet.markercluster.js").read_bytes(), (_OURS / "map.js").read_bytes())
        return _asset(_JS, *(re.sub(rb"//# sourceMappingURL=\S+", b"", part) for part in (leaflet, *rest)))
    if name == "app.css":
        font = f'@font-face {{ font-family: "Tamshy Serif"; src: url("{asset_url(bundle, "serif.woff2")}") format("woff2"); font-weight: 600; }}'
        return _asset(_CSS, font.encode(), (_OURS / "app.css").read_bytes())
    if name == "serif.woff2":
        return _asset("font/woff2", (_OURS / name).read_bytes())
    if name.endswith(".css"):
        rest = () if name == "leaflet.css" else ((_CLUSTER / "MarkerCluster.css").read_bytes(), _font(), (_OURS / "map.css").read_bytes())
        # Leaflet's own pictures are never used: our marks are drawn. Without this the browser would ask for them.
        leaflet = re.sub(rb"url\(images/[^)]*\)", b"none", (_LEAFLET / "leaflet.css").read_bytes())
        return _asset(_CSS, leaflet, *rest)
    if name == "basemap.json":
        layers = ",".join(f'"{layer}":{path.read_text(encoding="utf-8")}' for layer, path in bundle.layers.items())
        return _asset(_JSON, f"{{{layers}}}".encode())
    language = name.removeprefix("context-").removesuffix(".json")
    context = geo.context_layers(bundle, Words(bundle, language))
    return _asset(_JSON, json.dumps(context, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode())


def _font() -> bytes:
    """The sans that Streamlit bundles, for the map's frame too: the reader's browser has it already."""
    media = Path(streamlit.__file__).parent / "static" / "static" / "media"
    found = next(iter(sorted(media.glob("SourceSansVF-Upright*.woff2"))), None)
    if found is None:
        return b""
    return f'@font-face {{ font-family: "Source Sans"; src: url("{base_path()}/static/media/{found.name}") format("woff2"); font-weight: 200 900; }}'.encode()


def asset_url(bundle: Bundle, name: str) -> str:
    """The address of an asset, carrying its content's name so that it can be kept for ever."""
    return f"{base_path()}/assets/{name}?v={asset(bundle, name).tag}"


def base_path() -> str:
    """The path prefix the server was told to live under (server.baseUrlPath), without a closing slash."""
    prefix = str(streamlit.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{prefix}" if prefix else ""


async def _send_asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        return Response("There is no such file.", status_code=404, media_type="text/plain")
    found = asset(load.opened(), name)
    kept = "public, max-age=31536000, immutable" if request.query_params.get("v") == found.tag else "no-cache"
    headers = {"ETag": f'"{found.tag}"', "Cache-Control": kept, "Vary": "Accept-Encoding"}
    if f'"{found.tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.plain, media_type=found.media_type, headers=headers)


async def _health(request: Request) -> Response:
    bundle = load.opened()
    return JSONResponse({"status": "ok", "version": bundle.version, "synthetic": bundle.synthetic})


# ── the page itself ──────────────────────────────────────────────────────────────────────────────
def _boot() -> str:
    return (_OURS / "boot.js").read_text(encoding="utf-8").replace("%PREFIX%", base_path())


# Parts of Streamlit that our pages draw with and that it would ask for only when the first script has run.
_PARTS = ("ButtonGroup", "TextInput", "Html", "Slider", "ComponentInstance", "DownloadButton", "Popover")


@lru_cache(maxsize=1)
def _early() -> str:
    """Links that let a browser fetch and compile those parts, with what they import, while the first script runs."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    wanted = [path.name for part in _PARTS for path in sorted(folder.glob(f"{part}.*.js"))]
    page = (folder.parent.parent / "index.html").read_text(encoding="utf-8")
    links, seen = [], set(re.findall(r"static/js/([\w.-]+\.js)", page))
    while wanted:
        name = wanted.pop(0)
        if name in seen or not (folder / name).is_file():
            continue
        seen.add(name)
        links.append(f'<link rel="modulepreload" href="./static/js/{name}" fetchpriority="low" />')
        wanted += re.findall(r'from"\./([\w.-]+\.js)"', (folder / name).read_text(encoding="utf-8"))
    return "\n".join(links)


@lru_cache(maxsize=2)
def index(bundle: Bundle) -> str:
    """Streamlit's own index.html with our style sheet, our name, and the few lines of boot.js before everything else."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    ours = f'<head>\n    <base href="{base_path()}/" />\n    <script>{_boot()}</script>\n    <link rel="stylesheet" href="{asset_url(bundle, "app.css")}" />'
    page = page.replace("</head>", f"{_early()}</head>", 1)
    return page.replace("<head>", ours, 1).replace("<title>Streamlit</title>", "<title>Tamshy</title>", 1)


async def _page(request: Request) -> Response:
    return Response(index(load.opened()), media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})


async def _home(request: Request) -> Response:
    """Streamlit knows the first page by the bare address only; by its name it would say that there is no such page."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{base_path()}/{query}")


def routes() -> list[Route]:
    """Our routes, to be served beside Streamlit's: assets, health, and the address of every page."""
    prefix = base_path()
    pages = ["", *(path.stem for path in sorted((load.ROOT / "pages").glob("*.py")) if path.stem != "overview")]
    return [
        Route(f"{prefix}/overview", _home, methods=["GET"]),
        *(Route(f"{prefix}/{page}", _page, methods=["GET"]) for page in pages),
        Route(f"{prefix}/assets/{{name}}", _send_asset, methods=["GET"]),
        Route(f"{prefix}/health", _health, methods=["GET"]),
    ]


# ── headers ──────────────────────────────────────────────────────────────────────────────────────
def _inline_scripts(page: str) -> str:
    """Hashes of the scripts inside our index.html, so that no other inline script may run."""
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def policy(scripts: str, embedders: str) -> str:
    """The content-security-policy: no foreign origin at all. Streamlit writes its styles inline."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {embedders}",
        ]
    )


class SecurityHeaders:
    """ASGI middleware: the headers of every HTTP answer. `TAMSHY_EMBEDDERS` lists origins that may frame us."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        embedders = " ".join(["'self'", *os.environ.get("TAMSHY_EMBEDDERS", "").split()])
        # Inline script: on a page only our own and Streamlit's, by hash; in the map's frame st_folium writes its script inline.
        # Evaluation: that frame's component needs it, and so do tools that watch a page (tests, accessibility checkers).
        self._page = policy(_inline_scripts(index(load.opened())), embedders)
        self._component = policy("'unsafe-inline'", "'self'")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_component = scope["path"].startswith(f"{base_path()}/component/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A policy binds what a browser shows as a page (a picture of ours can be one), not the scripts it fetches for it.
                if not headers.get("content-type", "").startswith(("text/javascript", "application/javascript", "font/", "text/css")):
                    headers["Content-Security-Policy"] = self._component if is_component else self._page
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                if "server" in headers:
                    del headers["server"]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def middleware() -> list[Middleware]:
    """What stands between the network and Streamlit."""
    return [Middleware(SecurityHeaders)]
