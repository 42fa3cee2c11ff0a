"""Verify: paste an id, a citation or a hash, or drop a file; what it is held against is the data of today. Nothing is kept."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlencode

import streamlit as st

from evidence import earlier
from evidence.report import verify as check
from evidence.report import views
from evidence.report.published import positions, shas
from evidence.ui.handover import changed_since, table_name
from evidence.ui.page import CARDS, PAGES, Page, copyable, md

MOST_MB = 60  # of a file that is dropped
LISTED = 80  # rows told one by one


def verify(page: Page) -> None:
    """The two ways to ask, and the answer under each."""
    words = page.words
    st.markdown(md(words("verify.lead")))
    left, right = st.columns(2, gap="large")
    with left:
        pasted = st.text_input(words("verify.text"), key="verify_text", max_chars=4_000)
        if pasted and (found := check.text(page.bundle, pasted)):
            _told(page, found)
    with right:
        dropped = st.file_uploader(
            words("verify.file"), type=["csv", "xlsx", "geojson", "json", "zip"], key="verify_file", max_upload_size=MOST_MB
        )
        if dropped is not None:
            with st.spinner(words("verify.file"), show_time=True):
                _judged(page, dropped.name, dropped.getvalue())


def _told(page: Page, found: check.Found) -> None:
    words, bundle = page.words, page.bundle
    if found.kind == "figure":
        _figure(page, found)
        return
    said = words(
        f"verify.{found.kind}_{found.state}", key=md(found.key), table=md(table_name(bundle, words, found.table)), version=found.version
    )
    (st.success if found.state == "same" else st.warning)(said)
    if found.state == "same" and found.kind == "record":
        sha = shas(bundle, found.table)[positions(bundle, found.table).get_loc(found.key)]
        st.html(f'<div class="t-small">{escape(words("verify.record_sha"))}{copyable(words, sha)}</div>')
    if found.state == "same" and found.table in CARDS.values():
        st.html(_open(page, "map", [("id", found.key)], found.key))


def _figure(page: Page, found: check.Found) -> None:
    words, bundle = page.words, page.bundle
    said = words(f"verify.figure_{found.state}", version=md(found.version), now=bundle.version)
    (st.success if found.state == "same" else st.warning)(said)
    view = views.read(found.key)
    if found.state == "since" and earlier.archive_folder() is not None:
        changed_since(bundle, words, found.version)
    if view is not None and found.state != "foreign":
        asked = [(word, value) for word, values in view.asked.items() for value in values]
        st.html(_open(page, "" if view.page == PAGES[0] else view.page, asked, words("verify.figure_open")))


def _open(page: Page, where: str, query: list[tuple[str, str]], label: str) -> str:
    asked = urlencode([*query, ("lang", page.words.language)], quote_via=quote)
    address = f"{where or '.'}?{asked}"
    return f'<p><a class="t-open" href="{escape(address)}">{escape(label)}</a></p>'


def _judged(page: Page, name: str, content: bytes) -> None:
    words, bundle = page.words, page.bundle
    try:
        verdicts = check.file(bundle, name, content)
    except ValueError as error:
        st.warning(words(f"verify.{error}"))
        return
    if not verdicts:
        st.warning(words("verify.nothing"))
    for one in verdicts:
        called = md(table_name(bundle, words, one.table)) if one.table else ""
        said = words(f"verify.table_{one.outcome}", table=called, file=md(one.file), n=one.rows, same=one.same)
        if one.version and one.version != bundle.version:
            said += " " + words("verify.of_version", then=md(one.version), now=bundle.version)
        (st.success if one.outcome == "same" else st.warning)(said)
        _rows(page, one)


def _rows(page: Page, one: check.Verdict) -> None:
    """Which rows differ and where; columns are called as the file calls them."""
    words = page.words
    if one.outcome == "foreign":
        return
    lines = [f"<li>{escape(change.key)}: {escape(_how(page, change))}</li>" for change in one.changes[:LISTED]]
    if one.missing:
        lines.insert(0, f"<li>{escape(words('verify.missing', columns=', '.join(one.missing)))}</li>")
    if len(one.changes) > LISTED:
        lines.append(f"<li>{escape(words('verify.more', n=len(one.changes) - LISTED))}</li>")
    if lines:
        st.html(f'<ul class="t-list t-small">{"".join(lines)}</ul>')


def _how(page: Page, change: check.Change) -> str:
    if change.how in {"edited", "since"}:
        return page.words(f"verify.{change.how}", columns=", ".join(change.columns))
    return page.words(f"verify.{change.how}")
