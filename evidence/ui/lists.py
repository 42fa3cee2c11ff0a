"""Lines that pages and cards share: the list of incidents, a zone's rule in a line, a citation ready to copy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from evidence import geo, report
from evidence.model import split
from evidence.ui.page import Page, link, md, pick, tell
from evidence.words import Words, brief

PAGE_SIZE = 50


def listing(page: Page, shown: pd.DataFrame, *, key: str, size: int = PAGE_SIZE) -> None:
    """The same rows as a list a keyboard and a screen reader can walk: a page at a time, each line opens its card."""
    words = page.words
    if shown.empty:
        st.info(words("list.empty"))
        return
    pages = (len(shown) - 1) // size + 1
    at = 1
    if pages > 1:
        at = st.number_input(words("list.page", pages=pages), 1, pages, key=f"page_{key}", width=220)
    columns = ("incident_id", "period", "types", "place_id", "country")
    rows = shown[list(columns)].iloc[(at - 1) * size : at * size]
    for record, when, types, place, country in zip(*(rows[name].tolist() for name in columns), strict=True):
        kinds = ", ".join(words.label("act_type", code) for code in split(types))
        where = words.name("places", place) if place else words.label("country", country)
        label = f"{md(words.date(when))} · {md(kinds)} · {md(brief(where))}"
        st.button(label, key=f"row_{key}_{record}", on_click=pick, args=("incident", record), type="tertiary", width="stretch", wrap=True)


def citation(page: Page, title: str, key: str) -> None:
    """How to cite this, ready to copy."""
    address = str(st.context.url or "").split("?")[0] or f"/{page.key}"
    query = "&".join(f"{name}={value}" for name, values in link(version=True).items() for value in values)
    st.caption(page.words("citation.label"))
    st.code(
        report.citation(page.bundle, page.words, title=title, key=key, address=f"{address}?{query}", today=date.today().isoformat()),
        language=None,
        wrap_lines=True,
    )


def zone_line(zone: dict[str, Any], day: date, words: Words) -> None:
    """A zone's rule: radius, whether it was in force on a day, its dates and act, and whether accounts differ."""
    low, high = zone["radius_min_m"], zone["radius_max_m"]
    radius = words("zone.radius_unknown")
    if pd.notna(low):
        radius = words("zone.radius", km=low / 1000) if pd.isna(high) or low == high else words("zone.range", low=low, high=high)
    dates = words(
        "zone.dates", since=words.date(zone["valid_from"]), until=words.date(zone["valid_to"]) if zone["valid_to"] else words("zone.open")
    )
    name = words.name("assets", zone["asset_id"])
    mark = words("zone.in_force") if geo.in_force(zone, day) else words.label("zone_status", zone["status"])
    line = f"**{md(name)}: {md(radius)}** · {md(mark)}  \n{md(dates.rstrip('.'))}. {tell(words, words.text(zone, 'act'))}"
    if zone["disputed"]:
        line += f" *{md(words('zone.disputed'))}*"
    st.markdown(line)
