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
from evidence.ui.making import meanwhile
from evidence.ui.page import CARDS, PAGES, Page, copyable, md
from evidence.ui.upload import upload

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
        key = f"verify_file_{st.session_state.get('verify_drops', 0)}"
        dropped = upload(words, words("verify.file"), ("csv", "xlsx", "geojson", "json", "zip"), MOST_MB, key)
        if dropped is not None:
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
        with meanwhile(words, "verify", words("verify.checking"), _drop) as tell:
            verdicts = check.file(bundle, name, content, tell)
    except ValueError as error:
        st.warning(words(f"verify.{error}"))
        return
    if not verdicts:
        st.warning(words("verify.nothing"))
        return
    same = [one for one in verdicts if one.outcome == "same"]
    others = [one for one in verdicts if one.outcome != "same"]
    if len(verdicts) == 1:
        (st.success if same else st.warning)(md(_in_a_line(page, verdicts[0])))
    else:
        said = words("verify.all" if not others else "verify.some", same=len(same), n=len(verdicts), rows=sum(one.rows for one in verdicts))
        (st.warning if others else st.success)(md(said))
    detail = "".join(f"<li><b>{escape(_in_a_line(page, one))}</b>{_rows(page, one)}</li>" for one in others) if len(verdicts) > 1 else ""
    if len(verdicts) == 1 and others:
        detail = f"<li>{_rows(page, others[0])}</li>"
    told = f'<ul class="t-list t-small">{detail}</ul>' if detail else ""
    if same and len(verdicts) > 1:
        lines = "".join(f"<li>{escape(_in_a_line(page, one))}</li>" for one in same)
        told += f'<details class="t-more t-small"><summary>{escape(words("verify.which_same", n=len(same)))}</summary><ul class="t-list">{lines}</ul></details>'
    if told:
        st.html(told)


def _drop() -> None:
    """Forget the file: the box is a new one."""
    st.session_state["verify_drops"] = st.session_state.get("verify_drops", 0) + 1


def _in_a_line(page: Page, one: check.Verdict) -> str:
    """What became of a table."""
    words, bundle = page.words, page.bundle
    called = table_name(bundle, words, one.table) if one.table else ""
    said = words(f"verify.table_{one.outcome}", table=called, file=one.file, n=one.rows, same=one.same)
    if one.version and one.version != bundle.version:
        said += " " + words("verify.of_version", then=one.version, now=bundle.version)
    return said


def _rows(page: Page, one: check.Verdict) -> str:
    """Which rows differ and where, as HTML; columns are called as the file calls them."""
    words = page.words
    if one.outcome == "foreign":
        return ""
    lines = [f"<li>{escape(change.key)}: {escape(_how(page, change))}</li>" for change in one.changes[:LISTED]]
    if one.missing:
        lines.insert(0, f"<li>{escape(words('verify.missing', columns=', '.join(one.missing)))}</li>")
    if len(one.changes) > LISTED:
        lines.append(f"<li>{escape(words('verify.more', n=len(one.changes) - LISTED))}</li>")
    return f'<ul class="t-list t-small">{"".join(lines)}</ul>' if lines else ""


def _how(page: Page, change: check.Change) -> str:
    if change.how in {"edited", "since"}:
        return page.words(f"verify.{change.how}", columns=", ".join(change.columns))
    return page.words(f"verify.{change.how}")
