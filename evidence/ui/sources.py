"""The Sources page: the library and what rests on each document; how things are counted; terms; known holes; codebook and licences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from evidence import charts, library, plates, report, select
from evidence.deck import in_language
from evidence.model import Bundle, split
from evidence.ui.cards import card, norm_line, title_of
from evidence.ui.handover import table_name
from evidence.ui.lists import paged
from evidence.ui.page import CARDS, Page, box, extra, find, here, md, opens, say, sheet, take_choice, tell
from evidence.ui.plates import keep
from evidence.ui.pressure import choose
from evidence.words import Words, brief

Row = Mapping[str, Any]
SHOWS = ("library", "counted", "terms", "holes", "codebook")
PAGE_SIZE = 25
TOLD_ONE_BY_ONE = 3  # corrections of one reason whose values are said; more are named only
RESTING_SHOWN = 60  # records named under a source's card; the rest are in the download
# Which filters of the library the link says, and under which word.
# Each: what it narrows (`library.choices`), and the list its values are terms of.
FILTERS = {
    "kind": ("kind", "source_type"),
    "written": ("language", "language"),
    "publisher": ("publisher", ""),
    "read": ("read", "read_extent"),
}
PARTS = ("unit", "recorded", "interval", "change", "dates", "places", "grade", "claims", "people", "silence")
CROSSWALKS = {"huridocs": "HURIDOCS", "sdg": "SDG 16.10.1", "bhrrc": "BHRRC", "forumasia": "FORUM-ASIA", "acled": "ACLED"}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
LOCAL = "local"  # a term of ours that another vocabulary has no counterpart of


def choose_sources_view(page: Page) -> str:
    """Library, method, terms, holes or codebook."""
    return choose(page, "show", SHOWS, SHOWS[0], texts="sources_show")


# ── the library ──────────────────────────────────────────────────────────────────────────────────
def library_of(page: Page) -> pd.DataFrame:
    """The sources that the link asks for."""
    offered = library.choices(page.bundle)
    asked = {name: extra(word, "", offered[name]) for word, (name, _) in FILTERS.items()}
    return library.find(page.bundle, text=extra("find"), rests=extra("rests", "", library.RESTS), **asked)


def library_and_card(page: Page) -> None:
    """Search and filters, the documents found, and beside them the card of one or what the library is made of."""
    words, bundle = page.words, page.bundle
    _filters(page)
    found = library_of(page)
    total = len(bundle["sources"])
    say(
        words(
            "sources.caption", n=len(found), total=total, records=int((found["records"] > 0).sum()), alone=int((found["alone"] > 0).sum())
        )
    )
    picked = page.picked
    # On a phone an open card stands before the list it was opened from, else the reader would not see it.
    with st.container(key="answers_card_open" if picked else "answers_plain"):
        left, right = st.columns([2.1, 1], gap="large")
    with left:
        if found.empty:
            st.info(words("sources.empty"))
        at, pager = paged(page, "sources", len(found), PAGE_SIZE)
        sheet(pager, *(_line(page, row) for row in found.iloc[(at - 1) * PAGE_SIZE : at * PAGE_SIZE].to_dict("records")))
        _downloads(page, found)
    with right, st.container(key="card"):
        if picked:
            card(page, *picked)
            if picked[0] == "source":
                _resting(page, picked[1])
        else:
            _made_of(page)


def _filters(page: Page) -> None:
    words, state = page.words, st.session_state
    offered = library.choices(page.bundle)
    state["library_find"] = extra("find")
    for word, (name, _) in FILTERS.items():
        state[f"library_{word}"] = extra(word, "", offered[name]) or None
    state["library_rests"] = extra("rests", "", library.RESTS) or None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="library_filters"):
        st.text_input(
            words("sources.find"),
            key="library_find",
            on_change=take_choice,
            args=("library_find", "find"),
            kwargs={"list": ""},
            placeholder=words("sources.find_hint"),
            max_chars=120,
            width=200,
        )
        for word, (name, _) in FILTERS.items():
            counts = offered[name]
            st.selectbox(
                words(f"sources.{word}"), list(counts), key=f"library_{word}", on_change=take_choice, args=(f"library_{word}", word), kwargs={"list": ""}, width=165, index=None,
                placeholder=words("sources.any"), format_func=lambda code, word=word, counts=counts: f"{_named(words, word, code)} ({counts.get(code, 0)})",
            )  # fmt: skip
        st.selectbox(
            words("sources.rests"), library.RESTS, key="library_rests", on_change=take_choice, args=("library_rests", "rests"), kwargs={"list": ""}, width=230, index=None,
            placeholder=words("sources.any"), format_func=lambda code: words(f"sources.rests_{code}"),
        )  # fmt: skip


def _named(words: Words, word: str, code: str) -> str:
    terms = FILTERS[word][1]
    return words.label(terms, code) if terms else brief(code, 60)


def _line(page: Page, row: Row) -> str:
    """A source in a row: what it is; what kind, in which language, how far read; how much rests on it."""
    words = page.words
    when = words.date(row["date"]) if row["date"] else words("sources.undated")
    kind = f"{words.label('source_type', row['type'])} · {', '.join(words.label('language', code) for code in split(row['languages']))}"
    rests = words("sources.supports", n=row["records"]) if row["records"] else words("sources.supports_nothing")
    only = words("sources.only", n=row["alone"]) if row["alone"] else ""
    return box(
        "t-row",
        box(
            "t-cell",
            opens(page, row["source_id"], f"**{md(brief(row['title'], 160))}**"),
            f":gray[{md(brief(row['publisher'], 80))}, {md(when)}]",
        ),
        box("t-cell", md(kind), f":gray[{md(words.label('read_extent', row['read_extent']))}]"),
        box("t-cell", md(rests), f":gray[{md(only)}]" if only else ""),
    )


def _resting(page: Page, key: str) -> None:
    """Under a source's card: every record that rests on it, table by table; what has a card opens."""
    words, bundle = page.words, page.bundle
    used = library.uses(bundle).get(key, ())
    others = [use for use in used if use.table != "incidents"]
    blocks = [
        f"**{words('sources.all_resting', n=len(used))}**",
        words("sources.resting_alone", n=sum(use.alone for use in used)) if used else "",
    ]
    shown = 0
    for table in dict.fromkeys(use.table for use in others):
        lines = []
        for use in (use for use in others if use.table == table):
            shown += 1
            if shown > RESTING_SHOWN:
                break
            mark = f" :gray[{words('sources.alone_mark')}]" if use.alone else ""
            lines.append(f"- {_record(page, use.table, use.key)}{mark}")
        if lines:
            blocks += [f"**{md(table_name(bundle, words, table))}**", "\n".join(lines)]
    if shown > RESTING_SHOWN:
        blocks.append(words("sources.resting_more", n=len(others) - RESTING_SHOWN))
    sheet(*blocks)


