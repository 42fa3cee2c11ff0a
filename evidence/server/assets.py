"""What a reader's browser needs, sent from here: Leaflet, our map, the basemap, the fonts, numbers of detections."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit
import xstatic.pkg.leaflet
import xstatic.pkg.leaflet_markercluster
from starlette.requests import Request
from starlette.responses import Response

from evidence import basemap, load, surroundings, tiles
from evidence.model import LANGUAGES, Bundle
from evidence.words import Words

OURS = Path(__file__).parent.parent / "static"
_LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)
_CLUSTER = Path(xstatic.pkg.leaflet_markercluster.BASE_DIR)
_JS, _CSS, _JSON = "text/javascript; charset=utf-8", "text/css; charset=utf-8", "application/json"


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
    "plotly.js",
    "basemap.json",
    "present.js",
    "present.css",
    "embed.js",
    "embed.css",
    *(f"context-{code}.json" for code in LANGUAGES),
)


@lru_cache(maxsize=2 * len(ASSETS))
def asset(bundle: Bundle, name: str) -> Asset:
    """One of `ASSETS`, made when it is first asked for. `map.js` is one file because st_folium waits for each script in turn."""
    if name == "present.js":
        parts = (_LEAFLET / "leaflet.js", OURS / "map.js", OURS / "present.js")
        return _asset(_JS, *(re.sub(rb"//# sourceMappingURL=\S+", b"", path.read_bytes()) for path in parts))
    if name == "present.css":
        leaflet = re.sub(rb"url\(images/[^)]*\)", b"none", (_LEAFLET / "leaflet.css").read_bytes())
        return _asset(_CSS, leaflet, (OURS / "present.css").read_bytes())
    if name == "embed.js":
        parts = (_LEAFLET / "leaflet.js", _CLUSTER / "leaflet.markercluster.js", OURS / "map.js", OURS / "embed.js")
        return _asset(_JS, *(re.sub(rb"//# sourceMappingURL=\S+", b"", path.read_bytes()) for path in parts))
    if name == "plotly.js":
        # Plotly names its makers' hosts for outlines of countries, an editor and its logo. We use none of them: they are not even sent.
        return _asset(_JS, re.sub(rb"https://(?:\w+\.)?plot(?:ly\.com|\.ly)[\w./]*", b"", (OURS / "plotly-basic.min.js").read_bytes()))
    if name.endswith(".js"):
        leaflet = (_LEAFLET / "leaflet.js").read_bytes()
        ours = (_CLUSTER / "leaflet.markercluster.js", OURS / "map.js", OURS / "land.js")
        rest = () if name == "leaflet.js" else (path.read_bytes() for path in ours)
        return _asset(_JS, *(re.sub(rb"//# sourceMappingURL=\S+", b"", part) for part in (leaflet, *rest)))
    if name == "app.css":
        return _asset(_CSS, _serif(bundle), (OURS / "app.css").read_bytes())
    if name == "serif.woff2":
        return _asset("font/woff2", (OURS / name).read_bytes())
    if name.endswith(".css"):
        rest = () if name == "leaflet.css" else ((_CLUSTER / "MarkerCluster.css").read_bytes(), _font(), (OURS / "map.css").read_bytes())
        # Leaflet's own pictures are never used: our marks are drawn. Without this the browser would ask for them.
        leaflet = re.sub(rb"url\(images/[^)]*\)", b"none", (_LEAFLET / "leaflet.css").read_bytes())
        rest = (*rest, _serif(bundle), (OURS / "embed.css").read_bytes()) if name == "embed.css" else rest
        return _asset(_CSS, leaflet, *rest)
    if name == "basemap.json":
        return _json(basemap.drawn(bundle))
    language = name.removeprefix("context-").removesuffix(".json")
    return _json(surroundings.context_layers(bundle, Words(bundle, language)))


def _json(value: object) -> Asset:
    return _asset(_JSON, json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode())


def _serif(bundle: Bundle) -> bytes:
    """Our serif for headings."""
    source = asset_url(bundle, "serif.woff2")
    return f'@font-face {{ font-family: "Tamshy Serif"; src: url("{source}") format("woff2"); font-weight: 600; }}'.encode()


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


async def send_asset(request: Request) -> Response:
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


def send_block(request: Request) -> Response:
    """Numbers of detections for the map. Not `async`: a question takes its time in a thread of its own."""
    bundle = load.opened()
    known = tiles.offered(bundle.path)
    if known is None:
        return Response("There are no observations.", status_code=404, media_type="text/plain")
    try:
        asked = tiles.Asked.read(request.query_params)
    except ValueError as error:
        return Response(f"This is no block of cells: {error}.", status_code=400, media_type="text/plain")
    packed = tiles.counted(bundle.path, asked.fitted(known))
    kept = "public, max-age=31536000, immutable" if asked.version == known.version else "no-cache"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=_JSON, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=_JSON, headers=headers)
