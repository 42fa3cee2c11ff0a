"""Air: who measured what where, days above a daily limit, a place's years on one averaging time a figure, the limits, the posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from html import escape

import pandas as pd
import streamlit as st

from evidence import air, charts, plates, posts, series
from evidence.model import Bundle
from evidence.series import Record
from evidence.ui.environment import SHAPES, middle, rows_download, short, single, sources_html, table, unverified_too, years
from evidence.ui.page import Page, extra, here, say, speak, take_choice, tell_html
from evidence.ui.plates import keep
from evidence.ui.posts import posts_section, rule_name
from evidence.words import Words, lower

UNIT = "ug_m3"


def air_section(page: Page) -> None:
    """The whole section, for the substance and the place of the link."""
    words, bundle = page.words, page.bundle
    readings, dense = air.readings(bundle), {one.pollutant for one in posts.measures(bundle, posts.known(bundle))}
    codes = [code for code in words.codes("pollutant") if code in dense or any(row["pollutant"] == code for row in readings)]
    if codes:
        pollutant, site, unverified = _controls(page, readings, codes)
        of_it = [row for row in readings if row["pollutant"] == pollutant]
        if of_it:
            _published(page, series.during(of_it, page.selection.since, page.selection.until), pollutant, site, unverified)
        posts_section(page, pollutant, unverified)
        _registry(page, pollutant, unverified)
    else:
        st.info(words("air.none"))
    _stations(page)
    _said(page)


def _published(page: Page, rows: Sequence[Record], pollutant: str, site: str, unverified: bool) -> None:
    """The figures of a substance that the bundle has as means of years and months, by place."""
    words = page.words
    if rows:
        _places(page, rows, pollutant, unverified)
        _place(page, [row for row in rows if row["site"] == site], pollutant, unverified)
    else:
        st.info(words("figures.none"))
    hidden = sum(row["confidence"] == series.UNVERIFIED for row in rows)
    if hidden and not unverified:
        say(words("air.hidden", n=hidden))
    rows_download(page, "air_readings", (row["measurement_id"] for row in rows), f"air-{pollutant}")


def usable(row: Record) -> bool:
    """True for a figure that is a reading and is verified."""
    return not row["constant"] and row["confidence"] != series.UNVERIFIED


def _controls(page: Page, readings: Sequence[Record], codes: Sequence[str]) -> tuple[str, str, bool]:
    """Which substance, which place (of those with published means), and whether what is not verified is shown."""
    words = page.words
    st.session_state["pollutant"] = pollutant = extra("pollutant", "no2" if "no2" in codes else codes[0], codes)
    names = site_names(page.bundle, words.language)
    sizes = {row["site"]: 0 for row in readings if row["pollutant"] == pollutant}
    for row in readings:
        if row["pollutant"] == pollutant:
            sizes[row["site"]] += usable(row)
    options = sorted(sizes, key=lambda key: (-sizes[key], names[key]))
    site = extra("site", air.first_site(row for row in readings if row["pollutant"] == pollutant), options) if options else ""
    st.session_state["site"] = site
    with st.container(horizontal=True, vertical_alignment="bottom", key="air_controls"):
        st.segmented_control(
            words("air.pollutant"), codes, format_func=lambda code: words.label("pollutant", code), key="pollutant", required=True, on_change=take_choice, args=("pollutant", "pollutant"), wrap=True
        )  # fmt: skip
        if options:
            st.selectbox(
                words("air.site"), options, format_func=names.get, key="site", width=320, on_change=take_choice, args=("site", "site")
            )
        unverified = unverified_too(page)
    return pollutant, site, unverified


@lru_cache(maxsize=6)
def site_names(bundle: Bundle, language: str) -> Mapping[str, str]:
    """What a reader calls each place with readings."""
    words = speak(bundle, language)
    return {row["site"]: str(words.text(row, "subject")) for row in air.readings(bundle)}


# ── all places ───────────────────────────────────────────────────────────────────────────────────
def _places(page: Page, rows: Sequence[Record], pollutant: str, unverified: bool) -> None:
    """Places by years: the share of days with a daily mean above the daily limit; where no daily limit exists, the mean and nothing else."""
    words = page.words
    yearly = [row for row in rows if row["averaging_time"] == air.YEAR]
    if not yearly:
        return
    names = site_names(page.bundle, words.language)
    verdicts = {
        row["period_start"].year: air.comparable(page.bundle, pollutant, air.DAY, UNIT, row["period_start"], row["period_end"], unverified)
        for row in yearly
    }
    years = sorted(verdicts)
    by_site: dict[str, dict[int, Record]] = {}
    for row in yearly:
        by_site.setdefault(row["site"], {})[row["period_start"].year] = row
    table_rows = [
        (
            f'<a class="t-open" href="{escape(here(page, site=site))}">{escape(names[site])}</a>',
            [_cell(page, by_site[site].get(year), verdicts[year], unverified) for year in years],
        )
        for site in sorted(by_site, key=names.get)
    ]
    sure = [(row, air.counted_against(row, verdicts[row["period_start"].year])) for row in yearly if usable(row)]
    label = words.label("pollutant", pollutant)
    counted = [(row, limit) for row, limit in sure if limit is not None and row["days_valid"] > 0]
    if counted:
        latest = max(row["period_start"].year for row, _ in counted)
        row, limit = max(
            ((row, limit) for row, limit in counted if row["period_start"].year == latest),
            key=lambda item: item[0]["days_above"] / item[0]["days_valid"],
        )
        title = words(
            "air.title_days", pollutant=label, place=names[row["site"]], n=words.number(int(row["days_above"])), of=words.count(int(row["days_valid"]), "day"),
            year=str(latest), whose=words.label("jurisdiction", limit.jurisdiction),
        )  # fmt: skip
        what = words("air.what_days", value=words.number(limit.value), unit=words.label("unit", UNIT), whose=words.label("jurisdiction", limit.jurisdiction), act=str(words.text(limit.row, "act")))  # fmt: skip
    else:
        title, what = words("air.title_no_limit", pollutant=label), words("air.what_mean", unit=words.label("unit", UNIT))
    why = _why(verdicts[years[-1]], air.DAY, pollutant, words)
    others = [limit for limit in verdicts[years[-1]].limits if not limit.binding]
    if others:
        why += " " + " ".join(words("air.recommends", whose=words.label("jurisdiction", limit.jurisdiction), value=words.number(limit.value), unit=words.label("unit", UNIT)) for limit in others)  # fmt: skip
    why += _later(verdicts, words)
    head, whose = [words("air.site"), *map(str, years)], words("figures.by", who=str(words.text(yearly[0], "reporter")))
    licence = words("plate.readings_licence")
    keep(
        page,
        title,
        what,
        len(yearly),
        lambda: plates.shares_drawing(head, table_rows, alt=title),
        f"{why} {words('air.peaks')} {whose}".strip(),
        licence,
    )
    st.html(
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(what)}</p></figcaption>'
        f"{charts.shares(head, table_rows, caption=title)}"
        f'<p class="t-small">{escape(why)} {escape(words("air.peaks"))} {_credit(page, yearly)}</p></figure>'
    )


def _cell(page: Page, row: Record | None, verdict: air.Verdict, unverified: bool) -> charts.Cell:
    words = page.words
    if row is None:
        return charts.Cell(None, words("air.no_row"), "none")
    covered = words("air.days", n=int(row["days_valid"]), of=int(row["expected"]))
    if row["constant"]:
        return charts.Cell(
            None, words("air.constant"), "constant", f"{words('air.constant_why', value=words.number(row['value']))} {covered}"
        )
    poor = row["confidence"] == series.UNVERIFIED
    if poor and not unverified:
        return charts.Cell(None, words("air.poor"), "none", str(words.text(row, "note")))
    note = f"{words('air.mean')}: {words.number(row['value'])}; {words('air.highest')}: {words.number(row['highest_day'])}; {covered}"
    limit = air.counted_against(row, verdict)
    if limit is None or not row["days_valid"]:
        return charts.Cell(
            None,
            words("air.mean_of_days", value=float(row["value"]), n=int(row["days_valid"]), of=int(row["expected"])),
            "hollow" if poor else "",
            note,
        )
    share = row["days_above"] / row["days_valid"]
    return charts.Cell(share, words("air.n_of_days", n=int(row["days_above"]), of=int(row["days_valid"])), "hollow" if poor else "", note)


def _later(verdicts: Mapping[int, air.Verdict], words: Words) -> str:
    """Years whose days are held against a limit that began within them."""
    begun = {
        (year, limit.row["valid_from"])
        for year, verdict in verdicts.items()
        for limit in verdict.limits
        if limit.binding and pd.notna(limit.row["valid_from_start"]) and limit.row["valid_from_start"] > pd.Timestamp(year, 1, 1)
    }
    return "".join(" " + words("air.limit_later", date=words.date(since), year=str(year)) for year, since in sorted(begun))


def _why(verdict: air.Verdict, averaging: str, pollutant: str, words: Words) -> str:
    """Why a figure is compared with nothing; empty where it is compared."""
    if not verdict.why:
        return ""
    others = words.all_of(lower(words.label("averaging_time", code)) for code in verdict.others)
    return words(
        f"air.why_{verdict.why}",
        pollutant=words.label("pollutant", pollutant),
        averaging=lower(words.label("averaging_time", averaging)),
        others=others,
    )


def _credit(page: Page, rows: Sequence[Record]) -> str:
    """Whose data, under which licence terms, with the way to the source."""
    words = page.words
    return f"{escape(words('figures.by', who=str(words.text(rows[0], 'reporter'))))} {sources_html(page, rows[0]['source_ids'])}"


# ── one place ────────────────────────────────────────────────────────────────────────────────────
def _place(page: Page, rows: Sequence[Record], pollutant: str, unverified: bool) -> None:
    """A place's figures, those of one averaging time on one axis, with the limits of that same time and no others."""
    yearly = [row for row in rows if row["averaging_time"] == air.YEAR]
    monthly = [row for row in rows if row["averaging_time"] == air.MONTH]
    panels = [(air.YEAR, "value", yearly), (air.DAY, "highest_day", yearly), (air.MONTH, "value", monthly)]
    drawn = [_panel(page, whole, averaging, column, pollutant, unverified) for averaging, column, whole in panels if whole]
    if drawn:
        st.html(f'<div class="t-panels">{"".join(drawn)}</div>')


