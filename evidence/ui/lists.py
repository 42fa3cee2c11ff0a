"""Lines that pages and cards share: the list of incidents, a zone's rule in a line, a citation ready to copy.

A list is one piece of HTML, its lines real links that boot.js opens in place: a browser draws one element in a fraction of the
time that fifty buttons take, and a reader can copy a line's address or open it beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from evidence import report, zones
from evidence.model import split
from evidence.ui.handover import written
from evidence.ui.page import Page, extra, here, link, opener, tell_html
from evidence.words import Words, brief

PAGE_SIZE = 50


def listing(page: Page, shown: pd.DataFrame, *, key: str, size: int = PAGE_SIZE) -> None:
    """The same rows as a list a keyboard and a screen reader can walk: a page at a time, each line opens its card."""
    words = page.words
    if shown.empty:
        st.info(words("list.empty"))
        return
    at, pager = paged(page, key, len(shown), size)
    columns = ("incident_id", "period", "types", "place_id", "country")
    rows = [shown[name].to_numpy()[(at - 1) * size : at * size].tolist() for name in columns]
    lines = []
    for record, when, types, place, country in zip(*rows, strict=True):
        kinds = ", ".join(words.label("act_type", code) for code in split(types))
        where = words.name("places", place) if place else words.label("country", country)
        lines.append((record, f"{words.date(when)} · {kinds} · {brief(where)}"))
    st.html(f'<div class="t-{key}">{pager}{_items(page, lines)}</div>')


def paged(page: Page, key: str, n: int, size: int) -> tuple[int, str]:
    """(which page of a list the link asks for, as `list=key.3`; HTML that says so, with links to the one before and after)."""
    pages = max(1, -(-n // size))
    of, _, asked = extra("list").partition(".")
    at = min(max(int(asked), 1), pages) if of == key and asked.isdigit() else 1
    if pages == 1:
        return 1, ""
    words = page.words
    before, after = (
        f'<a class="t-open" href="{escape(here(page, list=f"{key}.{to}" if to > 1 else ""))}">{escape(words(name))}</a>'
        if 1 <= to <= pages
        else ""
        for to, name in ((at - 1, "list.before"), (at + 1, "list.after"))
    )
    return at, f'<p class="t-pager">{before}<span>{escape(words("list.page", at=at, pages=pages))}</span>{after}</p>'


def openers(page: Page, lines: Iterable[tuple[str, str]]) -> None:
    """A list of records, each line a link that opens its card: (id, what it is)."""
    st.html(_items(page, lines))


def _items(page: Page, lines: Iterable[tuple[str, str]]) -> str:
    base = opener(page)
    items = (f'<li><a class="t-open" href="{escape(base + quote(record))}">{escape(label)}</a></li>' for record, label in lines)
    return f'<ul class="t-list">{"".join(items)}</ul>'


def citation(page: Page, title: str, key: str) -> None:
    """How to cite this, ready to copy: in words, as BibTeX, as CSL-JSON."""
    address = str(st.context.url or "").split("?")[0] or f"/{page.key}"
    address += "?" + "&".join(f"{name}={value}" for name, values in link(version=True).items() for value in values)
    text = report.citation(page.bundle, page.words, title=title, key=key, address=address, today=date.today().isoformat())
    st.html(
        f'<div class="t-small">{escape(page.words("citation.label"))}{written(page, text, title=title, key=key, address=address)}</div>'
    )


def day_shown(page: Page) -> date:
    """The day that what changes with time is told for: the last of the selection, else the day the data are of."""
    return page.selection.until or date.fromisoformat(page.bundle.published)


def zone_html(zone: dict[str, Any], day: date, words: Words) -> str:
    """A zone's rule: radius, how it stood on a day, its dates and act, and whether accounts differ, as HTML."""
    low, high = zone["radius_min_m"], zone["radius_max_m"]
    radius = words("zone.radius_unknown")
    if pd.notna(low):
        radius = words("zone.radius", km=low / 1000) if pd.isna(high) or low == high else words("zone.range", low=low, high=high)
    dates = words(
        "zone.dates", since=words.date(zone["valid_from"]), until=words.date(zone["valid_to"]) if zone["valid_to"] else words("zone.open")
    )
    name = words.name("assets", zone["asset_id"])
    standing = zones.standing(zone, day)
    mark = words.label("zone_status", zone["status"]) if standing in {"ended", "not_yet"} else words(f"zones.standing_{standing}")
    disputed = f" <em>{escape(words('zone.disputed'))}</em>" if zone["disputed"] else ""
    return (
        f'<p class="t-zone"><b>{escape(name)}: {escape(radius)}</b> · {escape(mark)}<br>{escape(dates.rstrip("."))}. '
        f"{tell_html(words, words.text(zone, 'act'))}{disputed}</p>"
    )
