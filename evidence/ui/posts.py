"""Readings of posts hour by hour: every post by years with its valid hours of all hours, then one post's months beside the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from evidence import air, charts, plates, posts, report
from evidence.air import Limit, Verdict
from evidence.observations import UNSTATED, Known
from evidence.posts import DAY, HOUR, Measure
from evidence.series import UNVERIFIED
from evidence.ui.environment import sentence, short, table
from evidence.ui.observations import source_line
from evidence.ui.page import Page, extra, here
from evidence.ui.plates import keep
from evidence.words import Words, brief, lower

POSTS = 40  # lines of the table; the download has all
MOST = 0.75  # of a month's hours: with fewer its mean is drawn hollow


def posts_section(page: Page, pollutant: str, unverified: bool) -> None:
    """Each measure of a substance: minutes or hours, then days; nothing where the bundle has no readings of posts."""
    there = posts.known(page.bundle)
    for measure in posts.measures(page.bundle, there):
        if there is not None and measure.pollutant == pollutant:
            _measure(page, there, measure, unverified)


def _measure(page: Page, there: Known, measure: Measure, unverified: bool) -> None:
    words, asked = page.words, page.selection
    since, until = max(asked.since or measure.since, measure.since), min(asked.until or measure.until, measure.until)
    if since > until:
        st.info(words("posts.none", what=_name(words, measure)))
        return
    own = posts.verdict(page.bundle, measure, measure.averaging, unverified)
    daily = posts.verdict(page.bundle, measure, (air.DAY,), unverified) if measure.in_a_day else Verdict((), "averaging")
    limit, day_limit = _first(own), _first(daily)
    if limit and day_limit and day_limit.binding and not limit.binding:
        limit = None  # what the law says of days before what is recommended for hours
    months = posts.monthly(
        page.bundle, there, measure, since, until, limit.value if limit else None, day_limit.value if day_limit else None
    )
    if months.empty:
        st.info(words("posts.none", what=_name(words, measure)))
        return
    names = _names(page, measure)
    real = months["valid"].where(~months["constant"], 0).groupby(months["series"]).sum()
    order = sorted(real.index, key=lambda key: (-real[key], key))
    post = extra("post", order[0], order)
    _table(page, there, measure, months, order, names, post, (own, daily), (limit, day_limit), since, until)
    _panels(page, measure, months[months["series"] == post], names[post], (own, daily), since, until)
    st.download_button(
        words("posts.download", n=len(months)), lambda: _csv(page, months), f"tamshy-{page.bundle.version}-posts-{measure.pollutant}-{measure.seconds}.csv",
        "text/csv", on_click="ignore", key=f"download_posts_{measure.pollutant}_{measure.unit}_{measure.seconds}",
    )  # fmt: skip


def _first(verdict: Verdict) -> Limit | None:
    """The limit that readings are counted against: one that binds before one that recommends, then the strictest."""
    return min(verdict.limits, key=lambda limit: (not limit.binding, limit.value), default=None)


def rule_name(words: Words, limit: Limit) -> str:
    """What a limit's line is called: whose it is, in few letters where there is a short name, whether it binds and was verified."""
    code = limit.jurisdiction
    whose = words(f"air.short_{code}") if words.has(f"air.short_{code}") else words.label("jurisdiction", code)
    name = words("air.rule" if limit.binding else "air.rule_who", whose=whose, value=words.number(limit.value))
    grade = str(limit.row["confidence"])
    return f"{name} ({lower(words.label('confidence', grade))})" if grade == UNVERIFIED else name


# ── names ────────────────────────────────────────────────────────────────────────────────────────
def _names(page: Page, measure: Measure) -> Mapping[str, str]:
    """What a reader calls each post: its name in the bundle, else the place and the number that the files give."""
    words, bundle = page.words, page.bundle
    return {
        key: words.name("stations", key)
        if bundle.has("stations", key)
        else brief(f"{place} ({key})" if place else words("posts.numbered", code=key), 60)
        for key, place in measure.posts
    }


