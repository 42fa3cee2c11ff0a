"""The headers of every answer: ask nobody else, run no script but ours, be framed by nobody who was not named."""

from __future__ import annotations

import base64
import hashlib
import os
import re

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evidence import load
from evidence.server import assets
from evidence.server.page import index


def embedders() -> str:
    """Who may frame our pages: we, and the origins of `TAMSHY_EMBEDDERS`."""
    return " ".join(["'self'", *os.environ.get("TAMSHY_EMBEDDERS", "").split()])


def _inline_scripts(page: str) -> str:
    """Hashes of the scripts inside our index.html, so that no other inline script may run."""
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def policy(scripts: str, framers: str) -> str:
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
            f"frame-ancestors {framers}",
        ]
    )


class SecurityHeaders:
    """ASGI middleware: the headers of every HTTP answer. `TAMSHY_EMBEDDERS` lists origins that may frame us."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Inline script: on a page only our own and Streamlit's, by hash; in the map's frame st_folium writes its script inline.
        # Evaluation: that frame's component needs it, and so do tools that watch a page (tests, accessibility checkers).
        self._page = policy(_inline_scripts(index(load.opened())), embedders())
        self._component = policy("'unsafe-inline'", "'self'")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_component = scope["path"].startswith(f"{assets.base_path()}/component/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # An answer that brings its own policy (an embed) has a narrower one.
                # A policy binds what a browser shows as a page (a picture of ours can be one), not the scripts it fetches for it.
                scripts = ("text/javascript", "application/javascript", "font/", "text/css")
                if "content-security-policy" not in headers and not headers.get("content-type", "").startswith(scripts):
                    headers["Content-Security-Policy"] = self._component if is_component else self._page
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                # A component's scripts have their content in their names.
                if is_component and "/static/" in scope["path"] and message["status"] == 200:
                    headers["Cache-Control"] = "public, max-age=31536000, immutable"
                if "server" in headers:
                    del headers["server"]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def middleware() -> list[Middleware]:
    """What stands between the network and Streamlit."""
    return [Middleware(SecurityHeaders)]
