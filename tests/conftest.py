"""What tests share: the shipped bundle, and small bundles made on the spot."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from evidence import load
from evidence.model import Bundle
from evidence.words import Words

# A shared machine may be slow; how long an example takes says nothing about whether the claim holds.
settings.register_profile("tamshy", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tamshy")

ROOT = load.ROOT
SCHEMA = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
TABLES = {resource["name"]: resource for resource in SCHEMA["resources"] if "schema" in resource}

# One sound row a table, enough to refer to one another: what a test leaves out of its own rows is taken from here.
SOUND: dict[str, dict[str, str]] = {
    "sources": {
        "source_id": "S-1",
        "title": "Report",
        "publisher": "Paper",
        "languages": "en",
        "type": "media",
        "read_extent": "full",
    },
    "places": {
        "place_id": "L-1",
        "name_en": "Berezovka",
        "name_ru": "Берёзовка",
        "name_kk": "Березовка",
        "kind": "village",
        "country": "KZ",
        "lat": "51.27",
        "lon": "53.05",
        "location_precision": "settlement",
        "location_radius_m": "800",
        "confidence": "B",
        "source_ids": "S-1",
    },
    "people": {"person_id": "P-001", "pseudonym": "A", "name_basis": "pseudonym_only", "source_ids": "S-1"},
    "cases": {
        "case_id": "C-1",
        "title_en": "Case",
        "title_ru": "Дело",
        "title_kk": "Іс",
        "summary_en": "A case.",
        "summary_ru": "Дело.",
        "country": "KZ",
        "source_ids": "S-1",
    },
    "incidents": {
        "incident_id": "I-1",
        "case_id": "C-1",
        "period": "2019-05-07",
        "period_basis": "printed",
        "place_id": "L-1",
        "country": "KZ",
        "types": "detention_short",
        "victims_en": "A defender",
        "victims_ru": "Правозащитник",
        "victim_type": "individual",
        "defender_types": "journalist",
        "perpetrator_types": "police",
        "involvement": "direct",
        "asserted_by": "victim",
        "relation": "direct",
        "text_en": "Detained.",
        "text_ru": "Задержан.",
        "contested": "false",
        "confidence": "B",
        "source_ids": "S-1",
    },
}


def as_csv(header: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as a bundle's table: commas, LF, an empty cell for what is not said."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(header), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def link_bundle(folder: Path) -> Path:
    """The shipped bundle as links into the repository, so that a test copies only what it breaks."""
    for resource in [*SCHEMA["resources"], {"path": "datapackage.json"}]:
        target = folder / resource["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(ROOT / resource["path"])
    return folder


def put(folder: Path, file: str, content: str | bytes) -> None:
    """Replace a file of a linked bundle; the repository keeps its own."""
    (folder / file).unlink(missing_ok=True)
    (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)


def write_bundle(folder: Path, about: Mapping[str, Any] | None = None, **tables: list[dict[str, str]]) -> Path:
    """A small bundle: the shipped vocabulary, words and countries, empty other layers; of every other table the rows given (or none)."""
    link_bundle(folder)
    resources = [resource for resource in SCHEMA["resources"] if not load.is_story(resource)]
    for story in (folder / load.STORIES).glob("*.md"):
        story.unlink()
    put(folder, "datapackage.json", json.dumps({**SCHEMA, "resources": resources, **(about or {})}))
    for resource in resources:
        if resource["name"] not in {*TABLES, "countries"}:
            put(folder, resource["path"], '{"type": "FeatureCollection", "features": []}')
    for name, resource in TABLES.items():
        if name not in {"vocabulary", "words"}:
            rows = tables.get(name, [SOUND[name]] if name in SOUND else [])
            header = [field["name"] for field in resource["schema"]["fields"]]
            put(folder, resource["path"], as_csv(header, [{**SOUND.get(name, {}), **row} for row in rows]))
    return folder


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The shipped bundle."""
    return load.load(ROOT)


@pytest.fixture(scope="session")
def english(bundle: Bundle) -> Words:
    """The shipped bundle's words in English."""
    return Words(bundle, "en")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Bundle]:
    """Make and load a small bundle from a few rows a table: `tiny(incidents=[{"period": "2019"}])`. The same rows are made once."""
    made: dict[str, Bundle] = {}

    def make(about: Mapping[str, Any] | None = None, **tables: list[dict[str, str]]) -> Bundle:
        asked = json.dumps([about, tables], sort_keys=True)
        if asked not in made:
            made[asked] = load.load(write_bundle(tmp_path_factory.mktemp("tiny"), about, **tables))
        return made[asked]

    return make


# What browser tests share. The imports stand inside: who runs the others needs neither Playwright nor Chromium.
@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The dashboard of the shipped bundle, served once for all."""
    from browser import serve

    with serve() as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for the tests of a module: its event loop must not run under those of others."""
    from browser import launch
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab of a reader who was never here, on a screen."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield context.new_page()
    context.close()


def rows_of(page: Any, kind: str) -> list[str]:
    """The ids of the records that a list of a page links to, in order: the list drawn as `<div class="t-{kind}">`."""
    found = [html.proto.body for html in page.get("html")]
    return [key for text in found if text.startswith(f'<div class="t-{kind}">') for key in re.findall(r"[?&;]id=([\w.%-]+)\"", text)]


def follow(page: Any, **said: str) -> Any:
    """Open a link of the page that says this: what boot.js does when a reader clicks one."""
    for word, value in said.items():
        page.query_params[word] = value
    return page.run()