def _record(page: Page, table: str, key: str) -> str:
    """A record in a line of Markdown: a link where it has a card, else its words and its id."""
    words, bundle = page.words, page.bundle
    row = bundle.row(table, key)
    if (about := find(bundle, key)) and CARDS[about[0]] == table:
        return opens(page, key, md(brief(title_of(page, about[0], row))))
    return f"{md(brief(in_a_line(words, row, table, key), 140))} :gray[({md(key)})]"


def in_a_line(words: Words, row: Row, table: str, key: str) -> str:
    """What a record says, for a list: its name, else its text, else its date."""
    name = words.name(table, key)
    if name != key:
        return name
    for stem in (
        "text",
        "promise",
        "act",
        "clock",
        "instrument",
        "section_title",
        "fields",
        "subject",
        "note",
        "operator_note",
        "value_text",
    ):
        if f"{stem}_en" in row and (said := words.text(row, stem).words):
            return f"{said} {row['article']}" if stem == "instrument" else said
    for column, terms in (("indicator", "indicator"), ("kind", "burden_kind"), ("pollutant", "pollutant")):
        if row.get(column):
            return words.label(terms, row[column])
    return words.date(row["period"]) if row.get("period") else key


def _made_of(page: Page) -> None:
    """Beside the library: how far its documents were read, and what kinds they are."""
    words = page.words
    offered = library.choices(page.bundle)
    blocks = [words("sources.hint")]
    for word in ("read", "kind", "written"):
        lines = [
            f"- [{md(_named(words, word, code))}]({here(page, list='', **{word: code})}): {words.number(n)}"
            for code, n in list(offered[FILTERS[word][0]].items())[:10]
        ]
        blocks += [f"**{words(f'sources.{word}')}**", "\n".join(lines)]
    sheet(*blocks)


