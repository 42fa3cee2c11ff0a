"""What the parts of the Resettlement page share: tables that fold on a phone, sources as links, names of settlements, their map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from evidence import maps
from evidence.model import Bundle
from evidence.ui.environment import sources_html
from evidence.ui.page import Page, here, tell_html
from evidence.ui.stage import draw
from evidence.words import Words, brief
from evidence.zones import Far

VILLAGE = "PLACE"  # stands in the address of a village's page where its id belongs (land.js)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """A table as HTML, its cells HTML already; on a phone each row is a block whose cells carry the names of their columns."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(
        "<tr>" + "".join(f'<td data-label="{escape(head)}">{cell or "–"}</td>' for head, cell in zip(heads, row, strict=True)) + "</tr>"
        for row in rows
    )
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<table class="t-fold">{said}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'


def title(text: str, *, level: int = 2) -> str:
    """A heading that is a sentence made from the data."""
    return f"<h{level}>{escape(text)}</h{level}>"


def note(text: str) -> str:
    """Small print under a figure."""
    return f'<p class="t-small">{escape(text)}</p>'


def cites(page: Page, cell: str) -> str:
    """The sources of a row as links to their cards: publisher and date."""
    return sources_html(page, cell, dated=True, between="<br>")


def village_link(page: Page, place_id: str) -> str:
    """A settlement's name as a link to its own page."""
    name = escape(brief(page.words.name("places", place_id), 60))
    return f'<a class="t-open" href="{escape(here(page, place=place_id, show="", id="", list=""))}">{name}</a>'


def village_links(page: Page, place_ids: Iterable[str]) -> str:
    """Several of them, as one name of a cohort."""
    marks = {f"\x00{at}\x00": village_link(page, key) for at, key in enumerate(place_ids)}
    said = escape(page.words.all_of(marks))
    for mark, html in marks.items():
        said = said.replace(mark, html)
    return said


def people_names(words: Words, place_ids: Iterable[str]) -> str:
    """The name of a cohort in plain text."""
    return words.all_of(words.name("places", key) for key in place_ids)


def km(words: Words, far: Far) -> str:
    """ "8.3 ± 0.8 km": a distance never without what it is good to."""
    return words("land.km", km=words.number(far.metres / 1000, 1), error=words.number(far.error / 1000, 1))


def from_to(words: Words, low: float, high: float, noun: str) -> str:
    """ "808 to 1,386 people"; one number where both are the same."""
    return words.count(high, noun) if low == high else words("side.range", low=words.number(low), high=words.count(high, noun))


def account(words: Words, row: Any) -> str:
    """Whose account a row is, as HTML."""
    return tell_html(words, words.text(row, "asserted_by"))


def kilometres(words: Words, metres: float) -> str:
    """A radius in kilometres, as exactly as it was set."""
    return words("land.radius", km=words.number(metres / 1000))


def draw_map(page: Page, data: dict[str, Any], *, key: str, height: int) -> list[list[float]] | None:
    """The land map: the base stays, the data changes. The corners of a boundary that was just drawn on it, as [lat, lon].

    A click on a settlement opens its page, on anything else its card, by the link.
    """
    # Not `urlencode`d: the mark is put in by the map.
    village = here(page, place=VILLAGE, show="", id="", list="")
    with st.container(key=f"map_{key}"):
        value = draw(page, maps.land({**data, "village": village}), key=key, height=height, visible={"incidents": False})
    told, before = value.get("told", 0), st.session_state.get(f"told_{key}")
    st.session_state[f"told_{key}"] = told or before
    return value.get("drawn") if told and told != before else None


def bounds(points: Iterable[tuple[float, float]], margin: float = 0.02) -> list[list[float]] | None:
    """The window that holds all points, for a map to fit."""
    known = [(lat, lon) for lat, lon in points if pd.notna(lat) and pd.notna(lon)]
    if not known:
        return None
    lats, lons = zip(*known, strict=True)
    return [[min(lats) - margin, min(lons) - margin], [max(lats) + margin, max(lons) + margin]]


def at(bundle: Bundle, place_id: str) -> tuple[float, float] | None:
    """Where a settlement is, or None."""
    row = bundle.row("places", place_id)
    return None if row is None or pd.isna(row["lat"]) else (float(row["lat"]), float(row["lon"]))
