"""The Environment page: what it speaks of, figures over time that never mix units, the table beside each, the rows to take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from evidence import charts, plates, report, series
from evidence.model import Bundle, split
from evidence.series import Figure, Record
from evidence.ui.cards import card
from evidence.ui.filters import years_slider
from evidence.ui.page import Page, change, extra, opener, say, set_extra, speak, take_choice, tell_html
from evidence.ui.plates import keep
from evidence.ui.pressure import choose
from evidence.words import Words, brief, lower

SUBJECTS = ("flaring", "figures", "air", "event")
TOPICS = ("emissions", "fines", "accidents", "exceedances", "spending", "production")
LINES, BARS = 7, 40  # more on one figure cannot be told apart; the table has them all
COUNTED = 4  # letters of a unit that may stand in the name of what is counted; fewer are found in any word
DWARFED = 50  # one figure so many times the middle one leaves the others no bar to read
SHAPES = {"plan": "diamond", "limit_value": "diamond", "claim": "square"}


def choose_subject(page: Page) -> str:
    """Flaring, figures by topic, air, or an event beside its measurements."""
    with st.container(key="environment_show"):
        return choose(page, "show", SUBJECTS, SUBJECTS[0], texts="environment.show")


def period(page: Page) -> None:
    """Say that only some years are shown, with the way back to all."""
    since, until = page.selection.since, page.selection.until
    if since is None and until is None:
        return
    words = page.words
    said = words.date(f"{since.isoformat() if since else '..'}/{until.isoformat() if until else '..'}")
    with st.container(horizontal=True, vertical_alignment="center", key="environment_period"):
        say(words("environment.period", period=said))
        st.button(words("environment.period_all"), key="all_years", on_click=change, kwargs={"since": None, "until": None}, type="tertiary")


@contextmanager
def beside_the_card(page: Page) -> Iterator[None]:
    """The content, and at its right (on a phone: before it) the card of the record that was opened."""
    if page.picked is None:
        with st.container(key="environment"):
            yield
        return
    with st.container(key="environment_open"):
        left, right = st.columns([2.1, 1], gap="large")
    with right, st.container(key="card", gap="xsmall"):
        card(page, *page.picked)
    with left, st.container(key="environment"):
        yield


# ── figures by topic ─────────────────────────────────────────────────────────────────────────────
def figures_section(page: Page) -> None:
    """Emissions, fines, accidents, exceedances, spending: the topic's figures, by subject, each on an axis of its own."""
    words = page.words
    topic = _topic(page)
    everything = [row for row in series.records(page.bundle) if row["topic"] == topic]
    if not everything:
        st.info(words("figures.none"))
        return
    subject, unverified = _narrow(page, everything)
    _years(page, everything)
    asked = page.selection
    rows = [row for row in series.during(everything, asked.since, asked.until) if subject in ("", row["subject"])]
    shown = [row for row in rows if unverified or row["confidence"] != series.UNVERIFIED]
    if shown:
        _draw(page, shown)
    else:
        st.info(words("figures.none"))
    if len(shown) < len(rows):
        say(words("figures.hidden", n=len(rows) - len(shown)))
    measurements_download(page, shown, topic)


def _topic(page: Page) -> str:
    words = page.words
    st.session_state["topic"] = topic = extra("topic", TOPICS[0], TOPICS)
    st.pills(
        words("figures.topic"), TOPICS, format_func=lambda code: words.label("indicator_topic", code), key="topic", required=True,
        on_change=take_choice, args=("topic", "topic", TOPICS[0]), kwargs={"subject": ""}, wrap=True, label_visibility="collapsed",
    )  # fmt: skip
    return topic


def _narrow(page: Page, rows: Sequence[Record]) -> tuple[str, bool]:
    """Whose figures, and whether those not verified are shown too."""
    words = page.words
    sizes = Counter(row["subject"] for row in rows)
    names = subject_names(page.bundle, words.language)
    options = ["", *sorted(sizes, key=lambda key: (-sizes[key], names[key]))]
    st.session_state["subject"] = subject = extra("subject", "", options)
    with st.container(horizontal=True, vertical_alignment="bottom", key="figures_controls"):
        st.selectbox(
            words("figures.subject"), options, key="subject", width=460, on_change=take_choice, args=("subject", "subject"),
            format_func=lambda key: f"{brief(names[key], 70)} ({sizes[key]})" if key else words("figures.everybody", n=len(options) - 1),
        )  # fmt: skip
        return subject, unverified_too(page)


def unverified_too(page: Page) -> bool:
    """Whether the reader asks for what is not verified (grade C) as well."""
    st.session_state["unverified"] = asked = bool(extra("unverified"))
    st.toggle(page.words("figures.unverified"), key="unverified", on_change=_take_unverified)
    return asked


