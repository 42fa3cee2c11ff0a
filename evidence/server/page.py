"""The page that Streamlit's app lives in: its index.html with our style, our name and boot.js before everything else."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evidence import load
from evidence.model import LANGUAGES, Bundle
from evidence.server import assets

WITH_MAP = ("", "map")  # the addresses of Overview and Map


def _boot() -> str:
    return (assets.OURS / "boot.js").read_text(encoding="utf-8").replace("%PREFIX%", assets.base_path())


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


def _map_files(bundle: Bundle, language: str) -> str:
    """Links that let a browser fetch what the map's frame will ask for, while nothing else is on the way."""
    addresses = [assets.asset_url(bundle, name) for name in ("map.js", "map.css", "basemap.json", f"context-{language}.json")]
    if component := sys.modules.get("streamlit_folium"):  # before a first page has drawn a map, its frame has no address yet
        frame = Path(str(component.__file__)).parent / "frontend/build"
        script = next(iter(sorted(frame.glob("static/js/main.*.js")))).relative_to(frame).as_posix()
        addresses.insert(0, f"{assets.base_path()}/component/streamlit_folium.st_folium/{script}")
    return "\n".join(f'<link rel="prefetch" href="{address}" />' for address in addresses)


@lru_cache(maxsize=2)
def index(bundle: Bundle) -> str:
    """Streamlit's own index.html with our style sheet, our name, and the few lines of boot.js before everything else."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    boot = (
        _boot()
        .replace("%PRESENT_JS%", assets.asset_url(bundle, "present.js"))
        .replace("%PRESENT_CSS%", assets.asset_url(bundle, "present.css"))
    )
    ours = f'<head>\n    <base href="{assets.base_path()}/" />\n    <script>{boot}</script>\n    <link rel="stylesheet" href="{assets.asset_url(bundle, "app.css")}" />'
    page = page.replace("</head>", f"{_early()}</head>", 1)
    return page.replace("<head>", ours, 1).replace("<title>Streamlit</title>", "<title>Tamshy</title>", 1)


async def send_page(request: Request) -> Response:
    bundle, asked = load.opened(), request.query_params.get("lang", "")
    body = index(bundle)
    if request.url.path.rstrip("/").rpartition("/")[2] in WITH_MAP:
        body = body.replace("</head>", f"{_map_files(bundle, asked if asked in LANGUAGES else LANGUAGES[0])}</head>", 1)
    return Response(body, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})


async def send_home(request: Request) -> Response:
    """Streamlit knows the first page by the bare address only; by its name it would say that there is no such page."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{assets.base_path()}/{query}")
