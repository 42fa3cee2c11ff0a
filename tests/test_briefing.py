"""A briefing holds what was chosen and nothing else, opens without a network, and runs no script but its own."""

from __future__ import annotations

import io
import os
import re
import time
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from browser import chromium, launch
from office import needs_office, opened
from playwright.sync_api import sync_playwright

from evidence import casefile, select
from evidence.model import LANGUAGES, Selection
from evidence.report import briefing_parts
from evidence.report.briefing import briefing
from evidence.report.slides import ACTS_LISTED, slides, spread
from evidence.words import Words

ADDRESS = "http://localhost:8501/case?v=1"


def parts(bundle, words, *, cases=(), **asked):
    frame = select.select(bundle, Selection(**asked)).frame
    if cases:
        frame = pd.concat([casefile.acts(bundle, case) for case in cases])
    return briefing_parts.gather(bundle, words, frame, selection=f"{len(frame)} acts of a test", cases=cases)


def page(bundle, words, **asked) -> str:
    return briefing(bundle, words, parts(bundle, words, **asked), address=ADDRESS, today="2026-11-24").decode()


def deck(bundle, words, **asked):
    from pptx import Presentation

    return Presentation(io.BytesIO(slides(bundle, words, parts(bundle, words, **asked), address=ADDRESS, today="2026-11-24")))


def words_of(presentation) -> str:
    """Every text of a deck: shapes, tables, notes."""
    found = []
    for slide in presentation.slides:
        for shape in slide.shapes:
            found += [shape.text_frame.text] if shape.has_text_frame else []
            if shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
        found += [slide.notes_slide.notes_text_frame.text] if slide.has_notes_slide else []
    return "\n".join(found)


# ── what it holds ────────────────────────────────────────────────────────────────────────────────
def test_a_briefing_lists_the_acts_of_its_selection_and_no_others(bundle, english):
    text = page(bundle, english, type=("detention_short",))
    rows = set(re.findall(r'<tr data-row="(I[\w-]+)"', text))
    assert rows == set(select.select(bundle, Selection(type=("detention_short",))).frame["incident_id"])


def test_every_number_in_a_briefing_leads_to_a_source_of_its_list(bundle, english):
    text = page(bundle, english)
    cited, listed = set(re.findall(r'href="#s(\d+)"', text)), re.findall(r'<li id="s(\d+)"', text)
    assert cited <= set(listed)
    assert listed == [str(n) for n in range(1, len(listed) + 1)]


def test_a_chosen_case_is_told_in_full_with_what_is_missing(bundle, english):
    brief = parts(bundle, english, cases=("C-001",))
    assert [case.key for case in brief.cases] == ["C-001"]
    assert {entry.key for entry in brief.cases[0].chain} >= set(casefile.acts(bundle, "C-001")["incident_id"])
    assert len(brief.cases[0].missing) == len(casefile.missing(bundle, "C-001"))
    assert brief.title == english.name("cases", "C-001")


def test_a_case_that_nobody_chose_is_told_only_as_far_as_the_selection_reaches(bundle, english):
    brief = parts(bundle, english, case=("C-001",), type=("detention_short",), relation=())
    acts = {entry.key for case in brief.cases for entry in case.chain if entry.kind == "incident"}
    assert acts == set(brief.frame["incident_id"])
    assert len(acts) < len(casefile.acts(bundle, "C-001"))


def test_the_first_figure_is_the_number_of_acts_listed(bundle, english):
    brief = parts(bundle, english)
    assert brief.numbers[0].value == english.number(len(brief.acts) + brief.left_out)


def test_more_acts_than_a_file_can_hold_are_counted_and_said(bundle, english, monkeypatch):
    monkeypatch.setattr(briefing_parts, "MOST", 5)
    brief = parts(bundle, english)
    assert (len(brief.acts), brief.left_out) == (5, len(brief.frame) - 5)
    text = briefing(bundle, english, brief, address=ADDRESS, today="2026-11-24").decode()
    assert english("brief.left_out", n=brief.left_out) in text


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_briefing_speaks_one_language_and_names_its_version(bundle, language):
    words = Words(bundle, language)
    text = page(bundle, words, cases=("C-001",))
    assert f'<html lang="{language}">' in text
    assert bundle.version in text
    assert words("brief.method_people") in text


