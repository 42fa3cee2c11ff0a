"""What others may show inside their pages: one figure, in a frame that loads only our files, by those the operator named."""

import http.server
import threading
from contextlib import contextmanager
from html import escape

import pytest
from browser import chromium, launch, serve
from starlette.applications import Starlette
from starlette.testclient import TestClient

from evidence import load, select, server
from evidence.model import LANGUAGES, Selection
from evidence.server import embed
from evidence.words import Words

KINDS = ("map", "timeline", "chart")


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=server.routes(), middleware=server.middleware()), follow_redirects=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_embed_says_its_selection_and_where_it_is_from(client, kind, language):
    bundle = load.opened()
    said = client.get(f"/embed/{kind}?type=detention_short&lang={language}").text
    selection = Selection(type=("detention_short",), language=language)
    assert escape(embed.said(select.select(bundle, selection), Words(bundle, language), kind)) in said
    assert f'lang="{language}"' in said and bundle.version in said


@pytest.mark.parametrize("kind", KINDS)
def test_an_embed_runs_nothing_inline_and_asks_nobody_else(client, kind):
    answer = client.get(f"/embed/{kind}")
    rules = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'")
    assert rules["frame-ancestors"] == "'self'"
    assert " style=" not in answer.text and "<style" not in answer.text and "onclick" not in answer.text
    assert "set-cookie" not in answer.headers


def test_an_embed_of_nothing_or_too_little_says_so(client):
    words = Words(load.opened(), "en")
    assert words("embed.none") in client.get("/embed/timeline?q=zzzz").text
    assert "too few" in client.get("/embed/chart?case=C-001&from=2019-05-07&to=2019-05-07").text


@pytest.mark.parametrize(("address", "status"), [("/embed/pie", 404), ("/embed/map?colour=red", 400), ("/embed/map?type=nothing", 400)])
def test_an_embed_that_is_not_there_is_a_sentence(client, address, status):
    answer = client.get(address)
    assert answer.status_code == status and answer.headers["content-type"].startswith("text/plain") and len(answer.text) > 20


def test_text_from_data_cannot_leave_the_data_of_an_embed(tiny, monkeypatch):
    bundle = tiny(places=[{"name_en": "</script><img src=x onerror=alert(1)>"}])
    monkeypatch.setattr(load, "opened", lambda: bundle)
    said = TestClient(Starlette(routes=server.routes())).get("/embed/map?q=%3C/script%3E%3Cimg%3E").text
    assert "<img" not in said


# ── in a browser ─────────────────────────────────────────────────────────────────────────────────
@contextmanager
def newsroom():
    """A page of somebody else, on this machine by its other name: its address, and what it holds."""
    holds = {"body": ""}

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><h1>News</h1>{holds['body']}".encode())

        def log_message(self, *said):
            pass

    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{host.server_port}", holds
    finally:
        host.shutdown()


@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: the frame was not tried in a browser")
@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("allowed", [True, False])
def test_a_newsroom_that_was_named_shows_the_map_at_its_height_and_another_shows_nothing(monkeypatch, allowed):
    from playwright.sync_api import sync_playwright

    from evidence.ui.handover import snippet

    with newsroom() as (press, holds):
        monkeypatch.setenv("TAMSHY_EMBEDDERS", press if allowed else "https://example.org")
        with serve() as address, sync_playwright() as playwright:
            holds["body"] = snippet(f"{address}/embed/map?lang=ru", "Map", 100)
            browser = launch(playwright)
            page = browser.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{press}/")
            if allowed:
                frame = page.frame_locator("iframe")
                frame.locator("html[data-view=painted][data-context=painted]").wait_for(state="attached", timeout=30_000)
                page.wait_for_function("document.querySelector('iframe').height > 400", timeout=10_000)
                assert frame.locator("h1").inner_text()
                assert not page.context.cookies()
                assert all(url.startswith((address, press, "data:", "blob:")) for url in asked)
            else:
                page.wait_for_timeout(1_500)
                assert page.locator("iframe").get_attribute("height") == "100"
                assert not any(frame.url.startswith(address) and frame.query_selector("h1") for frame in page.frames)
            browser.close()