def _downloads(page: Page, found: pd.DataFrame) -> None:
    """The documents found, for a reference manager or a spreadsheet; made only when asked for."""
    words, bundle = page.words, page.bundle
    name = f"tamshy-{bundle.version}-sources"
    plain = found[[column for column in bundle["sources"].columns if not column.endswith(report.DERIVED)] + ["records", "alone"]]
    with st.container(horizontal=True, key="downloads"):
        st.download_button(
            words("sources.csl", n=len(found)), lambda: report.csl(found.to_dict("records"), words, bundle.version), f"{name}.json",
            "application/vnd.citationstyles.csl+json", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            words("sources.ris", n=len(found)),
            lambda: report.ris(found.to_dict("records"), words, bundle.version),
            f"{name}.ris",
            "application/x-research-info-systems",
            on_click="ignore",
        )
        st.download_button(
            words("sources.csv", n=len(found)),
            lambda: report.csv_file(bundle, report.rows_of(bundle, "sources", plain, ("records", "alone"))),
            f"{name}.csv",
            "text/csv",
            on_click="ignore",
        )


# ── how it is counted ────────────────────────────────────────────────────────────────────────────
def how_counted(page: Page) -> None:
    """What a number here counts and how; and how well what is recorded is supported."""
    words, bundle = page.words, page.bundle
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        sheet(*(box("t-said", f"**{words(f'counted.{part}_title')}**", words(f"counted.{part}")) for part in PARTS))
    with right:
        _support(page)
        frame = library.alone(bundle)
        lines = [
            words(
                "counted.one_of",
                table=f"[{md(table_name(bundle, words, row.table))}]({here(page, rows=row.table, list='')})",
                one=row.one,
                n=row.rows,
            )
            for row in frame[frame["one"] > 0].itertuples()
        ]
        sheet(f"### {words('counted.tables')}", "\n".join(f"- {line}" for line in lines))
        say(words("counted.none", n=int(frame["none"].sum())))
        _on_one(page)


def _on_one(page: Page) -> None:
    """The records of a table that rest on one source only, each with that source; all of them to take along."""
    words, bundle = page.words, page.bundle
    every = library.on_one(bundle)
    chosen = extra("rows", "", set(every["table"]))
    if chosen:
        rows = every[every["table"] == chosen]
        at, pager = paged(page, "one", len(rows), PAGE_SIZE)
        blocks = [f"### {md(table_name(bundle, words, chosen))}", pager]
        for row in rows.iloc[(at - 1) * PAGE_SIZE : at * PAGE_SIZE].itertuples():
            source = brief(words.name("sources", row.source_id), 90)
            blocks.append(box("t-gap", _record(page, chosen, row.record), opens(page, row.source_id, f":gray[{md(source)}]")))
        sheet(*blocks)
        if page.picked:
            with st.container(key="card"):
                card(page, *page.picked)
    name = f"tamshy-{bundle.version}-one-source.csv"
    st.download_button(words("counted.csv", n=len(every)), lambda: report.csv(every, bundle, words), name, "text/csv", on_click="ignore")


def _support(page: Page) -> None:
    """How many incidents stand on each grade of corroboration, with what the grade means."""
    words = page.words
    shown = select.index(page.bundle).frame
    grades = shown.loc[shown["relation"] != "context", "grade"].astype(str).value_counts()
    head = [words("filter.grade"), words("counted.rows"), words("terms.meaning")]
    rows = [
        [words.label("corroboration", code), words.number(int(grades.get(code, 0))), words.definition("corroboration", code)]
        for code in words.codes("corroboration")
    ]
    st.html(f"<h3>{escape(words('counted.support'))}</h3>{table_html(head, rows, text=(2,))}")


