"""Take it with you: what a page shows as files, an address that stays, a citation, a frame for a newsroom. Made only when asked.

One panel for every page; what changed since a link was made is told here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from evidence import earlier, report, select, server
from evidence.model import Bundle
from evidence.report import archive, sheets, tables, views
from evidence.report.progress import Tell, course, quiet
from evidence.report.published import Rows, positions
from evidence.report.shown import VIEWS
from evidence.select import Selected
from evidence.ui.making import file_button, meanwhile
from evidence.ui.page import CARDS, PAGES, Page, copyable, link, md
from evidence.words import Words

SHEET_ROWS = 20_000  # more make a workbook that nobody waits for
QUICK_ROWS, QUICK_SHEET = 4_000, 800  # so many rows are a table, or a workbook, in less than a second
Shown = tuple[Sequence[Rows], str]  # what a page shows, and its caption
EMBEDS = ("map", "timeline", "chart")
_HEIGHTS = {"map": 620, "timeline": 640, "chart": 520}
NAMED_ROWS = 60  # rows whose ids fit into an address
LISTED = 60  # differences told one by one
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def acts(selected: Selected) -> Rows:
    """The incidents a page shows, with the grade that the program gives them."""
    at = select.index(selected.bundle).order[selected.at]
    return Rows("incidents", at, {"grade": selected.frame["grade"].to_numpy()})


def take_incidents(page: Page, selected: Selected) -> None:
    """The panel of a page that shows the selected incidents."""
    take(page, lambda: ([acts(selected)], select.in_words(selected, page.words)))


def take_case(page: Page, case: str) -> None:
    """The panel of a case: its acts and what was answered."""
    if case:
        asked = page.selection.but(case=(case,))
        take(page, lambda: (views.shown(page.bundle, "case", asked), page.words.name("cases", case)), case=[case])


def take(page: Page, made: Callable[[], Shown], **also: list[str]) -> None:
    """The panel: files of the rows shown and of everything, the address, the citation, the frame.

    Args:
        page: the page.
        made: gives what the page shows; asked only when a reader opens the panel.
        also: words of the link that the page takes for granted.
    """
    words = page.words
    with st.expander(words("take.title"), key="take", on_change="rerun") as opened:
        if not opened.open:
            return
        rows, caption = made()
        if not rows:
            st.info(words("take.none"))
            return
        query = {word: values for word, values in link().items() if word not in {"id", "list"}} | also
        with meanwhile(words, "take", words("take.id"), _close) as tell:
            view = views.view(page.bundle, page.key, query, tell)
        asked = archive.Taken(
            words(f"question.{page.key}"),
            caption,
            _address(page, {**query, "v": [page.bundle.version]}),
            str(view),
            date.today().isoformat(),
        )
        st.markdown(f"**{md(words('take.shown', n=sum(map(len, rows))))}** {md(caption)}")
        _files(page, rows, asked)
        st.html(_live(page, rows, query) + _cite(page, asked) + _frame(page, query))


def _close() -> None:
    st.session_state["take"] = False


def _files(page: Page, rows: Sequence[Rows], asked: archive.Taken) -> None:
    """A button a file; what may take longer than a second is made first, with a bar and a way to stop."""
    bundle, words = page.bundle, page.words
    name, main = f"tamshy-{bundle.version}-{page.key}", rows[0]
    n, located = sum(map(len, rows)), tables.count_located(bundle, main)

    def csv(tell: Tell) -> bytes:
        return tables.csv_file(bundle, main, course(len(main), tell))

    def points(tell: Tell) -> bytes:
        return tables.geojson_file(bundle, main, asked.selection, course(len(main), tell))

    def zipped(tell: Tell) -> bytes:
        return archive.archive(bundle, words, rows, asked, tell)

    def sheet(tell: Tell) -> bytes:
        return _workbook(bundle, words, rows, asked, tell)

    origin = _origin()  # asked for here: the thread that makes the file knows no reader

    def whole(tell: Tell) -> bytes:
        return everything(bundle, words, origin, tell)

    offered: list[tuple[str, str, str, str, Callable[[Tell], bytes], bool]] = [
        ("zip", words("take.zip"), f"{name}.zip", ZIP, zipped, True),
        ("csv", words("take.csv", n=len(main)), f"{name}.csv", "text/csv", csv, len(main) > QUICK_ROWS),
    ]
    if n <= SHEET_ROWS:
        offered.append(("xlsx", words("take.xlsx"), f"{name}.xlsx", XLSX, sheet, n > QUICK_SHEET))
    if located:
        said = words("take.geojson", n=located)
        offered.append(("geojson", said, f"{name}.geojson", "application/geo+json", points, len(main) > QUICK_ROWS))
    offered.append(("all", words("take.all"), f"tamshy-{bundle.version}.zip", ZIP, whole, True))
    with st.container(horizontal=True, key="take_files"):
        for kind, label, file, media, make, slow in offered:
            file_button(page, f"take_{kind}", label, file, media, make, slow=slow, asked=asked)


def _workbook(bundle: Bundle, words: Words, rows: Sequence[Rows], asked: archive.Taken, tell: Tell) -> bytes:
    about = [
        asked.title,
        asked.selection,
        words("zip.version", title=words.title, version=bundle.version, date=words.date(bundle.published)),
    ]
    return sheets.workbook(
        bundle,
        words,
        rows,
        [*about, archive.cite(bundle, words, asked), words("zip.licence_text"), words("zip.withheld_people")],
        course(sum(map(len, rows)), tell),
    )


def everything(bundle: Bundle, words: Words, origin: str, tell: Tell = quiet) -> bytes:
    """The ZIP of the whole bundle; `origin` is where this server stands."""
    address = f"{origin}/?{urlencode({'v': bundle.version})}"
    taken = archive.Taken(bundle.title, words("take.everything"), address, "", date.today().isoformat(), whole=True)
    return archive.archive(bundle, words, archive.everything(bundle), taken, tell)


# ── addresses ────────────────────────────────────────────────────────────────────────────────────
def _origin() -> str:
    """Where this server stands, as the reader's browser knows it, with the prefix it lives under."""
    parts = urlsplit(str(st.context.url or ""))
    return (f"{parts.scheme}://{parts.netloc}" if parts.netloc else "") + server.base_path()


