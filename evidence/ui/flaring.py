"""Flaring: a country's or an area's years by whoever counts them, what companies say beside it, the areas ranked, the stacks on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from urllib.parse import quote

import pandas as pd
import streamlit as st

from evidence import charts, flaring, observations, plates, series
from evidence.model import Bundle
from evidence.ui.environment import amount, claim_item, measurements_download, rows_download, short, sources_html, table
from evidence.ui.figures import flare_map
from evidence.ui.filters import years_slider
from evidence.ui.page import Page, extra, here, opener, speak, take_choice, tell_html
from evidence.ui.plates import flares_plate, keep
from evidence.words import Words, brief, lower

UNIT = "mm3_year"
STACKS = 60  # in the table; the download has all


def flaring_section(page: Page) -> None:
    """The whole section, for the country or area and the year of the link."""
    words, bundle = page.words, page.bundle
    countries, years = flaring.countries(bundle), flaring.years(bundle)
    if not countries and not years:
        st.info(words("flaring.none"))
        return
    key, year = _controls(page, years)
    if key in countries:
        _country(page, key, year)
    else:
        _area(page, key, year)
    if not years:
        return
    _year(page, years, year)
    left, right = st.columns([1.12, 1], gap="large")
    with left:
        _ranking(page, key, year)
    with right:
        _map(page, key, year)
    _stacks(page, key, year)


# ── what is asked for ────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=6)
def _options(bundle: Bundle, language: str) -> Mapping[str, str]:
    """Countries, then areas by what they flared in all, then what is drawn for comparison: key and name."""
    words = speak(bundle, language)
    names = {
        key: str(words.text(rows[0], "subject"))
        for key, rows in sorted(flaring.countries(bundle).items(), key=lambda item: (-len(item[1]), item[0]))
    }
    table, areas = flaring.by_area(bundle), flaring.areas(bundle)
    sums = table.groupby("area")["volume"].sum()
    order = sorted(sums.index, key=lambda key: (areas[key].background, not areas[key].assigned, -sums[key]))
    return names | {key: _name(areas[key], words) for key in order}


def _name(area: flaring.Area, words: Words) -> str:
    return str(words.text(area.row, "area")) or words("flare.unassigned")


def _controls(page: Page, years: tuple[int, ...]) -> tuple[str, int]:
    """Which country or area, and which years of it; and the year that the ranking and the map below show."""
    words = page.words
    names = _options(page.bundle, words.language)
    options = list(names)
    st.session_state["area"] = key = extra("area", options[0], options)
    asked = extra("year")
    year = int(asked) if asked.isdigit() and int(asked) in years else years[-1] if years else 0
    with st.container(horizontal=True, vertical_alignment="bottom", key="flaring_controls"):
        st.selectbox(
            words("flaring.area"),
            options,
            format_func=lambda code: brief(names[code], 70),
            key="area",
            width=420,
            on_change=take_choice,
            args=("area", "area", options[0]),
        )
        first, last = _extent(page.bundle, observations.about(page.bundle.path, "detection"))
        if first < last:
            years_slider(page, words("flaring.years"), first, last, key="flaring_years", width=420)
    return key, year


def _year(page: Page, years: tuple[int, ...], year: int) -> None:
    """The year of the ranking and the map, chosen or played."""
    if len(years) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="flaring_year"):
        st.session_state["flare_year"] = year
        st.slider(
            page.words("flaring.year"),
            years[0],
            years[-1],
            key="flare_year",
            width=420,
            on_change=take_choice,
            args=("flare_year", "year", str(years[-1])),
        )
        st.html(_player(page, years), width="content")


def _player(page: Page, years: tuple[int, ...]) -> str:
    """A button that asks for one year after another (boot.js); who wants no motion goes on by one year a press."""
    words = page.words
    texts = "".join(f'<span class="{name}">{escape(words(f"flaring.{name}"))}</span>' for name in ("play", "stop", "next"))
    return f'<div class="t-play"><button type="button" data-play="{escape(here(page, year="YEAR"))}" data-years="{years[0]} {years[-1]}">{texts}</button></div>'


@lru_cache(maxsize=4)
def _extent(bundle: Bundle, seen: observations.Known | None) -> tuple[int, int]:
    """The first and the last year of anything shown here: countries, flares, heat spots."""
    starts = [row["period_start"].year for rows in flaring.countries(bundle).values() for row in rows]
    ends = [(row["period_end"] - pd.Timedelta(days=1)).year for rows in flaring.countries(bundle).values() for row in rows]
    known = [*starts, *ends, *flaring.years(bundle), *([seen.since.year, seen.until.year] if seen else [])]
    return (min(known), max(known)) if known else (0, 0)


# ── a country ────────────────────────────────────────────────────────────────────────────────────
def _country(page: Page, key: str, year: int) -> None:
    """Satellite beside statistics: did it fall, and by whose numbers."""
    words = page.words
    rows = series.during(flaring.countries(page.bundle)[key], page.selection.since, page.selection.until)
    if not rows:
        st.info(words("flaring.none_period"))
        return
    unit, rows = series.in_unit(rows)
    groups = series.by_series(rows)
    main = max(groups, key=lambda name: len(groups[name]))
    lead, who = groups[main], str(words.text(groups[main][0], "reporter"))
    name = str(words.text(lead[0], "subject"))
    _title(page, name, [row["shown"] for row in lead], [row["period"] for row in lead], who, unit)
    others: dict[int, list[charts.Mark]] = {}
    for row in rows:
        if row["series"] != main:
            title = f"{words.text(row, 'reporter')}, {words.date(row['period'])}: {words.number(row['shown'])}"
            others.setdefault(row["period_start"].year, []).append(charts.Mark(0.5, row["shown"], title, shape="diamond"))
    known = {row["period_start"].year: row["shown"] for row in lead}
    span = range(min([*known, *others]), max([*known, *others]) + 1)
    link = here(page, year="YEAR")
    columns = [_column(page, at, known.get(at), year, link, tuple(others.get(at, ()))) for at in span]
    alt = words("flaring.alt", name=name, since=str(span[0]), until=str(span[-1]), n=len(known))
    what = words("figures.what", indicator=words.label("indicator", flaring.VOLUME), unit=words.label("unit", unit))
    told = f"{words('figures.by', who=who)} {words('flaring.diamonds') if others else ''}".strip()
    missing = words("flaring.missing")
    keep(page, f"{name}, {span[0]}–{span[-1]}", what, len(rows), lambda: plates.years_drawing(columns, alt=alt, missing=missing), told)
    figure = (
        f'<figure class="t-figure-rows"><figcaption><p>{escape(what)}</p></figcaption>{charts.columns(columns, alt=alt, missing=missing)}'
        f'<p class="t-small">{escape(told)}</p>{_whose(page, rows, main, unit)}</figure>'
    )
    assets = tuple(area.asset for area in flaring.areas(page.bundle).values() if area.asset and not area.background)
    # One piece of HTML: a browser draws it in a fraction of the time that columns with parts of their own take.
    st.html(f'<div class="t-two">{figure}{_statements(page, assets, name)}</div>')
    measurements_download(page, rows, f"flaring-{key}")


def _column(
    page: Page, at: int, value: float | None, year: int, link: str, others: tuple[charts.Mark, ...] = (), note: str = ""
) -> charts.Column:
    """A year as a column; `link` is the address of any of them."""
    words = page.words
    text = "" if value is None else short(value, words)
    title = f"{at}: {words('flaring.missing') if value is None else words.number(value)}{note}"
    return charts.Column(
        at, value, text, title, link.replace("YEAR", str(at)) if at in flaring.years(page.bundle) else "", at == year, others
    )


def _title(page: Page, name: str, values: Sequence[float], periods: Sequence[str], who: str, unit: str) -> None:
    """The first and the last year in a sentence, with who counted."""
    words = page.words
    first, last = float(values[0]), float(values[-1])
    moved = series.change(first, last)
    key = (
        "flaring.title_none"
        if moved is None or len(values) < 2
        else "flaring.title_less"
        if moved < -0.5
        else "flaring.title_more"
        if moved > 0.5
        else "flaring.title_same"
    )
    st.subheader(
        words(
            key, name=name, who=brief(who, 60), percent=words.number(abs(round(moved or 0))), last=short(last, words), first=short(first, words),
            year=words.date(periods[-1]), since=words.date(periods[0]), unit=words.label("unit", unit),
        ),
        anchor=False,
    )  # fmt: skip


def _whose(page: Page, rows: Sequence[series.Record], main: str, unit: str) -> str:
    """By whose numbers: each who counts, from when to when, the first and the last figure; then every figure."""
    words = page.words
    groups: dict[str, list[series.Record]] = {}
    for row in rows:
        groups.setdefault(str(words.text(row, "reporter")), []).append(row)
    lines = []
    for name, group in groups.items():
        one, two, several = group[0], group[-1], len(group) > 1
        moved = series.change(one["shown"], two["shown"])
        span = (
            words("date.span", since=words.date(one["period"]), until=words.date(two["period"])) if several else words.date(one["period"])
        )
        change = (
            f"{'+' if moved > 0 else '−' if moved < 0 else ''}{words.number(abs(round(moved)))} %" if several and moved is not None else ""
        )
        look = " class=main" if any(row["series"] == main for row in group) else ""
        cells = (span, short(one["shown"], words), short(two["shown"], words) if several else "", change)
        lines.append(f'<tr{look}><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>')
    head = "".join(f'<th scope="col">{escape(words(f"flaring.head_{key}"))}</th>' for key in ("who", "years", "first", "last", "change"))
    every = table(
        words("rows.open", n=len(rows)), [words("rows.when"), f"{words('rows.value')}, {words.label('unit', unit)}", words("rows.by"), words("rows.grade"), words("rows.sources")],
        [
            (escape(words.date(row["period"])), escape(words.number(row["shown"])), tell_html(words, words.text(row, "reporter")), escape(row["confidence"]), sources_html(page, row["source_ids"]))
            for row in sorted(rows, key=lambda row: (row["period_start"], row["series"]))
        ],
        numbers=(1,),
    )  # fmt: skip
    return (
        f'<div class="t-scroll" tabindex="0" role="region" aria-label="{escape(words("flaring.whose"))}"><table class="t-table t-whose"><caption>{escape(words("flaring.whose"))}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>{every}"
    )


# ── an area ──────────────────────────────────────────────────────────────────────────────────────
def _area(page: Page, key: str, year: int) -> None:
    """The satellite's years of an area beside what its company and the authorities say."""
    words, bundle = page.words, page.bundle
    area = flaring.areas(bundle)[key]
    rows = flaring.by_area(bundle)
    rows = rows[rows["area"] == key].sort_values("year")
    since, until = page.selection.since, page.selection.until
    rows = rows[(rows["year"] >= (since.year if since else 0)) & (rows["year"] <= (until.year if until else 9999))]
    if rows.empty:
        st.info(words("flaring.none_period"))
        return
    name = _name(area, words)
    _title(page, name, rows["volume"].tolist(), [str(at) for at in rows["year"]], words("flaring.satellite"), UNIT)
    link = here(page, year="YEAR")
    columns = [
        _column(page, int(row.year), float(row.volume), year, link, note=f" ({words.count(int(row.n), 'flare')})")
        for row in rows.itertuples()
    ]
    alt = words("flaring.alt", name=name, since=str(columns[0].year), until=str(columns[-1].year), n=len(columns))
    notes = [words("flaring.sum_note"), words("flaring.zero") if (rows["volume"] == 0).any() else "", _assignment(area, words)]
    lines = [(str(row.year), escape(words.number(float(row.volume), 1)), str(row.n)) for row in rows.itertuples()]
    drawn = charts.columns(columns, alt=alt, missing=words("flaring.missing"), hollow=area.grade == series.UNVERIFIED)
    what = words("figures.what", indicator=words.label("indicator", flaring.VOLUME), unit=words.label("unit", UNIT))
    hollow, told = area.grade == series.UNVERIFIED, " ".join(note for note in notes if note)
    keep(
        page,
        f"{name}, {columns[0].year}–{columns[-1].year}",
        what,
        len(columns),
        lambda: plates.years_drawing(columns, alt=alt, missing=words("flaring.missing"), hollow=hollow),
        told,
    )
    full = table(
        words("rows.open", n=len(lines)),
        [words("flare.year"), f"{words('rows.value')}, {words.label('unit', UNIT)}", words("flaring.listed")],
        lines,
        numbers=(1, 2),
    )
    figure = (
        f'<figure class="t-figure-rows"><figcaption><p>{escape(what)}</p></figcaption>{drawn}'
        f'<p class="t-small">{escape(told)} {sources_html(page, area.row["source_ids"])}</p>{full}</figure>'
    )
    st.html(f'<div class="t-two">{figure}{_statements(page, (area.asset,) if area.asset else (), name)}</div>')