def table_html(head: list[str], rows: list[list[str]], text: tuple[int, ...] = ()) -> str:
    """A table as HTML; columns named in `text`, and the first, hold words."""
    cells = "".join(f"<th scope='col'{_side(at, text)}>{escape(cell)}</th>" for at, cell in enumerate(head))
    body = "".join(
        f"<tr><th scope='row'>{escape(row[0])}</th>"
        + "".join(f'<td{_side(at, text)} data-label="{escape(head[at])}">{escape(cell)}</td>' for at, cell in enumerate(row[1:], 1))
        + "</tr>"
        for row in rows
    )
    return f'<div class="t-scroll" tabindex="0" role="region" aria-label="{escape(head[0])}"><table class="t-table t-reading"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def _side(at: int, text: tuple[int, ...]) -> str:
    return " class='words'" if at == 0 or at in text else ""


# ── terms ────────────────────────────────────────────────────────────────────────────────────────
def definitions(page: Page) -> None:
    """The terms of a list with what each means and what other vocabularies call it."""
    words = page.words
    lists = [name for name in page.bundle["vocabulary"]["list"].drop_duplicates() if words.has(f"terms.{name}")]
    if not lists:
        return
    chosen = extra("terms", "act_type" if "act_type" in lists else lists[0], lists)
    st.session_state["terms_list"] = chosen
    st.selectbox(
        words("terms.choose"), lists, key="terms_list", format_func=lambda name: words(f"terms.{name}"), on_change=take_choice, args=("terms_list", "terms"),
    )  # fmt: skip
    terms = [words.term(chosen, code) for code in words.codes(chosen)]
    walks = [column for column in CROSSWALKS if any(term.get(column) not in {"", LOCAL, None} for term in terms)]
    head = [words("terms.term"), words("terms.meaning"), *(CROSSWALKS[column] for column in walks)]
    rows = [
        [
            words.label(chosen, term["code"]),
            _meaning(words, term),
            *(_walk(words, term[column]) for column in walks),
        ]
        for term in terms
    ]
    st.html(table_html(head, rows, text=tuple(range(1, len(head)))))
    if walks:
        say(words("terms.crosswalks"))


def _meaning(words: Words, term: Row) -> str:
    """What a term means, marked if it is not in the reader's language."""
    said = words.text(term, "definition")
    return (f"{said.words} ({words(f'text.in_{said.language}')})" if said.is_fallback else said.words) or words("terms.plain")


def _walk(words: Words, value: str) -> str:
    return words("terms.local") if value == LOCAL else value.replace(";", ", ") or "–"


# ── known holes ──────────────────────────────────────────────────────────────────────────────────
def known_holes(page: Page) -> None:
    """What the collection cannot say: what is missing from its rows, how much was looked at, what was corrected, what was left out."""
    words, bundle = page.words, page.bundle
    counts = library.coverage(bundle)
    whole = {"incidents": counts["incidents"], "sources": counts["sources"]}
    lines = [f"- {words(f'holes.{key}', n=n, total=whole[_OF[key]])}" for key, n in counts.items() if key in _OF and n]
    left, right = st.columns(2, gap="large")
    with left:
        sheet(f"### {words('holes.missing')}", "\n".join(lines) or words("holes.nothing"), words("holes.absence"))
        _looked(page)
        blocks = [f"### {words('holes.countries')}", words("holes.countries_note")]
        acts = select.index(bundle).frame["country"].astype(str).value_counts()
        sheet(*blocks, "\n".join(f"- {md(words.label('country', code))}: {words.number(int(n))}" for code, n in acts.items()))
    with right:
        sheet(*_corrections(page))
    if text := bundle.documents.get("left_out", ""):
        with st.expander(words("holes.left_out"), key="left_out"):
            st.markdown(_quiet(text))


_OF = {"open_date": "incidents", "no_place": "incidents", "one_source": "incidents", "no_kazakh": "incidents", "no_archive": "sources", "no_address": "sources", "not_whole": "sources"}  # fmt: skip