def _address(page: Page, query: dict[str, list[str]]) -> str:
    said = urlencode(query, doseq=True, safe=",:")
    return f"{_origin()}/{'' if page.key == PAGES[0] else page.key}?{said}"


def _live(page: Page, rows: Sequence[Rows], query: dict[str, list[str]]) -> str:
    """The addresses of the same rows, for a spreadsheet to read live."""
    words, origin = page.words, _origin().removesuffix(server.base_path())
    asked = {**query, "relation": ["all"]} if page.key == "case" else {**query, "page": [page.key]}
    if page.key in VIEWS:
        asked = {**asked, "show": asked.get("show", [next(iter(VIEWS[page.key]))])}
    lines = []
    for one in rows:
        where, count = _address_of(page.bundle, one, asked)
        said = words("take.live_rows", table=table_name(page.bundle, words, one.name), n=count)
        lines.append(f"<p>{escape(said)}</p>{copyable(words, origin + where)}")
    return (
        f'<div class="t-small t-take"><h3>{escape(words("take.live"))}</h3><p>{escape(words("take.live_note"))}</p>{"".join(lines)}</div>'
    )


def _address_of(bundle: Bundle, rows: Rows, asked: dict[str, list[str]]) -> tuple[str, int]:
    """(the address of these rows, how many it sends): by the words of the link where they give just these, else by their ids.

    Of too many for an address it is that of the whole table, and says so by its number.
    """
    if (n := server.rows_at(bundle, rows.name, asked)) == len(rows):
        return server.address(rows.name, "csv", asked), n
    if len(rows) <= NAMED_ROWS:
        ids = quote(",".join(positions(bundle, rows.name).take(rows.at)), safe=",/-")
        return f"{server.address(rows.name, 'csv', {})}?id={ids}", len(rows)
    return server.address(rows.name, "csv", {"relation": ["all"]} if rows.name == "incidents" else {}), len(bundle[rows.name])


def _cite(page: Page, asked: archive.Taken) -> str:
    """The view and the whole, each as a sentence, as BibTeX and as CSL-JSON."""
    bundle, words = page.bundle, page.words
    whole_asked = archive.Taken(bundle.title, "", f"{_origin()}/?{urlencode({'v': bundle.version})}", "", asked.today, whole=True)
    view = written(page, archive.cite(bundle, words, asked), title=asked.title, key=asked.figure, address=asked.address)
    all_of_it = written(page, archive.cite(bundle, words, whole_asked), title=bundle.title, key="", address=whole_asked.address)
    figure = f"<p>{escape(words('take.figure'))}</p>{copyable(words, asked.figure)}"
    return (
        f'<div class="t-small t-take"><h3>{escape(words("take.cite"))}</h3>{view}{figure}'
        f"<p>{escape(words('take.cite_whole'))}</p>{all_of_it}</div>"
    )