def _panel(page: Page, whole: Sequence[Record], averaging: str, column: str, pollutant: str, unverified: bool) -> str:
    words = page.words
    name = site_names(page.bundle, words.language)[whole[0]["site"]]
    shown = [row for row in whole if usable(row) or (unverified and not row["constant"])]
    first, last = years(min(row["period_start"] for row in whole)), years(max(row["period_end"] for row in whole))
    verdict = air.comparable(
        page.bundle,
        pollutant,
        averaging,
        UNIT,
        max(row["period_start"] for row in whole),
        max(row["period_end"] for row in whole),
        unverified,
    )
    unit = words.label("unit", UNIT)
    marks = tuple(
        charts.Mark(
            (middle(row) - first) / (last - first), float(row[column]),
            f"{words.date(row['period'])}: {words.number(row[column])} {unit}; {words('air.days', n=int(row['days_valid']), of=int(row['expected']))}",
            row["confidence"] == series.UNVERIFIED, SHAPES.get(row["kind"], "dot"),
        )
        for row in shown
    )  # fmt: skip
    # The highest days of two years are not neighbours in time: no line joins them.
    runs = tuple(map(tuple, series.runs(shown))) if column == "value" else tuple((at,) for at in range(len(marks)))
    rules = [
        charts.Rule(
            limit.value, rule_name(words, limit), limit.binding, str(limit.row["confidence"]) == series.UNVERIFIED
        )
        for limit in verdict.limits
    ]  # fmt: skip
    label = words.label("pollutant", pollutant)
    what = words(f"air.panel_{averaging}", unit=unit)
    if marks:
        top = max(marks, key=lambda mark: mark.value)
        title = words("air.panel_title", place=name, most=short(top.value, words), date=words.date(shown[marks.index(top)]["period"]))
        alt, curves = f"{label}. {what}. {title}", [charts.Line("", marks, runs)]
        drawn = charts.plot(curves, words, first=first, last=last, alt=alt, rules=rules)
    else:
        title, drawn = words("air.panel_none", place=name), ""
    constant = [row for row in whole if row["constant"]]
    notes = [_why(verdict, averaging, pollutant, words)]
    if constant:
        dates = words.all_of(words.date(row["period"]) for row in constant)
        notes.append(words("air.constant_years", years=dates, value=words.number(float(constant[0]["value"]))))
    notes.append(words("air.coverage", n=sum(int(row["days_valid"]) for row in whole), of=sum(int(row["expected"]) for row in whole)))
    notes += [words("figures.gaps")] if len(runs) > 1 and column == "value" else []
    for limit in verdict.limits:
        if limit.row["valid_from"] and limit.row["valid_from_start"] > whole[0]["period_start"]:
            notes.append(
                words("air.since", whose=words.label("jurisdiction", limit.jurisdiction), date=words.date(limit.row["valid_from"]))
            )
    if marks:
        told = " ".join(part for part in notes if part)
        draw = partial(plates.lines_drawing, curves, words, first=first, last=last, alt=alt, rules=rules)
        keep(page, title, f"{label}: {what}", len(marks), draw, told, words("plate.readings_licence"))
    head = [words("rows.when"), f"{words('rows.value')}, {unit}", words("air.coverage_head"), words("rows.grade"), words("rows.note")]
    lines = [
        (
            escape(words.date(row["period"])), escape(words("air.constant") if row["constant"] else words.number(row[column])),
            escape(words("air.days", n=int(row["days_valid"]), of=int(row["expected"]))), escape(str(row["confidence"])), tell_html(words, words.text(row, "note")),
        )
        for row in whole
        if row["constant"] or unverified or usable(row)
    ]  # fmt: skip
    return (
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(f"{label}: {what}")}</p></figcaption>{drawn}'
        f'<p class="t-small">{escape(" ".join(note for note in notes if note))}</p>{table(words("rows.open", n=len(lines)), head, lines, numbers=(1,))}</figure>'
    )