def _assignment(area: flaring.Area, words: Words) -> str:
    if not area.assigned:
        return ""
    return words("flaring.assigned", grade=area.grade, basis=lower(words.label("assignment_basis", str(area.row["assignment_basis"]))))


def _statements(page: Page, assets: tuple[str, ...], name: str) -> str:
    """What others than the satellite say, each with who says it and when; what stands against it beside."""
    words, bundle = page.words, page.bundle
    rows = series.during(flaring.statements(bundle, assets) if assets else (), page.selection.since, page.selection.until)
    said = [f"<h2>{escape(words('flaring.said', name=name))}</h2>"]
    if not rows:
        said.append(f"<p>{escape(words('flaring.said_none'))}</p>")
    several = len({row["subject"] for row in rows}) > 1
    items = []
    for row in rows:
        kind = str(row["kind"])
        mark = f" · <em>{escape(lower(words.label('measurement_kind', kind)))}</em>" if kind in series.PLANNED else ""
        whose = f"{escape(brief(str(words.text(row, 'subject')), 60))}. " if several else ""
        items.append(
            f"<li><p><b>{escape(words.label('indicator', str(row['indicator'])))}: {escape(amount(row, words))}</b>, {escape(words.date(row['period']))}</p>"
            f'<p class="t-small">{whose}{tell_html(words, words.text(row, "reporter"))}{mark}. {sources_html(page, row["source_ids"])}</p></li>'
        )
    short_list, more = items[:5], items[5:]
    said.append(f'<ul class="t-told">{"".join(short_list)}</ul>')
    if more:
        said.append(
            f'<details class="t-more"><summary>{escape(words("flaring.said_more", n=len(more)))}</summary><ul class="t-told">{"".join(more)}</ul></details>'
        )
    claims = flaring.accounts(bundle, frozenset(row["measurement_id"] for row in rows))
    if claims:
        told = "".join(claim_item(page, row) for row in claims)
        said.append(
            f'<details class="t-more"><summary>{escape(words("flaring.accounts", n=len(claims)))}</summary><ul class="t-told">{told}</ul></details>'
        )
    return f'<section class="t-figure-rows">{"".join(said)}</section>'