def written(page: Page, text: str, *, title: str, key: str, address: str) -> str:
    """A citation to copy: in words, and for a reference manager, as HTML."""
    said = {"title": title, "key": key, "address": address, "today": date.today().isoformat(), "language": page.words.language}
    more = copyable(page.words, report.bibtex(page.bundle, **said)) + copyable(page.words, report.csl_item(page.bundle, **said))
    return f'{copyable(page.words, text)}<details class="t-more t-cite"><summary>BibTeX, CSL-JSON</summary>{more}</details>'


def _frame(page: Page, query: dict[str, list[str]]) -> str:
    """Lines that put the map, the timeline or the chart into another page."""
    if page.key not in ("overview", "map", "pressure"):
        return ""
    words, lines = page.words, []
    told = {word: values for word, values in query.items() if word in select.BY_KEY or word in select.OTHER_WORDS}
    said = urlencode(told, doseq=True, safe=",:")
    for kind in EMBEDS:
        title = f"{words(f'embed.{kind}')}, Tamshy"
        source = f"{_origin()}/embed/{kind}" + (f"?{said}" if said else "")
        lines.append(f"<p>{escape(words(f'embed.{kind}'))}</p>{copyable(words, snippet(source, title, _HEIGHTS[kind]))}")
    return (
        f'<div class="t-small t-take"><h3>{escape(words("take.embed"))}</h3><details class="t-more"><summary>{escape(words("take.embed_show"))}</summary>'
        f"<p>{escape(words('take.embed_note'))}</p>{''.join(lines)}</details></div>"
    )


def snippet(source: str, title: str, height: int) -> str:
    """HTML for a page of others: a frame, and a line that gives it the height it asks for."""
    listen = (
        "addEventListener('message',e=>{for(const f of document.querySelectorAll('iframe.tamshy'))"
        "if(e.source===f.contentWindow&&e.data&&e.data.tamshy==='height')f.height=Math.min(e.data.height,4000)})"
    )
    return (
        f'<iframe class="tamshy" src="{escape(source)}" title="{escape(title)}" width="100%" height="{height}" '
        f'style="border:0" loading="lazy" sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"></iframe><script>{listen}</script>'
    )


# ── what changed since ───────────────────────────────────────────────────────────────────────────
def changed_since(bundle: Bundle, words: Words, version: str) -> None:
    """Under a link of another version: how many records differ, and which, where that version is at hand."""
    folder = earlier.find(version)
    if folder is None:
        st.info(words("link.other_version", then=md(version[:12]), now=bundle.version) + " " + words("link.version_gone"))
        return
    with meanwhile(words, "comparing", words("link.comparing"), _leave_version) as tell:
        found = earlier.differences(bundle, folder, tell)
    st.info(words("link.changed", then=md(version[:12]), now=bundle.version, n=len(found)))
    if not found:
        return
    with st.expander(words("link.changed_which", n=len(found)), key="changed", on_change="rerun") as opened:
        if opened.open:
            st.html(f'<ul class="t-list t-small">{"".join(_changed(bundle, words, one) for one in found[:LISTED])}</ul>')
            if len(found) > LISTED:
                st.caption(md(words("link.changed_more", n=len(found) - LISTED)))


def _leave_version() -> None:
    """Show the data as they are, without a word of what they were."""
    st.session_state["link_version"] = None


def _changed(bundle: Bundle, words: Words, one: earlier.Difference) -> str:
    said = words(f"changed.{one.how}", columns=", ".join(one.columns)) if one.how == "changed" else words(f"changed.{one.how}")
    name = f"{table_name(bundle, words, one.table)}, {one.key}"
    if one.table in CARDS.values() and one.how != "gone":
        name = (
            f'<a class="t-open" href="map?{escape(urlencode({"id": one.key, "lang": words.language}, quote_via=quote))}">{escape(name)}</a>'
        )
        return f"<li>{name}: {escape(said)}</li>"
    return f"<li>{escape(name)}: {escape(said)}</li>"


def table_name(bundle: Bundle, words: Words, name: str) -> str:
    """What a reader calls a table."""
    if words.has(f"table.{name}"):
        return words(f"table.{name}")
    return str(next((one.get("title") for one in bundle.schema["resources"] if one["name"] == name), "") or name)
