"""The Pressure page's numbers: small multiples, two periods compared with what may and may not be said, a cross-table that opens into rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import pandas as pd
import streamlit as st

from evidence import charts, counts, lanes, select
from evidence.model import parse_period
from evidence.select import Selected
from evidence.ui.lists import listing
from evidence.ui.page import Page, extra, left_out, md, say, set_extra, take_choice
from evidence.ui.plates import plate_buttons, trend_plate
from evidence.ui.pressure import choose, families, name_of
from evidence.words import Words, brief

PANELS = 12
ROWS, COLUMNS = 14, 7  # a table larger than this is read by nobody; the rest is one row "others"
YEARS = 30
WINDOWS = ("1", "2", "3", "5")
OTHERS = "others"


# ── small multiples ──────────────────────────────────────────────────────────────────────────────
def trend(page: Page, selected: Selected) -> None:
    """Recorded acts per year or quarter, a small chart for each family, type or perpetrator with enough of them."""
    words, frame = page.words, selected.frame
    with st.container(horizontal=True, vertical_alignment="bottom", key="trend_controls"):
        by = lanes.MODES[choose(page, "by", ("family", "perpetrator", "type"), "family", texts="lane", label="trend.by")]
        unit = choose(page, "unit", counts.UNITS, "year", texts="unit", label="trend.unit")
    if not selected.n:
        st.info(words("list.empty"))
        return
    first, last = _years(page, selected)
    standing = lanes.members(frame, by, families(words))
    sizes = standing["lane"].value_counts()
    enough = [str(code) for code, n in sizes.items() if n >= counts.LIST_ONLY]
    few = [str(code) for code, n in sizes.items() if n < counts.LIST_ONLY]
    dates = frame[["period_start", "period_end"]]
    drawn = [("", dates)] if len(frame) >= counts.LIST_ONLY else []
    drawn += [(code, dates.iloc[standing.loc[standing["lane"] == code, "row"].to_numpy()]) for code in enough[: PANELS - 1]]
    panels = []
    for at, (code, rows) in enumerate(drawn):
        series = counts.per_period(rows, unit, first, last)
        title = words("trend.all") if at == 0 else name_of(by, code, words)
        panels.append((title, series, counts.trend(series.table["certain"], series.table["shared"])))
    if panels:
        if verdict := _verdict(page):
            st.subheader(md(verdict), anchor=False)
        st.markdown(f"**{md(_trend_title(panels[0][1], words, unit))}**")
        st.html(charts.small_multiples(panels, words, unit=unit))
        whole = panels[0][1]
        notes = (
            words("trend.how", minimum=counts.TREND_MINIMUM),
            words("trend.imprecise", n=whole.imprecise) if whole.imprecise else "",
            words("trend.undated", n=whole.undated) if whole.undated else "",
            words("trend.several") if standing["row"].duplicated().any() else "",
        )
        told = " ".join(note for note in notes if note)
        say(told)
        plate_buttons(page, "trend", trend_plate(page, selected, _trend_title(whole, words, unit), panels, unit, told))
    if few or not panels:
        _few(page, frame, by, standing, few)


def _years(page: Page, selected: Selected) -> tuple[int, int]:
    first, last = select.extent(page.bundle)
    asked = page.selection
    starts, ends = selected.frame["period_start"].dropna(), selected.frame["period_end"].dropna()
    since = asked.since.year if asked.since else int(starts.min().year) if len(starts) else first
    until = asked.until.year if asked.until else int((ends.max() - pd.Timedelta(days=1)).year) if len(ends) else last
    return since, max(since, until)


def _trend_title(whole: counts.Series, words: Words, unit: str) -> str:
    table = whole.table
    if table.empty or not table["certain"].max():
        return words("when.title_none")
    top = table.loc[table["certain"].idxmax()]
    return words(f"trend.title_{unit}", period=_period_name(top["start"], unit, words), n=int(top["certain"]))


def _period_name(start: pd.Timestamp, unit: str, words: Words) -> str:
    return str(start.year) if unit == "year" else words("trend.quarter", quarter=start.quarter, year=str(start.year))


def _few(page: Page, frame: pd.DataFrame, by: lanes.Mode, standing: pd.DataFrame, few: list[str]) -> None:
    """What is too little to draw: listed, under its name."""
    words = page.words
    with st.expander(words("trend.few", n=len(few), minimum=counts.LIST_ONLY)):
        sizes = standing["lane"].value_counts()
        names = {code: f"{name_of(by, code, words)} ({words.number(int(sizes[code]))})" for code in few}
        chosen = st.pills(words("trend.few_pick"), few, format_func=lambda code: md(names[code]), key="few", label_visibility="collapsed")
        if chosen is not None:
            listing(page, frame.iloc[standing.loc[standing["lane"] == chosen, "row"].to_numpy()], key="few", size=counts.LIST_ONLY)


# ── two periods ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Stretch:
    """A period to compare: `[since, until)` and what a reader calls it."""

    since: date
    until: date
    name: str

    @property
    def days(self) -> int:
        """How long it is."""
        return (self.until - self.since).days

    @property
    def years(self) -> float:
        """The same in years."""
        return self.days / 365.25


def compare(page: Page) -> None:
    """Two periods, or before and after an event: counts, the exact test, and what may and may not be said."""
    words = page.words
    st.subheader(words("compare.title"), anchor=False)
    st.caption(words("compare.scope"))
    how = choose(page, "compare", ("periods", "event"), "periods", texts="compare")
    pair = _two_periods(page) if how == "periods" else _around(page)
    if pair is None:
        return
    everything = select.select(page.bundle, page.selection.but(since=None, until=None)).frame
    first, second = pair
    (before, cut_before), (after, cut_after) = (counts.within(everything, part.since, part.until) for part in pair)
    found = counts.compare(len(before), len(after), first.days, second.days)
    if found.ratio is None:
        st.markdown(words("compare.list_only", n=found.first + found.second, minimum=counts.LIST_ONLY))
        listing(page, pd.concat([before, after]), key="compare", size=counts.LIST_ONLY)
        return
    st.html(_compare_table(page, pair, (before, after)))
    st.markdown(f"**{words('compare.may')}** {md(_may(found, how, words))}")
    st.markdown(f"**{words('compare.may_not')}** {md(_may_not(page, pair, (before, after), cut_before + cut_after, how))}")
    for at, (part, rows) in enumerate(zip(pair, (before, after), strict=True)):
        with st.expander(words("compare.rows", name=part.name, n=len(rows))):
            listing(page, rows, key=f"compare_{at}", size=15)


def _two_periods(page: Page) -> tuple[Stretch, Stretch] | None:
    """Two ranges of years, each on a slider."""
    words = page.words
    low, high = select.extent(page.bundle)
    for column, (word, (years, default)) in zip(st.columns(2, gap="large"), _years_asked(page).items(), strict=True):
        st.session_state[f"years_{word}"] = years
        column.slider(words(f"compare.{word}"), low, max(high, low + 1), key=f"years_{word}", on_change=_take_years, args=(word, default))
    pair = _stretches(page)
    if pair is None:
        st.info(words("compare.overlap"))
    return pair


def _years_asked(page: Page) -> dict[str, tuple[tuple[int, int], tuple[int, int]]]:
    """Of both periods, (the years of the link, the years if it names none: the last ten in two halves)."""
    low, high = select.extent(page.bundle)
    last = min(high, date.fromisoformat(page.bundle.published).year - 1)
    defaults = {"first": (max(low, last - 10), max(low, last - 6)), "second": (max(low, last - 5), max(low, last))}
    asked = {word: _read_years(extra(word), low, high) for word in defaults}
    for word, years in asked.items():
        if extra(word) and years is None:
            left_out(word)
    return {word: (asked[word] or default, default) for word, default in defaults.items()}


def _stretches(page: Page) -> tuple[Stretch, Stretch] | None:
    """The two periods of years, or None if they overlap."""
    (a, b), (c, d) = (years for years, _ in _years_asked(page).values())
    if b >= c and d >= a:
        return None
    published = date.fromisoformat(page.bundle.published)
    first, second = (
        Stretch(
            date(since, 1, 1),
            min(date(until + 1, 1, 1), max(published, date(since, 1, 2))),
            str(since) if since == until else f"{since}–{until}",
        )
        for since, until in ((a, b), (c, d))
    )
    return first, second


def _verdict(page: Page) -> str:
    """Whether it became more often, in a line: what a reader came to this view for. Nothing where there is too little to compare."""
    pair = _stretches(page) if extra("compare", "periods") == "periods" else None
    if pair is None:
        return ""
    words, everything = page.words, select.select(page.bundle, page.selection.but(since=None, until=None)).frame
    first, second = pair
    before, after = (len(counts.within(everything, part.since, part.until)[0]) for part in pair)
    found = counts.compare(before, after, first.days, second.days)
    if found.low is None or found.high is None:
        return ""
    differs = found.low > 1 or found.high < 1
    rates = {"first": words.number(before / first.years, 1), "second": words.number(after / second.years, 1)}
    return words(f"trend.verdict_{'differs' if differs else 'same'}", a=first.name, b=second.name, **rates)


def _read_years(text: str, low: int, high: int) -> tuple[int, int] | None:
    parts = text.split("/") if text else []
    if not 1 <= len(parts) <= 2 or not all(part.isdigit() and len(part) == 4 for part in parts):
        return None
    a, b = int(parts[0]), int(parts[-1])
    return (a, b) if low <= a <= b <= high else None


def _take_years(word: str, default: tuple[int, int]) -> None:
    years = tuple(st.session_state[f"years_{word}"])
    set_extra(**{word: "" if years == default else f"{years[0]}/{years[1]}"})


def _around(page: Page) -> tuple[Stretch, Stretch] | None:
    """The same length of time before and after an event of the context table."""
    words, events = page.words, page.bundle["context"].dropna(subset=["period_start", "period_end"]).sort_values("period_start")
    if events.empty:
        return None
    names = {
        row["context_id"]: f"{words.date(row['period'])}: {brief(str(words.text(row, 'title')), 70)}" for row in events.to_dict("records")
    }
    known = list(names)
    st.session_state["around"] = around = extra("around", known[len(known) // 2], known)
    left, right = st.columns([3, 1.3], vertical_alignment="bottom")
    left.selectbox(
        words("compare.event_pick"), known, format_func=names.get, key="around", on_change=take_choice, args=("around", "around")
    )
    with right:
        window = int(choose(page, "window", WINDOWS, "3", texts="window", label="window.label"))
    period = parse_period(str(events.loc[events["context_id"] == around, "period"].iloc[0]))
    if period.start is None or period.end is None:
        return None
    length = timedelta(days=round(window * 365.25))
    published = date.fromisoformat(page.bundle.published)
    until = min(period.end + length, published)
    if until <= period.end:
        st.info(words("compare.too_late"))
        return None
    if until < period.end + length:
        say(words("compare.shorter", date=words.date(published)))
    return (
        Stretch(period.start - length, period.start, words("compare.before", years=window)),
        Stretch(period.end, until, words("compare.after", years=window)),
    )


def _compare_table(page: Page, pair: tuple[Stretch, Stretch], rows: tuple[pd.DataFrame, pd.DataFrame]) -> str:
    """Both periods side by side: what was recorded, how fast, in how many cases, from how many sources."""
    words = page.words
    lines = []
    for key in ("acts", "rate", "cases", "sources"):
        cells = []
        for part, frame in zip(pair, rows, strict=True):
            low, high = counts.poisson_interval(len(frame))
            cells.append(
                {
                    "acts": words.number(len(frame)),
                    "rate": words(
                        "compare.rate_value",
                        rate=words.number(len(frame) / part.years, 1),
                        low=words.number(low / part.years, 1),
                        high=words.number(high / part.years, 1),
                    ),
                    "cases": words.number(frame["case_id"].nunique()),
                    "sources": words.number(_sources_in(page, part)),
                }[key]
            )
        lines.append(
            f'<tr><th scope="row">{escape(words(f"compare.{key}"))}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        )
    heads = "".join(f'<th scope="col">{escape(part.name)}</th>' for part in pair)
    return f'<div class="t-scroll"><table class="t-table"><thead><tr><td></td>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _sources_in(page: Page, part: Stretch) -> int:
    """Sources dated wholly inside a period: a proxy for how much was looked at."""
    sources = page.bundle["sources"]
    inside = (sources["date_start"] >= pd.Timestamp(part.since)) & (sources["date_end"] <= pd.Timestamp(part.until))
    return int(inside.sum())


def _may(found: counts.Comparison, how: str, words: Words) -> str:
    """The sentence the numbers carry."""
    if found.ratio is None or found.low is None or found.high is None or found.p is None:
        return ""
    values = {"low": _ratio(found.low, words), "high": _ratio(found.high, words), "ratio": _ratio(found.ratio, words)}
    differs = found.low > 1 or found.high < 1
    said = words(f"compare.{'differs' if differs else 'same'}_{how}", **values)
    if found.percent is not None and differs:
        said += " " + words(
            "compare.percent_more" if found.percent > 0 else "compare.percent_less", percent=words.number(abs(found.percent), 0)
        )
    elif found.percent is None:
        said += " " + words("compare.no_percent", small=counts.SMALL)
    key = "p_small" if found.p < 0.001 else "p_large" if found.p > 0.99 else "p_is"
    return said + " " + words("compare.test", p=words(f"compare.{key}", p=words.number(found.p, 3)))


def _ratio(value: float, words: Words) -> str:
    return "∞" if value == float("inf") else words.number(value, 1 if value >= 10 else 2)


def _may_not(page: Page, pair: tuple[Stretch, Stretch], rows: tuple[pd.DataFrame, pd.DataFrame], cut: int, how: str) -> str:
    """The caveat: what changed beside the acts."""
    words = page.words
    a, b = (_sources_in(page, part) / part.years for part in pair)
    said = [
        words(f"compare.not_effort_{how}", a=words.number(a, 1), b=words.number(b, 1)),
        words("compare.not_independent", n=sum(len(frame) for frame in rows), cases=pd.concat(rows)["case_id"].nunique()),
        words("compare.cut", n=cut) if cut else "",
        words("compare.not_cause") if how == "event" else "",
    ]
    return " ".join(part for part in said if part)


# ── the cross-table ──────────────────────────────────────────────────────────────────────────────
def cross_table(page: Page, selected: Selected) -> None:
    """Any two dimensions against each other; a cell opens into its rows."""
    words, frame = page.words, selected.frame
    kinds = tuple(lanes.DIMENSIONS)
    left, right = st.columns(2)
    chosen = {}
    for column, word, default in ((left, "rows", "family"), (right, "columns", "perpetrator")):
        st.session_state[f"dimension_{word}"] = chosen[word] = extra(word, default, kinds)
        column.selectbox(
            words(f"cross.{word}"), kinds, format_func=lambda code: words(f"lane.{code}"), key=f"dimension_{word}", on_change=take_choice, args=(f"dimension_{word}", word, default), kwargs={"cell": ""},
        )  # fmt: skip
    if not selected.n:
        st.info(words("list.empty"))
        return
    sides = {word: _side(page, frame, lanes.DIMENSIONS[chosen[word]], limit) for word, limit in (("rows", ROWS), ("columns", COLUMNS))}
    cells = counts.cross(sides["rows"].standing, sides["columns"].standing)
    numbers = {(row, column): int(n) for row, column, n in cells.itertuples(index=False, name=None)}
    st.html(_cross_html(sides["rows"], sides["columns"], numbers, page))
    say(words("cross.note"))
    _open_cell(page, frame, sides["rows"], sides["columns"], numbers)


@dataclass(frozen=True, eq=False)
class _Side:
    """One side of the table: its pairs of act and code, its codes in order with their names and acts."""

    title: str
    standing: pd.DataFrame
    names: dict[str, str]
    sizes: dict[str, int]


def _side(page: Page, frame: pd.DataFrame, mode: lanes.Mode, limit: int) -> _Side:
    words = page.words
    standing = lanes.members(frame, mode, families(words))
    sizes = standing["lane"].value_counts()
    order = [str(code) for code in sizes.index if code]
    if mode.key == "year":
        # Years stand in their own order and are narrow: all of them fit.
        order, limit = sorted(code for code in order if code.isdigit())[-YEARS:] + [code for code in order if not code.isdigit()], YEARS + 1
    kept = [*order[:limit], *([""] if "" in sizes.index else [])]
    names = {code: brief(name_of(mode, code, words), 44) for code in kept}
    if more := len(set(sizes.index) - {""} - set(kept)):
        standing = standing.assign(lane=standing["lane"].where(standing["lane"].isin(kept), OTHERS)).drop_duplicates()
        names[OTHERS] = words("cross.others", n=more)
    counted = standing["lane"].value_counts()
    return _Side(words(f"lane.{mode.key}"), standing, names, {code: int(counted.get(code, 0)) for code in names})


def _cross_html(rows: _Side, columns: _Side, numbers: dict[tuple[str, str], int], page: Page) -> str:
    words = page.words
    top = max(numbers.values(), default=1)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns.names.values())
    body = []
    for code, name in rows.names.items():
        cells = []
        for column in columns.names:
            n = numbers.get((code, column), 0)
            # Shade by the root of the number: one large cell would otherwise leave all others white.
            share = round(46 * (n / top) ** 0.5)
            cells.append(f'<td style="--share:{share}%">{words.number(n)}</td>' if n else "<td></td>")
        body.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}<td class="sum">{words.number(rows.sizes[code])}</td></tr>')
    foot = "".join(f'<td class="sum">{words.number(columns.sizes[code])}</td>' for code in columns.names)
    acts = words("cross.acts")
    return (
        f'<div class="t-scroll" tabindex="0" role="region" aria-label="{escape(words("cross.alt", rows=rows.title, columns=columns.title))}">'
        f'<table class="t-table cross"><thead><tr><td></td>{head}<th scope="col">{escape(acts)}</th></tr></thead><tbody>{"".join(body)}</tbody>'
        f'<tfoot><tr><th scope="row">{escape(acts)}</th>{foot}<td></td></tr></tfoot></table></div>'
    )


def _open_cell(page: Page, frame: pd.DataFrame, rows: _Side, columns: _Side, numbers: dict[tuple[str, str], int]) -> None:
    """A row and a column, and the acts that stand in both."""
    words = page.words
    said = extra("cell").split("|")
    asked = len(said) == 2 and said[0] in rows.names and said[1] in columns.names
    if not asked:
        left_out("cell")
    known = said if asked else list(max(numbers, key=lambda cell: numbers[cell]))
    left, right = st.columns(2)
    for column, word, side, value in ((left, "row", rows, known[0]), (right, "column", columns, known[1])):
        st.session_state[f"cell_{word}"] = value
        column.selectbox(words(f"cross.{word}"), list(side.names), format_func=side.names.get, key=f"cell_{word}", on_change=_take_cell)
    row, column = known
    both = set(rows.standing.loc[rows.standing["lane"] == row, "row"]) & set(
        columns.standing.loc[columns.standing["lane"] == column, "row"]
    )
    st.markdown(f"**{md(words('cross.rows_of', row=rows.names[row], column=columns.names[column], n=len(both)))}**")
    listing(page, frame.iloc[sorted(both)], key="cell", size=15)


def _take_cell() -> None:
    set_extra(cell=f"{st.session_state['cell_row']}|{st.session_state['cell_column']}")