def _take_unverified() -> None:
    set_extra(unverified="1" if st.session_state["unverified"] else "")


def _years(page: Page, rows: Sequence[Record]) -> None:
    """The years of a topic as a range: the period of the link, as on other pages."""
    starts = [row["period_start"].year for row in rows if pd.notna(row["period_start"])]
    ends = [(row["period_end"] - pd.Timedelta(days=1)).year for row in rows if pd.notna(row["period_end"])]
    if not starts or not ends or min(starts) >= max(ends):
        return
    years_slider(page, page.words("filter.years"), min(starts), max(ends), key="figure_years")


@lru_cache(maxsize=6)
def subject_names(bundle: Bundle, language: str) -> Mapping[str, str]:
    """What a reader calls each subject of the measurements."""
    words = speak(bundle, language)
    return {row["subject"]: str(words.text(row, "subject")) for row in reversed(series.records(bundle))}


def _draw(page: Page, rows: Sequence[Record]) -> None:
    """The figures with more than one number, then the single ones and what is told in words, in one list."""
    words = page.words
    found = series.figures(rows)
    several = [figure for figure in found if len(figure.rows) > 1]
    lines = [_lines(page, figure) for figure in several if figure.is_line]
    bars = [_bars(page, figure) for figure in several if not figure.is_line]
    st.html("".join(lines) + (f'<div class="t-panels">{"".join(bars)}</div>' if bars else ""))
    rest = [row for figure in found if len(figure.rows) == 1 for row in figure.rows] + series.told(rows)
    if rest:
        head = words("figures.rest" if several else "figures.each", n=len(rest))
        told = "".join(single(page, row) for row in series.by_time(rest))
        st.html(f'<section class="t-figure-rows"><h2>{escape(head)}</h2><ul class="t-told">{told}</ul></section>')


def amount(row: Record, words: Words, *, unit: bool = True) -> str:
    """A measurement's number with its unit, or its words; a percentage keeps its sign close."""
    text = str(words.text(row, "value_text"))
    code = str(row["unit"])
    if text or pd.isna(row["value"]):
        return f"{text} {words.label('unit', code)}" if unit and text and code != "none" else text
    value = words.number(float(row["value"]))
    close = "" if code.startswith("percent") and words.language == "en" else "\u00a0"
    return f"{value}{close}{words.label('unit', code)}" if unit and code != "none" else value