# ── areas and stacks ─────────────────────────────────────────────────────────────────────────────
def _ranking(page: Page, chosen: str, year: int) -> None:
    """The areas of a year: the known ones ranked, then the rest, then what lies across the border, in grey."""
    words = page.words
    areas = flaring.areas(page.bundle)
    rows = flaring.ranking(page.bundle, year)
    bars, link = [], here(page, area="AREA")
    for row in rows.itertuples():
        area = areas[row.area]
        notes = [words.count(int(row.n), "flare")]
        if area.background:
            notes.append(words("flaring.background"))
        elif area.assigned:
            notes.append(words("flaring.grade", grade=area.grade))
        look = "quiet" if area.background or not area.assigned else "hollow" if area.grade == series.UNVERIFIED else ""
        bars.append(
            charts.Bar(
                _name(area, words),
                float(row.volume),
                short(float(row.volume), words),
                " · ".join(notes),
                look,
                link.replace("AREA", quote(row.area)),
                row.area == chosen,
            )
        )
    known = [row for row in rows.itertuples() if row.place == 0]
    if known and known[0].volume > 0:
        sure = areas[known[0].area].grade != series.UNVERIFIED
        title = words(
            "flaring.rank_title" if sure else "flaring.rank_title_unverified",
            name=_name(areas[known[0].area], words),
            year=str(year),
            volume=short(float(known[0].volume), words),
        )
    else:
        title = words("flaring.rank_none", year=str(year))
    what = words("figures.what", indicator=words("flaring.by_area", year=str(year)), unit=words.label("unit", UNIT))
    keep(page, title, what, len(bars), lambda: plates.bars_drawing(bars, alt=title), words("flaring.rank_note"))
    st.html(
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(what)}</p></figcaption>{charts.bars(bars, alt=title)}'
        f'<p class="t-small">{escape(words("flaring.rank_note"))}</p></figure>'
    )


