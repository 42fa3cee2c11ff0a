"""The routes beside Streamlit: assets, tables, embeds, /health, and the headers of every answer.

Everything a reader's browser needs comes from here; it is told, by policy, to ask nobody else.
"""

from __future__ import annotations

import gc
import threading

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from evidence import load, tiles
from evidence.server import assets
from evidence.server.asked import address, rows_at
from evidence.server.assets import ASSETS, asset, asset_url, base_path
from evidence.server.data import send_package, send_table
from evidence.server.embed import send_embed
from evidence.server.headers import middleware
from evidence.server.page import send_home, send_page

__all__ = ["ASSETS", "address", "asset", "asset_url", "base_path", "middleware", "routes", "rows_at", "warm"]


async def _health(request: Request) -> JSONResponse:
    bundle = load.opened()
    return JSONResponse({"status": "ok", "version": bundle.version, "synthetic": bundle.synthetic})


def warm() -> None:
    """At the start: what is loaded stays, so no garbage is looked for in it; and, in a thread, what the first reader would wait for."""
    gc.collect()
    gc.freeze()
    threading.Thread(target=tiles.warm, args=(load.opened().path,), daemon=True).start()


def routes() -> list[Route]:
    """Our routes, to be served beside Streamlit's: assets, tables, embeds, health, and the address of every page."""
    prefix = assets.base_path()
    pages = ["", *(path.stem for path in sorted((load.ROOT / "pages").glob("*.py")) if path.stem != "overview")]
    return [
        Route(f"{prefix}/overview", send_home, methods=["GET"]),
        *(Route(f"{prefix}/{page}", send_page, methods=["GET"]) for page in pages),
        Route(f"{prefix}/assets/{{name}}", assets.send_asset, methods=["GET"]),
        Route(f"{prefix}/observations/block", assets.send_block, methods=["GET"]),
        Route(f"{prefix}/datapackage.json", send_package, methods=["GET"]),
        Route(f"{prefix}/data/datapackage.json", send_package, methods=["GET"]),
        Route(f"{prefix}/data/{{table}}.{{kind}}", send_table, methods=["GET"]),
        Route(f"{prefix}/embed/{{kind}}", send_embed, methods=["GET"]),
        Route(f"{prefix}/health", _health, methods=["GET"]),
    ]