def test_a_person_without_a_published_name_stays_a_pseudonym(tiny):
    people = [{"person_id": "P-001", "pseudonym": "A", "name_basis": "pseudonym_only"}]
    bundle = tiny(people=people, incidents=[{"people_ids": "P-001", "text_en": "{P-001} was held.", "victims_en": "{P-001}"}])
    words = Words(bundle, "en")
    text = page(bundle, words, cases=("C-1",))
    assert "{P-001}" not in text
    assert f"{words.person('P-001')} was held." in text


# ── what it may not do ───────────────────────────────────────────────────────────────────────────
class Addresses(HTMLParser):
    """Every address a page would fetch or lead to, and every script in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value or ""
            for name, value in attrs
            if name in {"src", "href", "action", "poster", "data", "srcset", "xlink:href", "formaction"}
        ]


def test_a_briefing_refers_to_nothing_outside_itself(bundle, english):
    text = page(bundle, english, cases=("C-001",))
    assert [address for address in Addresses(text).found if not address.startswith("#")] == []
    assert not re.search(r"url\((?!data:|#)|@import", text)
    assert "default-src 'none'" in text


@pytest.mark.skipif(
    chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM HERE: the briefing was not opened on a phone's width"
)
def test_a_briefing_on_a_phone_is_as_long_as_its_text(bundle, tmp_path):
    (tmp_path / "x.html").write_text(page(bundle, Words(bundle, "ru")), encoding="utf-8")
    with sync_playwright() as playwright:
        shown = launch(playwright).new_page(viewport={"width": 360, "height": 700})
        shown.goto((tmp_path / "x.html").as_uri())
        assert shown.evaluate("Math.min(...[...document.querySelectorAll('caption')].map((c) => c.offsetWidth))") > 250
        assert shown.evaluate("document.documentElement.scrollWidth") <= 360


def test_hostile_texts_stay_texts_in_a_briefing(tiny):
    evil = "<script>window.pwned=1</script><img src=x onerror=alert(1)>"
    bundle = tiny(
        incidents=[{"text_en": evil, "victims_en": evil}], cases=[{"title_en": evil, "summary_en": evil}],
        sources=[{"title": evil, "url": "https://x.example/<b>"}], places=[{"name_en": evil}],
    )  # fmt: skip
    text = page(bundle, Words(bundle, "en"), cases=("C-1",))
    assert len(re.findall("<script", text)) == 1
    assert "<img" not in text
    assert "&lt;script&gt;window.pwned" in text


def test_a_briefing_is_made_in_three_seconds_and_weighs_less_than_five_megabytes(bundle, english):
    start = time.process_time()
    weight = len(page(bundle, english).encode())
    assert time.process_time() - start < 3
    assert weight < 5_000_000


@pytest.mark.skipif(
    chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM HERE: the briefing was not opened from a file with the network off"
)
def test_a_briefing_opens_from_a_file_with_the_network_off(bundle, tmp_path):
    words = Words(bundle, "kk")
    file = tmp_path / "briefing.html"
    file.write_text(page(bundle, words), encoding="utf-8")
    asked: list[str] = []
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        view = browser.new_context(offline=True).new_page()
        view.on("request", lambda request: asked.append(request.url))
        view.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)
        view.on("pageerror", lambda error: problems.append(str(error)))
        view.goto(file.as_uri())
        assert view.inner_text("h1") == parts(bundle, words).title
        assert view.evaluate("document.fonts.ready.then(() => [...document.fonts].every((font) => font.status === 'loaded'))")
        whole = view.get_attribute(".map svg", "viewBox")
        view.click("[data-zoom='1.5']")
        assert view.get_attribute(".map svg", "viewBox") != whole
        view.locator("#time [data-ids]").first.focus()
        view.keyboard.press("Enter")
        assert view.locator("tr.lit").count() == 1
        assert view.evaluate("window.pwned") is None
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert problems == []


# ── slides ───────────────────────────────────────────────────────────────────────────────────────
def test_slides_hold_the_case_its_sources_and_its_version_as_native_text(bundle, english):
    text = words_of(deck(bundle, english, cases=("C-001",)))
    brief = parts(bundle, english, cases=("C-001",))
    for part in (
        brief.title,
        brief.cases[0].status,
        bundle.version,
        english("brief.method_people"),
        *(source.line for source in brief.sources),
    ):
        assert part in text


def test_every_picture_chart_and_table_of_the_slides_says_what_it_shows(bundle, english):
    presentation = deck(bundle, english)
    seen = [shape for slide in presentation.slides for shape in slide.shapes if not shape.has_text_frame]
    assert {shape.shape_type for shape in seen} >= {13, 3, 19}  # picture, chart, table
    assert all(shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in seen)
    assert all(slide.shapes.title.text_frame.text for slide in presentation.slides)


def test_the_chart_of_the_slides_counts_what_the_series_counts(bundle, english):
    chart = next(shape.chart for slide in deck(bundle, english).slides for shape in slide.shapes if shape.has_chart)
    years = parts(bundle, english).years
    assert list(chart.plots[0].series[0].values) == years.table["certain"].tolist()


def test_slides_list_the_latest_acts_and_say_how_many_there_are(bundle, english):
    brief, presentation = parts(bundle, english), deck(bundle, english)
    title = english("brief.latest", n=ACTS_LISTED, total=len(brief.frame))
    tables = [
        shape.table
        for slide in presentation.slides
        if title in slide.shapes.title.text_frame.text
        for shape in slide.shapes
        if shape.has_table
    ]
    assert [row.cells[0].text for table in tables for row in list(table.rows)[1:]] == [entry.when for entry in brief.acts[-ACTS_LISTED:]]


def test_hostile_texts_do_not_break_slides(tiny):
    evil = "<a:t>]]>&\x0b\u202e =cmd()"
    bundle = tiny(incidents=[{"text_en": evil, "victims_en": evil}], cases=[{"title_en": evil}], sources=[{"title": evil}])
    text = words_of(deck(bundle, Words(bundle, "en"), cases=("C-1",)))
    assert "<a:t>]]>& =cmd()" in text.replace("  ", " ")


def test_nothing_on_a_slide_reaches_over_its_edge(bundle, english):
    presentation = deck(bundle, english, cases=("C-001",))
    for slide in presentation.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= presentation.slide_width
            assert shape.top + shape.height <= presentation.slide_height


@needs_office("slides")
def test_an_office_program_opens_the_slides_and_finds_their_words(bundle, tmp_path):
    from pypdf import PdfReader

    words = Words(bundle, "kk")
    brief = parts(bundle, words, cases=("C-001",))
    (tmp_path / "deck.pptx").write_bytes(slides(bundle, words, brief, address=ADDRESS, today="2026-11-24"))
    pages = PdfReader(opened(tmp_path / "deck.pptx", "pdf")).pages
    assert len(pages) == len(deck(bundle, words, cases=("C-001",)).slides)
    text = re.sub(r"\s+", " ", " ".join(one.extract_text() for one in pages))
    assert brief.title in text
    assert words("case.missing") in text


def test_rows_of_a_table_are_spread_so_that_no_slide_holds_a_single_one_left_over():
    assert [len(page) for page in spread([1.0] * 10, 9.0)] == [5, 5]
    assert [len(page) for page in spread([4.0, 4.0, 1.0], 5.0)] == [1, 2]
    assert spread([], 5.0) == [[]]
    assert [at for page in spread([0.7] * 23, 4.8) for at in page] == list(range(23))


def test_slides_list_as_many_answers_as_a_talk_can_hold_and_say_how_many_there_are(bundle, english, monkeypatch):
    monkeypatch.setattr("evidence.report.slides.ACTS_LISTED", 3)
    title = english("brief.answers_some", n=3, total=len(parts(bundle, english).answers))
    assert [slide for slide in deck(bundle, english).slides if title in slide.shapes.title.text_frame.text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_figure_and_its_note_do_not_run_into_each_other(bundle, language):
    slide = deck(bundle, Words(bundle, language)).slides[1]
    boxes = sorted(((shape.left, shape.top, shape.height) for shape in slide.shapes if shape.has_text_frame), key=lambda box: box[:2])
    assert all(a[1] + a[2] <= b[1] + 1 for a, b in pairwise(boxes) if a[0] == b[0] and a[1] > 0)
