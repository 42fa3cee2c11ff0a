"""A briefing to carry: what to put in, in which language, as a page that opens from a stick or as slides. Made only when asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from evidence import casefile, select
from evidence.model import LANGUAGES, Bundle, Selection
from evidence.report.progress import Tell
from evidence.select import Selected
from evidence.ui.making import file_button
from evidence.ui.page import Page, link, md, speak
from evidence.ui.plates import caption, map_plate, plate_buttons, timeline_plate
from evidence.words import LANGUAGE_NAMES, Words

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
QUICK, QUICK_CASES = 400, 4  # acts, and cases told in full, that a page of HTML holds in less than a second
CASES_OFFERED = 200
CASES_MOST = 12  # told in full in one file


def briefing(page: Page, *, case: str = "") -> None:
    """Choose what a briefing holds and take it; on the page of a case it is first offered for that case."""
    words, bundle = page.words, page.bundle
    with st.expander(words("brief.take"), key="briefing", on_change="rerun") as opened:
        if not opened.open:
            return
        selected = select.select(bundle, page.selection)
        scopes = ("cases", "selection") if case else ("selection", "cases")
        left, right = st.columns([2.2, 1], gap="large")
        with left:
            scope = st.radio(
                words("brief.scope"),
                scopes,
                format_func=lambda code: words(f"brief.scope_{code}", n=selected.n),
                key=f"brief_scope_{page.key}",
            )
            chosen: list[str] = []
            if scope == "cases":
                offered = casefile.matching(selected.frame, case or bundle.schema.get("flagship_case", ""))[:CASES_OFFERED]
                offered = offered if not case or case in offered else [case, *offered]
                chosen = st.multiselect(
                    words("brief.cases"), offered, default=[case or offered[0]] if offered else [], format_func=lambda key: words.name("cases", key),
                    max_selections=CASES_MOST, key=f"brief_cases_{case or page.key}",
                )  # fmt: skip
        with right:
            language = st.radio(
                words("brief.language"),
                LANGUAGES,
                index=LANGUAGES.index(words.language),
                format_func=LANGUAGE_NAMES.get,
                key="brief_language",
            )
        if case:
            _pictures(page, case)
        if (scope == "selection" and not selected.n) or (scope == "cases" and not chosen):
            st.info(words("brief.nothing"))
            return
        _take(page, selected, tuple(chosen), language or words.language)


def _pictures(page: Page, case: str) -> None:
    """The case on its map and in time, as pictures."""
    selected = select.select(page.bundle, Selection(case=(case,), relation=(), language=page.selection.language))
    name = page.words.name("cases", case)
    plate_buttons(page, "case_map", map_plate(page, selected, name), "map")
    plate_buttons(page, "case_timeline", timeline_plate(page, selected, name), "timeline")


def _take(page: Page, selected: Selected, cases: tuple[str, ...], language: str) -> None:
    """The two files: what may take longer than a second is made first, with a bar and a way to stop."""
    words, bundle = page.words, page.bundle
    told = speak(bundle, language)
    query = urlencode(link(version=True), doseq=True)
    address = f"{str(st.context.url or '').split('?')[0] or f'/{page.key}'}?{query}"
    name = f"tamshy-{bundle.version}-briefing-{language}"
    with st.container(horizontal=True, key="brief_files"):
        for kind, media in (("html", "text/html"), ("pptx", PPTX)):
            file_button(
                page, f"brief_{kind}", words(f"brief.take_{kind}"), f"{name}.{kind}", media, maker(kind, bundle, told, selected, cases, address),
                slow=kind == "pptx" or len(selected.at) > QUICK or len(cases) > QUICK_CASES, asked=(cases, language),
            )  # fmt: skip
    st.caption(md(words("brief.take_note")))


def maker(kind: str, bundle: Bundle, words: Words, selected: Selected, cases: tuple[str, ...], address: str) -> Callable[[Tell], bytes]:
    """What makes the file: of the chosen cases, or of the selection where none was chosen."""

    def make(tell: Tell) -> bytes:
        from evidence.report import briefing_parts
        from evidence.report.briefing import briefing as page_of
        from evidence.report.slides import slides

        if cases:
            frame = pd.concat([casefile.acts(bundle, case) for case in cases])
            names = words.all_of(words.name("cases", case) for case in cases)
            said = words("brief.of_cases", n=len(frame), total=selected.total, names=names)
        else:
            frame, said = selected.frame, caption(selected, words)
        parts = briefing_parts.gather(bundle, words, frame, selection=said, cases=cases, tell=lambda share: tell(0.4 * share))
        write = page_of if kind == "html" else slides
        return write(bundle, words, parts, address=address, today=date.today().isoformat(), tell=lambda share: tell(0.4 + 0.6 * share))

    return make