# ── limits, posts, statements ────────────────────────────────────────────────────────────────────
def _registry(page: Page, pollutant: str, unverified: bool) -> None:
    """Every limit with its averaging time, whose it is and whether it binds: the chosen substance first."""
    words = page.words
    order = {code: at for at, code in enumerate([pollutant, *(code for code in words.codes("pollutant") if code != pollutant)])}
    times = {code: at for at, code in enumerate(words.codes("averaging_time"))}
    rows = [row for row in air.registry(page.bundle) if unverified or row["confidence"] != series.UNVERIFIED]
    rows.sort(key=lambda row: (order.get(str(row["pollutant"]), 99), times.get(str(row["averaging_time"]), 99), row["limit_id"]))
    lines = []
    for row in rows:
        unit = str(row["unit"])
        figure = (
            words.number(row["shown"])
            if pd.notna(row["shown"])
            else f"{words.number(row['value'])} {words.label('unit', unit)}"
            if pd.notna(row["value"])
            else words("air.no_value")
        )
        whose = str(row["jurisdiction"])
        binds = words("air.recommendation" if whose in air.GUIDELINES else "air.law")
        dates = words.date(f"{row['valid_from']}/{row['valid_to'] or '..'}") if row["valid_from"] else ""
        note = tell_html(words, words.text(row, "note"))
        lines.append(
            (
                escape(words.label("pollutant", str(row["pollutant"]))), escape(words.label("averaging_time", str(row["averaging_time"]))), escape(figure),
                f"{escape(words.label('jurisdiction', whose))}, {escape(binds)}", escape(dates),
                f"{tell_html(words, words.text(row, 'act'))}{f'<br><small>{note}</small>' if note else ''} {sources_html(page, row['source_ids'])}", escape(str(row["confidence"])),
            )
        )  # fmt: skip
    head = [words("air.pollutant"), words("air.averaging"), words("air.limit", unit=words.label("unit", UNIT)), words("air.whose"), words("air.in_force"), words("air.act"), words("rows.grade")]  # fmt: skip
    st.html(
        f'<section class="t-figure-rows"><h2>{escape(words("air.limits"))}</h2><p class="t-small">{escape(words("air.limits_note"))}</p>'
        f"{table(words('air.limits_open', n=len(lines)), head, lines, numbers=(2,))}</section>"
    )