def _unit(words: Words, measure: Measure) -> str:
    return words.label("unit", measure.unit)


def _averaged(words: Words, seconds: int) -> str:
    """Over which time a reading is: "1 hour", "20 minutes"."""
    if seconds == UNSTATED:
        return words("posts.unstated")
    if seconds == 0:
        return lower(words.label("averaging_time", "instant"))
    if seconds % HOUR:
        return words("posts.minutes", n=round(seconds / 60))
    return words("posts.hours", n=seconds // HOUR)


def _name(words: Words, measure: Measure) -> str:
    return f"{words.label('pollutant', measure.pollutant)}, {_averaged(words, measure.seconds)}"


def _coverage(words: Words, measure: Measure, valid: int, hours: int) -> str:
    """Valid hours of hours; of a post that reports days, days."""
    if measure.seconds >= DAY:
        return words("posts.days_of", n=valid // 24, of=hours // 24)
    return words("posts.hours_of", n=valid, of=hours)


def _why(words: Words, measure: Measure, verdict: Verdict, averaging: str) -> str:
    """Why readings are held against nothing; empty where they are."""
    if verdict.limits or not verdict.why:
        return ""
    key = f"posts.why_{verdict.why}" if verdict.why in {"unit", "unstated", "odd"} else f"air.why_{verdict.why}"
    others = words.all_of(lower(words.label("averaging_time", code)) for code in verdict.others)
    pollutant = words.label("pollutant", measure.pollutant)
    return words(key, pollutant=pollutant, averaging=averaging, others=others, unit=_unit(words, measure))


# ── all posts ────────────────────────────────────────────────────────────────────────────────────
def _table(
    page: Page, there: Known, measure: Measure, months: pd.DataFrame, order: Sequence[str], names: Mapping[str, str], post: str,
    verdicts: tuple[Verdict, Verdict], limits: tuple[Limit | None, Limit | None], since: date, until: date,
) -> None:  # fmt: skip
    """Posts by years: the share of readings above the limit of their own averaging time; else of days above the daily one; else the mean."""
    words = page.words
    rows = posts.years(months, since, until)
    years = range(since.year, until.year + 1)
    by_days = limits[0] is None and limits[1] is not None
    cells = {(row["series"], row["year"]): _cell(words, measure, row, limits) for row in rows.to_dict("records")}
    lines = [
        (
            f'<a class="t-open" href="{escape(here(page, post=key))}"{" aria-current=true" if key == post else ""}>{escape(names[key])}</a>',
            [cells.get((key, year), charts.Cell(None, words("air.no_row"), "none")) for year in years],
        )
        for key in order[:POSTS]
    ]
    title = _title(words, measure, rows, names, limits)
    limit = limits[1] if by_days else limits[0]
    what = words(
        "posts.what_days" if by_days else "posts.what_over" if limit else "posts.what_mean",
        averaging=_averaged(words, measure.seconds), value=limit.value if limit else 0, unit=_unit(words, measure),
        whose=_whose(words, limit) if limit else "", act=str(words.text(limit.row, "act")) if limit else "",
    )  # fmt: skip
    notes = [
        _why(words, measure, verdicts[0], _averaged(words, measure.seconds)),
        words("posts.constant") if months["constant"].any() else "",
    ]
    notes += [words("posts.most_of_day")] if by_days else []
    notes += [words("posts.utc"), source_line(there, words)]
    told, head = " ".join(note for note in notes if note), [words("air.post_name"), *map(str, years)]
    keep(page, title, what, int(months["n"].sum()), partial(plates.shares_drawing, head, lines, alt=title), told)
    more = escape(words("posts.more", n=len(order) - POSTS)) if len(order) > POSTS else ""
    st.html(
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(what)}</p></figcaption>'
        f'{charts.shares(head, lines, caption=title)}<p class="t-small">{more} {escape(told)}</p></figure>'
    )


def _cell(words: Words, measure: Measure, row: Mapping[str, Any], limits: tuple[Limit | None, Limit | None]) -> charts.Cell:
    covered = _coverage(words, measure, row["valid"], row["hours"])
    if row["constant"] == row["months"]:
        return charts.Cell(
            None, f"{words('air.constant')}; {covered}", "constant", words("air.constant_why", value=words.number(row["low"]))
        )
    lost = f"; {words('posts.lost', n=row['constant'])}" if row["constant"] else ""
    mean = words("posts.mean", value=short(row["mean"], words), unit=_unit(words, measure))
    if limits[0]:
        said = words("posts.n_of_readings", n=row["over"], of=row["n"])
        return charts.Cell(row["over"] / row["n"], f"{said}; {covered}{lost}", "", mean)
    if limits[1] and row["days"]:
        said = words("posts.n_of_days", n=row["day_over"], of=row["days"])
        return charts.Cell(row["day_over"] / row["days"], f"{said}; {covered}{lost}", "", mean)
    return charts.Cell(None, f"{mean}; {covered}{lost}", "", mean)


def _title(words: Words, measure: Measure, rows: pd.DataFrame, names: Mapping[str, str], limits: tuple[Limit | None, Limit | None]) -> str:
    """What the table says first: where it was most often above the limit; without a limit, where the mean was highest."""
    real, what = rows[rows["n"] > 0], _name(words, measure)
    if real.empty:
        return words("posts.title_constant", what=what)
    over, of, key = ("over", "n", "over") if limits[0] else ("day_over", "days", "days")
    if limits[0] or limits[1]:
        real = real[real[of] > 0]
        whose = _whose(words, limits[0] or limits[1])
        if real.empty or not real[over].any():
            return words(f"posts.title_{key}_none", what=what, whose=whose)
        top = real.loc[(real[over] / real[of]).idxmax()]
        return words(
            f"posts.title_{key}",
            what=what,
            post=names[top["series"]],
            year=str(top["year"]),
            n=int(top[over]),
            of=int(top[of]),
            whose=whose,
        )
    top = real.loc[real["mean"].idxmax()]
    return words("posts.title_mean", what=what, post=names[top["series"]], year=str(top["year"]), value=short(top["mean"], words), unit=_unit(words, measure))  # fmt: skip


def _whose(words: Words, limit: Limit) -> str:
    """Whose limit it is, and that it does not bind where it does not."""
    name = words.label("jurisdiction", limit.jurisdiction)
    return name if limit.binding else f"{name}, {words('air.recommendation')}"


# ── one post ─────────────────────────────────────────────────────────────────────────────────────
def _panels(
    page: Page, measure: Measure, months: pd.DataFrame, name: str, verdicts: tuple[Verdict, Verdict], since: date, until: date
) -> None:
    """A post's months: the highest reading, the highest daily mean, the mean; each beside limits of its own averaging time only."""
    words = page.words
    own = _averaged(words, measure.seconds)
    drawn = [_panel(page, measure, months, name, "high", own, verdicts[0], since, until)]
    if measure.in_a_day and months["days"].any():
        day = lower(words.label("averaging_time", air.DAY))
        drawn.append(_panel(page, measure, months, name, "day_high", day, verdicts[1], since, until))
    month = lower(words.label("averaging_time", air.MONTH))
    monthly = posts.verdict(page.bundle, measure, (air.MONTH,), False)
    drawn.append(_panel(page, measure, months, name, "mean", month, monthly, since, until))
    st.html(f'<div class="t-panels">{"".join(drawn)}</div>')


def _panel(
    page: Page, measure: Measure, months: pd.DataFrame, name: str, column: str, averaging: str, verdict: Verdict, since: date, until: date
) -> str:
    words, unit = page.words, _unit(page.words, measure)
    rows = months[~months["constant"] & months[column].notna()]
    first, last = since.year + (since.month - 1) / 12, until.year + until.month / 12
    at = ((rows["time"].dt.year + (rows["time"].dt.month - 0.5) / 12) - first) / (last - first)
    marks = tuple(
        charts.Mark(
            float(where), float(row[column]),
            f"{words.date(row['time'].strftime('%Y-%m'))}: {words.number(round(row[column], 2))} {unit}; {_coverage(words, measure, row['valid'], row['hours'])}",
            column == "mean" and row["valid"] < MOST * row["hours"],
        )
        for where, row in zip(at, rows.to_dict("records"), strict=True)
    )  # fmt: skip
    # Highest readings of two months are not neighbours in time; means of months in a row are.
    runs = _runs(rows["time"]) if column == "mean" else tuple((n,) for n in range(len(marks)))
    rules = [
        charts.Rule(limit.value, rule_name(words, limit), limit.binding)
        for limit in verdict.limits
    ]  # fmt: skip
    what = f"{words.label('pollutant', measure.pollutant)}: {words(f'posts.panel_{column}', averaging=averaging, unit=unit)}"
    notes = [_why(words, measure, verdict, averaging)]
    if marks:
        top = max(range(len(marks)), key=lambda n: marks[n].value)
        when = words.date(rows["time"].iloc[top].strftime("%Y-%m"))
        title = words("air.panel_title", place=name, most=short(marks[top].value, words), date=when)
        lines, alt = [charts.Line("", marks, runs)], f"{what}. {title}"
        drawn = charts.plot(lines, words, first=first, last=last, alt=alt, rules=rules)
    else:
        title, drawn = words("air.panel_none", place=name), ""
    flat = months[months["constant"]]
    if len(flat):
        said = words.all_of(words.date(when.strftime("%Y-%m")) for when in flat["time"].head(6))
        notes.append(sentence(words("posts.constant_months", months=said + (" …" if len(flat) > 6 else ""), value=words.number(float(flat["low"].iloc[0])))))  # fmt: skip
    hours = sum(posts.years(months, since, until)["hours"])
    notes.append(words("posts.covered", said=_coverage(words, measure, int(months["valid"].sum()), int(hours))))
    notes += [words("posts.hollow")] if any(mark.hollow for mark in marks) else []
    notes += [words("figures.gaps")] if column == "mean" and len(runs) > 1 else []
    if marks:
        told = " ".join(note for note in notes if note)
        keep(page, title, what, len(marks), partial(plates.lines_drawing, lines, words, first=first, last=last, alt=alt, rules=rules), told)
    head = [words("rows.when"), f"{words('rows.value')}, {unit}", words("air.coverage_head")]
    cells = [
        (
            escape(words.date(row["time"].strftime("%Y-%m"))), escape(words("air.constant") if row["constant"] else words.number(round(row[column], 2)) if pd.notna(row[column]) else words("air.no_row")),
            escape(_coverage(words, measure, row["valid"], row["hours"])),
        )
        for row in months.to_dict("records")
    ]  # fmt: skip
    return (
        f'<figure class="t-figure-rows"><figcaption><h2>{escape(title)}</h2><p>{escape(what)}</p></figcaption>{drawn}'
        f'<p class="t-small">{escape(" ".join(note for note in notes if note))}</p>{table(words("rows.open", n=len(cells)), head, cells, numbers=(1,))}</figure>'
    )


def _runs(times: pd.Series) -> tuple[tuple[int, ...], ...]:
    """Places of months that follow one another; a month without a figure breaks the line."""
    runs: list[list[int]] = []
    before = None
    for at, when in enumerate(times):
        number = when.year * 12 + when.month
        if before is not None and number == before + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
        before = number
    return tuple(map(tuple, runs))


def _csv(page: Page, months: pd.DataFrame) -> bytes:
    table = months.assign(time=months["time"].dt.strftime("%Y-%m"), constant=months["constant"].astype(int))
    return report.csv(table.rename(columns={"series": "post", "time": "month"}).drop(columns="share"), page.bundle, page.words)