def _quiet(text: str) -> str:
    """A document of the bundle as Markdown without its first heading, its links as words: they lead to files, not to pages."""
    lines = [line for line in text.splitlines() if not line.startswith("# ")]
    lines = [f"**{line.lstrip('# ').strip()}**" if line.startswith("#") else line for line in lines]
    plain = "\n".join(lines)
    return _LINK.sub(r"\1", plain.replace("$", "\\$"))


def _looked(page: Page) -> None:
    """Sources by the year of their date beside incidents by year: more looking makes more records."""
    words = page.words
    years = library.by_year(page.bundle)
    years = years[years["year"] >= years["year"].max() - 25] if len(years) else years
    if years.empty:
        return
    blocks = []
    for column in ("sources", "incidents"):
        most = max(int(years[column].max()), 1)
        bars = "".join(
            f'<span title="{year}: {n}"><i{"" if column == "incidents" else " class=shared"} style="height:{100 * n / most:.1f}%"></i></span>'
            for year, n in zip(years["year"], years[column], strict=True)
        )
        ends = f"<p><span>{years['year'].iloc[0]}</span><span>{escape(words('holes.most', n=most))}</span><span>{years['year'].iloc[-1]}</span></p>"
        blocks.append(
            f'<figure><figcaption>{escape(words(f"holes.looked_{column}"))}</figcaption><div class="bars">{bars}</div>{ends}</figure>'
        )
        title, counts = words(f"holes.looked_{column}"), years[["year", column]].itertuples(index=False)
        columns = [charts.Column(int(year), float(n), words.number(int(n)), "") for year, n in counts]
        draw = partial(plates.years_drawing, columns, alt=title, missing="")
        keep(page, title, words("holes.looked"), int(years[column].sum()), draw, words("holes.looked_note"))
    st.html(f'<h3>{escape(words("holes.looked"))}</h3><div class="t-multiples">{"".join(blocks)}</div>')
    say(words("holes.looked_note"))


def _corrections(page: Page) -> list[str]:
    """What was changed and why, the newest first; records changed for one reason on one day are told together."""
    words, bundle = page.words, page.bundle
    rows = bundle["corrections"].sort_values("date", ascending=False, kind="stable")
    blocks = [f"### {words('holes.corrections', n=len(rows))}"] if len(rows) else []
    for _, same in rows.groupby(["date", "why_en", "why_ru", "why_kk"], sort=False):
        first, names = same.iloc[0].to_dict(), []
        for row in same.to_dict("records"):
            about = find(bundle, row["record_id"])
            norm = bundle.row("norms", row["record_id"])
            other = norm_line(words, norm) if norm is not None else row["record_id"]
            title = title_of(page, about[0], bundle.row(CARDS[about[0]], about[1])) if about else other
            old, new = (_value(page, row["field"], row[column]) for column in ("old_value", "new_value"))
            change = f" :gray[{md(brief(old, 40))} → {md(brief(new, 40))}]" if len(same) <= TOLD_ONE_BY_ONE and old and new else ""
            names.append((opens(page, row["record_id"], md(brief(title))) if about else md(title)) + change)
        blocks.append(box("t-gap", f"{', '.join(names)} :gray[({md(words.date(first['date']))})]", tell(words, words.text(first, "why"))))
    return blocks


def _value(page: Page, field: str, value: str) -> str:
    """What a corrected field held, in the reader's words: a date, a term, a place, coordinates; nothing for an id or for English elsewhere."""
    words = page.words
    if field == "period":
        return words.date(value)
    if value in words.codes(field):
        return words.label(field, value)
    if field == "position":
        return value
    if field == "place":
        places = page.bundle["places"]
        found = places.loc[places["name_en"] == value, "place_id"]
        return words.name("places", found.iloc[0]) if len(found) else ""
    return value if words.language == "en" and " " in value else ""