def _map(page: Page, key: str, year: int) -> None:
    """The stacks of a year: an area of the disc by its volume, filled if lasting."""
    words = page.words
    look = None
    if key in flaring.areas(page.bundle):
        spots = flaring.stacks(page.bundle, key, year)
        shown = spots[spots["volume"].notna()] if spots["volume"].notna().any() else spots
        look = {"key": f"area:{key}", "at": [float(shown["lat"].mean()), float(shown["lon"].mean())], "zoom": _zoom(shown)}
    listed = int(flaring.ranking(page.bundle, year)["n"].sum())
    title, note = words("flaring.map_title", n=listed, year=str(year)), words("flaring.map_note", years=flaring.LASTING_YEARS)
    st.html(f'<section class="t-figure-rows t-above"><h2>{escape(title)}</h2><p class="t-small">{escape(note)}</p></section>')
    flare_map(page, years=(year, year), key="flare_map", look=look, height=520)
    unit = words("plate.unit_flares", unit=words.label("unit", UNIT))
    keep(page, title, unit, listed, flares_plate(page, year), note, words("map.credit"))


def _zoom(spots: pd.DataFrame) -> int:
    """How close the map may come and still hold these points."""
    span = max(float(spots["lat"].max() - spots["lat"].min()), float(spots["lon"].max() - spots["lon"].min()) / 1.5)
    return 9 if span < 0.8 else 8 if span < 1.6 else 7 if span < 3 else 5