def _stations(page: Page) -> None:
    """The posts: whose, whether they work, and what is on record from their place."""
    words, bundle = page.words, page.bundle
    posts = bundle["stations"]
    if posts.empty:
        return
    measured = {
        site: "; ".join(f"{words.label('pollutant', code)} {first}–{last}" for code, (first, last) in spans.items())
        for site, spans in air.measured(bundle).items()
    }
    lines = []
    for row in posts.to_dict("records"):
        listed = words("card.as_of", date=words.date(row["listed"])) if row["listed"] else ""
        lines.append(
            (
                f'<a class="t-open" href="{escape(here(page, id=row["station_id"]))}">{escape(words.name("stations", row["station_id"]))}</a>',
                escape(words.name("places", row["place_id"]) if row["place_id"] else ""), escape(words.label("station_kind", str(row["kind"]))),
                escape(f"{words.label('station_active', str(row['active']))} {listed}".strip()), escape(measured.get(row["place_id"], "") or words("air.nothing_read")),
                tell_html(words, words.text(row, "note")),
            )
        )  # fmt: skip
    head = [words(f"air.post_{name}") for name in ("name", "place", "kind", "active", "measured")] + [words("rows.note")]
    located = int(posts["lat"].notna().sum())
    st.html(
        f'<section class="t-figure-rows"><h2>{escape(words("air.posts", n=len(posts), located=located))}</h2><p class="t-small">{escape(words("air.posts_note"))}</p>'
        f"{table(words('rows.open', n=len(lines)), head, lines)}</section>"
    )
    rows_download(page, "stations", posts["station_id"], "stations")


def _said(page: Page) -> None:
    """What companies and the state say of their own monitoring."""
    words = page.words
    rows = series.by_time(row for row in series.records(page.bundle) if row["topic"] == "monitoring")
    if not rows:
        return
    told = "".join(single(page, row) for row in rows)
    st.html(
        f'<section class="t-figure-rows"><h2>{escape(words("air.said"))}</h2><details class="t-more"><summary>{escape(words("rows.open", n=len(rows)))}</summary>'
        f'<ul class="t-told">{told}</ul></details></section>'
    )