# ── codebook and licences ────────────────────────────────────────────────────────────────────────
def codebook(page: Page) -> None:
    """Every table: what a row is, how many, under which licence; the columns of one of them; whom the data are owed to."""
    words, bundle = page.words, page.bundle
    resources = list(bundle.schema["resources"])
    head = [words("counted.table"), words("codebook.row_is"), words("counted.rows"), words("codebook.licence")]
    rows = []
    for resource in resources:
        name = resource["name"]
        n = words.number(len(bundle[name])) if name in bundle.tables else "–"
        licence = ", ".join(
            str(one.get("title") or one.get("name", "")) for one in resource.get("licenses") or bundle.schema.get("licenses") or []
        )
        story = bundle.stories.get(name.removeprefix("story-"))
        called = words("codebook.story", title=in_language(story.titles, words)[0]) if story else table_name(bundle, words, name)
        rows.append([called, str(resource.get("title", "")), n, licence or words("codebook.no_licence")])
    st.html(table_html(head, rows, text=(1, 3)))
    say(words("codebook.note"))
    left, right = st.columns([1.4, 1], gap="large")
    with left:
        _columns(page)
    with right:
        _credits(page)


def _columns(page: Page) -> None:
    words, bundle = page.words, page.bundle
    names = [resource["name"] for resource in bundle.schema["resources"] if resource["name"] in bundle.tables]
    chosen = extra("columns_of", names[0], names)
    st.session_state["codebook_table"] = chosen
    st.subheader(words("codebook.columns"), anchor=False)
    st.selectbox(
        words("codebook.choose"), names, key="codebook_table", format_func=lambda name: table_name(bundle, words, name), on_change=take_choice, args=("codebook_table", "columns_of"),
    )  # fmt: skip
    fields = next(resource["schema"]["fields"] for resource in bundle.schema["resources"] if resource["name"] == chosen)
    head = [words("codebook.column"), words("codebook.holds"), words("codebook.must")]
    rows = [
        [field["name"], _holds(bundle, words, field), words("codebook.required") if field.get("constraints", {}).get("required") else ""]
        for field in fields
    ]
    st.html(table_html(head, rows, text=(1, 2)))
    st.download_button(
        words("codebook.csv"), lambda: codebook_csv(bundle, words), f"tamshy-{bundle.version}-codebook.csv", "text/csv", on_click="ignore"
    )


def _holds(bundle: Bundle, words: Words, field: Mapping[str, Any]) -> str:
    """What a column holds, in words; a list of terms that readers have no name for is named in the CSV alone."""
    if "vocabulary" in field:
        terms = f"terms.{field['vocabulary']}"
        kind = words("codebook.term", name=words(terms)) if words.has(terms) else words("codebook.listed")
    elif "references" in field:
        kind = words("codebook.id_of", name=table_name(bundle, words, field["references"]))
    else:
        known = (name for name in (field.get("meaning"), field["type"]) if name in _PLAIN)
        kind = words(f"codebook.{next(known, 'string')}")
    return words("codebook.several", kind=kind) if "separator" in field else kind


_PLAIN = ("edtf", "label", "text", "url", "record", "string", "integer", "number", "boolean")


def codebook_csv(bundle: Bundle, words: Words) -> bytes:
    """Every column of every table: what it holds, which list or table its values come from, whether it must be filled."""
    rows = [
        {
            "table": resource["name"],
            "column": field["name"],
            "type": field.get("meaning", field["type"]),
            "list": field.get("vocabulary", ""),
            "references": field.get("references", ""),
            "separator": field.get("separator", ""),
            "required": str(bool(field.get("constraints", {}).get("required"))).lower(),
        }
        for resource in bundle.schema["resources"]
        if resource["name"] in bundle.tables
        for field in resource["schema"]["fields"]
    ]
    return report.csv(pd.DataFrame(rows), bundle, words)


def _credits(page: Page) -> None:
    """Sources that come with terms of their own."""
    words = page.words
    owed = page.bundle["sources"]
    owed = owed[owed["licence"] != ""].sort_values(["publisher", "source_id"])
    blocks = [f"### {words('codebook.credits')}", words("codebook.credits_note")]
    for row in owed.to_dict("records"):
        blocks.append(
            box("t-gap", opens(page, row["source_id"], md(brief(row["title"], 110))), md(f"{row['publisher']}: {row['licence']}"))
        )
    sheet(*blocks)