def sentence(text: str) -> str:
    """A remark of the data as a sentence: a capital first, a full stop last."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?', '…')) else '.'}"


def short(value: float, words: Words) -> str:
    """A number for a figure: three digits that matter, whole where it is large."""
    size = abs(value)
    return words.number(value, 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2 if size >= 1 else 3)


def single(page: Page, row: Record) -> str:
    words = page.words
    kind, grade = str(row["kind"]), str(row["confidence"])
    marks = [words.label("measurement_kind", kind)] if kind != "actual" else []
    marks += [words.label("confidence", grade)] if grade == series.UNVERIFIED else []
    who = f"{tell_html(words, words.text(row, 'reporter'))}{''.join(f' · <em>{escape(mark)}</em>' for mark in marks)}"
    more = [sentence(tell_html(words, words.text(row, stem))) for stem in ("comparator", "note") if words.text(row, stem).words]
    figure = escape(amount(row, words))
    return (
        f"<li><p><b>{escape(words.label('indicator', str(row['indicator'])))}: {figure}</b><br>"
        f"{escape(str(words.text(row, 'subject')))}, {escape(words.date(row['period']))}</p>"
        f'<p class="t-small">{who}. {" ".join(more)} {sources_html(page, row["source_ids"])}</p></li>'
    )


# ── one figure ───────────────────────────────────────────────────────────────────────────────────
def _names(figure: Figure, words: Words) -> dict[str, str]:
    """A name for each series of a figure, as long as it must be to tell it from the others."""
    first = {key: rows[0] for key, rows in series.by_series(figure.rows).items()}
    subjects = Counter(row["subject"] for row in first.values())
    names = {}
    for key, row in first.items():
        parts = [str(words.text(row, "subject"))] if len(subjects) > 1 else []
        parts += [str(words.text(row, "reporter"))] if subjects[row["subject"]] > 1 or not parts else []
        parts += [lower(words.label("measurement_kind", row["kind"]))] if row["kind"] in series.PLANNED else []
        names[key] = ", ".join(parts)
    return names


def _lines(page: Page, figure: Figure) -> str:
    """Series over the years; a year without a figure stays empty, a plan stands apart."""
    words = page.words
    dated = [row for row in figure.rows if pd.notna(row["period_start"]) and pd.notna(row["period_end"])]
    groups = series.by_series(dated)
    shown = sorted(groups, key=lambda key: -len(groups[key]))[:LINES]
    first, last = min(years(row["period_start"]) for row in dated), max(years(row["period_end"]) for row in dated)
    names, unit = _names(figure, words), words.label("unit", figure.unit)
    lines = []
    for at, key in enumerate(shown):
        rows = groups[key]
        kind = rows[0]["kind"]
        marks = tuple(
            charts.Mark(
                (middle(row) - first) / (last - first), row["shown"], f"{names[key]}, {words.date(row['period'])}: {words.number(row['shown'])} {unit}",
                row["confidence"] == series.UNVERIFIED or kind in series.PLANNED, SHAPES.get(kind, "dot"),
            )
            for row in rows
        )  # fmt: skip
        lines.append(charts.Line(names[key], marks, tuple(map(tuple, series.runs(rows))), at % charts.COLOURS, kind == "estimate"))
    lead = _lead([groups[key] for key in shown])
    one, two = lead[0], lead[-1]
    moved = series.change(one["shown"], two["shown"])
    key = "line" if moved is None or abs(moved) <= 0.5 else "less" if moved < 0 else "more"
    title = words(
        f"figures.title_{key}", percent=words.number(abs(round(moved or 0))), who=str(words.text(two, "subject")), last=short(two["shown"], words), date=words.date(two["period"]),
        first=short(one["shown"], words), since=words.date(one["period"]),
    )  # fmt: skip
    alt = words("figures.alt", indicator=words.label("indicator", figure.indicator), n=len(dated), title=title)
    notes = [words("figures.more_lines", n=len(groups) - len(shown))] if len(groups) > len(shown) else []
    notes += [words("figures.gaps")] if any(len(line.runs) > 1 for line in lines) else []
    return panel(page, title, figure, charts.plot(lines, words, first=first, last=last, alt=alt), notes, lambda: plates.lines_drawing(lines, words, first=first, last=last, alt=alt))  # fmt: skip


def years(when: pd.Timestamp) -> float:
    """A day as a fraction of years."""
    return when.year + (when.dayofyear - 1) / (366 if when.is_leap_year else 365)


def middle(row: Record) -> float:
    """The middle of a row's period, as a fraction of years."""
    return (years(row["period_start"]) + years(row["period_end"])) / 2


def _lead(groups: Sequence[Sequence[Record]]) -> Sequence[Record]:
    """The series the title speaks of: the longest of those that reach the latest figures."""
    return max(groups, key=lambda rows: (len(rows) >= series.LINE_MINIMUM, rows[-1]["period_end"], len(rows)))


def _bars(page: Page, figure: Figure) -> str:
    """Dated figures one under another, each with who says so and what kind of figure it is."""
    words, rows = page.words, figure.rows
    several = len({row["subject"] for row in rows}) > 1
    bars = []
    for row in rows[:BARS]:
        kind = row["kind"]
        look = (
            "hollow" if row["confidence"] == series.UNVERIFIED else "plan" if kind in series.PLANNED else "claim" if kind == "claim" else ""
        )
        notes = [str(words.text(row, "subject"))] if several else []
        notes += [str(words.text(row, "reporter"))]
        notes += [lower(words.label("measurement_kind", kind))] if kind != "actual" else []
        bars.append(charts.Bar(words.date(row["period"]), row["shown"], short(row["shown"], words), " · ".join(notes), look))
    top = max(rows, key=lambda row: abs(row["shown"]))
    title = words(
        "figures.title_bars",
        n=len(rows),
        who=str(words.text(top, "subject")),
        most=short(top["shown"], words),
        date=words.date(top["period"]),
    )
    notes = [words("figures.more_bars", n=len(rows) - BARS)] if len(rows) > BARS else []
    sizes = sorted(abs(row["shown"]) for row in rows)
    notes += [words("figures.dwarfed")] if sizes[-1] > DWARFED * sizes[len(sizes) // 2] > 0 and several else []
    notes += [words("figures.negative")] if any(row["shown"] < 0 for row in rows) else []
    notes += [words("figures.exceedances")] if figure.indicator in {"exceedance_cases", "cases_high_pollution"} else []
    return panel(page, title, figure, charts.bars(bars, alt=f"{words.label('indicator', figure.indicator)}. {title}"), notes, lambda: plates.bars_drawing(bars, alt=title))  # fmt: skip


def panel(page: Page, title: str, figure: Figure, drawn: str, notes: Sequence[str], plate: Callable[[], Any]) -> str:
    """A figure as a newspaper prints it: the sentence, what it is in which unit, the drawing, whose numbers, the table."""
    words = page.words
    unit = words.label("unit", figure.unit)
    indicator = words.label("indicator", figure.indicator)
    # "Cases above the limit" are cases already.
    named = len(unit) >= COUNTED and f" {unit.lower()}" in f" {indicator.lower()}"
    what = indicator if named else words("figures.what", indicator=indicator, unit=unit)
    reporters = list(dict.fromkeys(str(words.text(row, "reporter")) for row in figure.rows))
    by = words("figures.by", who="; ".join(reporters))
    kinds = list(dict.fromkeys(row["kind"] for row in figure.rows if row["kind"] != "actual"))
    key = "; ".join(words(f"figures.key_{kind}") for kind in kinds if words.has(f"figures.key_{kind}"))
    said = " ".join([*notes, f"{key[:1].upper()}{key[1:]}." if key else ""]).strip()
    keep(page, title, what, len(figure.rows), plate, f"{by} {said}".strip())
    return (
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(what)}</p></figcaption>{drawn}'
        f'<p class="t-small">{escape(by)} {escape(said)}</p>{measurement_table(page, figure.rows, unit)}</figure>'
    )