def _stacks(page: Page, key: str, year: int) -> None:
    """The stacks of the area as a table, each opening its card; their rows to take away."""
    words, bundle = page.words, page.bundle
    if key not in flaring.areas(bundle):
        return
    rows = flaring.stacks(bundle, key, year)
    lines, link = [], opener(page)
    for row in rows.head(STACKS).to_dict("records"):
        frequency = row["detection_frequency_percent"]
        near = f"{escape(row['nearest_settlement'])}, {escape(words.number(row['nearest_settlement_km'], 1))} km" if row["nearest_settlement"] and pd.notna(row["nearest_settlement_km"]) else ""  # fmt: skip
        lines.append(
            (
                f'<a class="t-open" href="{escape(link + row["flare_id"])}">{escape(words("flare.title", id=row["flare_id"]))}</a>',
                escape(words.number(row["volume"], 1)) if pd.notna(row["volume"]) else escape(words("flaring.not_listed")),
                f"{row['years']}", f"{row['first_year']}–{row['last_year']}", escape(words("flaring.lasting" if row["lasting"] else "flaring.short")),
                f"{escape(words.number(frequency, 0))} %" if pd.notna(frequency) else "", near,
            )
        )  # fmt: skip
    head = [words("flaring.stack"), f"{year}, {words.label('unit', UNIT)}", *(words(f"flaring.{name}") for name in ("in_years", "span", "lasting_head")), words("flare.frequency"), words("flare.nearest")]  # fmt: skip
    lasting = int(rows["lasting"].sum())
    st.html(
        f'<section class="t-figure-rows"><h2>{escape(words("flaring.stacks_title", n=len(rows), name=_name(flaring.areas(bundle)[key], words), lasting=lasting))}</h2>'
        f"{table(words('rows.open', n=len(rows)), head, lines, numbers=(1, 2))}</section>"
    )
    rows_download(page, "flare_sites", rows["flare_id"], f"stacks-{key}")