# ── tables, sources, downloads ───────────────────────────────────────────────────────────────────
def sources_html(page: Page, cell: str, *, dated: bool = False, between: str = ", ") -> str:
    """The sources of a row, each a link that opens its card in this view; `dated`, with the day of each."""
    base, links = opener(page), []
    for key in split(cell):
        row = page.bundle.row("sources", key)
        if row is None:
            continue
        said = str(row["publisher"] or row["title"]) + (f", {page.words.date(row['date'])}" if dated and row["date"] else "")
        links.append(f'<a class="t-open" href="{escape(base + quote(key))}">{escape(said)}</a>')
    return between.join(links)


def claim_item(page: Page, row: Mapping[str, Any]) -> str:
    """What one source says of something that others tell differently, as an item of a list."""
    words = page.words
    when = f", {escape(words.date(row['as_of']))}" if row["as_of"] else ""
    who = tell_html(words, words.text(row, "asserted_by"))
    return (
        f'<li><p>{tell_html(words, words.text(row, "text"))}</p><p class="t-small">{escape(words.label("stance", str(row["stance"])))}: {who}{when}. '
        f"{sources_html(page, row['source_ids'])}</p></li>"
    )


def table(summary: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """The same as a table, folded away, as HTML; cells are HTML, `numbers` are the columns set to the right."""
    top = "".join(f'<th scope="col"{" class=num" if at in numbers else ""}>{escape(text)}</th>' for at, text in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{' class=num' if at in numbers else ''}>{cell}</td>" for at, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return (
        f'<details class="t-more"><summary>{escape(summary)}</summary><div class="t-scroll" tabindex="0" role="region" aria-label="{escape(summary)}"><table class="t-table t-rows"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def measurement_table(page: Page, rows: Sequence[Record], unit: str) -> str:
    """The rows of a figure: when, whose, how much, by whom, of which kind and grade, from which sources."""
    words = page.words
    head = [words(f"rows.{key}") for key in ("when", "subject", "value", "by", "kind", "grade", "sources")]
    head[2] = f"{head[2]}, {unit}"
    lines = []
    for row in rows:
        note = tell_html(words, words.text(row, "comparator"))
        note = f"<br><small>{note}</small>" if note else ""
        lines.append(
            (
                escape(words.date(row["period"])),
                escape(str(words.text(row, "subject"))),
                escape(words.number(float(row["shown"]))),
                tell_html(words, words.text(row, "reporter")) + note,
                escape(words.label("measurement_kind", str(row["kind"]))),
                escape(str(row["confidence"])),
                sources_html(page, row["source_ids"]),
            )
        )
    return table(words("rows.open", n=len(rows)), head, lines, numbers=(2,))


def rows_download(page: Page, table_name: str, keys: Iterable[str], name: str, label: str = "download.rows") -> None:
    """The rows of a table behind what is shown, as they are in the bundle, as CSV made when it is asked for."""
    words, bundle = page.words, page.bundle
    wanted = frozenset(keys)
    frame = bundle[table_name]
    st.download_button(
        words(label, n=len(wanted)), lambda: report.csv_file(bundle, report.rows_of(bundle, table_name, frame[frame.iloc[:, 0].isin(wanted)])), f"tamshy-{bundle.version}-{name}.csv", "text/csv",
        on_click="ignore", key=f"download_{name}",
    )  # fmt: skip


def measurements_download(page: Page, rows: Iterable[Record], name: str) -> None:
    """The same for measurements."""
    rows_download(page, "measurements", (row["measurement_id"] for row in rows), name)
