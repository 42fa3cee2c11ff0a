"""Every figure as a picture to take away: PNG and SVG, with title, unit, selection, source, version and credit burned in.

Drawn when asked, from the frames of the page, always on paper-coloured ground in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from evidence import charts, plates, select
from evidence.model import split
from evidence.report.progress import Tell
from evidence.select import Selected
from evidence.ui.making import file_button
from evidence.ui.page import Page
from evidence.words import Words, brief

QUICK = 1_000  # so many records are drawn in less than a second, as PNG too
KINDS = {"PNG": "image/png", "SVG": "image/svg+xml"}


def plate_buttons(page: Page, figure: str, make: Callable[[], str], named: str = "") -> None:
    """Two small buttons under a figure. `make` draws it as SVG and is called only when a reader takes it.

    Args:
        page: the page.
        figure: what the file and the buttons are named by: "map", "timeline" …; unique on the page.
        make: gives the plate as SVG.
        named: what the buttons call it, the end of a word `plate.figure_…`, where that is not `figure` itself.
    """
    words, name = page.words, f"tamshy-{page.bundle.version}-{figure}-{page.words.language}"
    slow, asked = (make.n > QUICK, make.asked) if isinstance(make, Plate) else (False, ())
    with st.container(horizontal=True, key=f"plate_{figure}", gap="small"):
        for kind, media in KINDS.items():
            label = words("plate.take", figure=words(f"plate.figure_{named or figure}"), kind=kind)
            key, file = f"plate_{figure}_{kind.lower()}", f"{name}.{kind.lower()}"
            file_button(page, key, label, file, media, _draws(make, kind), slow=slow, asked=asked, type="tertiary")


def _draws(make: Callable[[], str], kind: str) -> Callable[[Tell], bytes]:
    def draw(tell: Tell) -> bytes:
        tell(0.05)
        svg = make()
        tell(0.5)
        return plates.png(svg) if kind == "PNG" else svg.encode()

    return draw


@dataclass(frozen=True)
class Plate:
    """Draws a figure of so many records; `asked` is what it is of beside the view."""

    draw: Callable[[], str]
    n: int
    asked: Hashable = ()

    def __call__(self) -> str:
        return self.draw()


def caption(selected: Selected, words: Words) -> str:
    """The selection in words with its n, as it must read where neither list nor map stands beside it."""
    phrases = [phrase for _, _, phrase in select.parts_in_words(selected.selection, words)]
    said = words("caption.shown", n=selected.n, total=selected.total) + (": " + "; ".join(phrases) if phrases else "")
    notes = [
        words("caption.overhanging", n=selected.overhanging) if selected.overhanging else "",
        words("caption.context_hidden", n=selected.context_hidden) if selected.context_hidden else "",
    ]
    return ". ".join([said, *(note for note in notes if note)]) + "."


def sources_of(frame: pd.DataFrame) -> int:
    """How many sources the rows cite."""
    return len({key for cell in frame["source_ids"].unique() for key in split(cell)})


def told(page: Page, selected: Selected, *, title: str, unit: str, notes: str = "", credit: str = "") -> Any:
    """What is burned into a plate of incidents. `title` may be written for Markdown."""
    return plates.about(
        page.bundle, page.words, title=title, unit=unit, selection=caption(selected, page.words), sources=sources_of(selected.frame), notes=notes, credit=credit
    )  # fmt: skip


def map_plate(page: Page, selected: Selected, title: str, *, years: tuple[int, int] | None = None) -> Callable[[], str]:
    """Draws the map of a selection."""

    def make() -> str:
        words = page.words
        unlocated = words("plate.unlocated", n=len(selected.unlocated)) if len(selected.unlocated) else ""
        about = told(page, selected, title=title, unit=words("plate.unit_map"), notes=unlocated, credit=words("map.credit"))
        return plates.map_svg(page.bundle, words, selected.frame, about, years=years)

    return Plate(make, selected.n, (title, years))


def timeline_plate(page: Page, selected: Selected, title: str, highlight: Sequence[str] = ()) -> Callable[[], str]:
    """Draws the acts of a selection in time."""

    def make() -> str:
        about = told(page, selected, title=title, unit=page.words("plate.unit_timeline"))
        return plates.timeline_svg(page.words, selected.frame, about, highlight=highlight)

    return Plate(make, selected.n, (title, tuple(highlight)))


def trend_plate(page: Page, selected: Selected, title: str, panels: Sequence[Any], unit: str, notes: str) -> Callable[[], str]:
    """Draws records per year or quarter as small multiples."""

    def make() -> str:
        about = told(page, selected, title=title, unit=page.words(f"plate.unit_{unit}"), notes=notes)
        return plates.frame(plates.columns_drawing(panels, page.words, width=plates.INNER), about, page.words.language)

    return Plate(make, selected.n, title)


def lanes_plate(
    page: Page, selected: Selected, title: str, look: charts.Look, draw: Callable[[charts.Look], Any], *, alt: str, notes: str = ""
) -> Callable[[], str]:
    """Draws lanes; `draw` makes their figure for a look."""

    def make() -> str:
        on_paper = replace(look, dark=False, width=int(plates.INNER))
        drawn = plates.plotted(draw(on_paper), page.words, width=plates.INNER, alt=alt)
        drawn = plates.with_legend(drawn, _lanes_legend(page, look))
        return plates.frame(drawn, told(page, selected, title=title, unit=page.words("plate.unit_lanes"), notes=notes), page.words.language)

    return Plate(make, selected.n, (title, notes))


def _lanes_legend(page: Page, look: charts.Look) -> list[tuple[str, str]]:
    """(mark, sentence) for each mark of the lanes, then the colours of the families."""
    words = page.words
    marks = [
        (key, words(f"legend.{key}", date=words.date(look.published))) for key in ("exact", "soft", "bar", "open", "silent", "unknowing")
    ]
    return marks + [
        (str(words.term("act_family", code).get("colour") or charts.ACT), words.label("act_family", code))
        for code in words.codes("act_family")
    ]


def figure_plate(
    page: Page,
    figure: Callable[[], Any],
    *,
    title: str,
    unit: str,
    selection: Callable[[], str],
    alt: str,
    notes: str = "",
    credit: str = "",
) -> Callable[[], str]:
    """Draws any Plotly figure of ours; `figure` makes it for paper, `selection` says what was selected."""

    def make() -> str:
        about = plates.about(page.bundle, page.words, title=title, unit=unit, selection=selection(), notes=notes, credit=credit)
        return plates.frame(plates.plotted(figure(), page.words, width=plates.INNER, alt=alt), about, page.words.language)

    return make


# ── pages with many small figures ────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Kept:
    """A figure that this page has drawn: its title, what is counted in which unit, how many figures it shows, notes, and its drawing."""

    title: str
    unit: str
    n: int
    draw: Callable[[], Any]
    notes: str = ""
    credit: str = ""


def keep(page: Page, title: str, unit: str, n: int, draw: Callable[[], Any], notes: str = "", credit: str = "") -> None:
    """Remember a figure for `kept_figures`; nothing is drawn yet. `open_page` forgets those of the last run."""
    st.session_state.setdefault("kept_figures", []).append(Kept(title, unit, n, draw, notes, credit))


def kept_figures(page: Page, asked: str) -> None:
    """Any figure that was kept as a picture: which one, and the two buttons; `asked` says which view of the page it is of."""
    kept: list[Kept] = st.session_state.get("kept_figures", [])
    if not kept:
        return
    words = page.words
    with st.container(horizontal=True, vertical_alignment="bottom", key="pictures"):
        at = 0
        if len(kept) > 1:
            names = [brief(one.title, 90) for one in kept]
            # A figure that is no longer there cannot stay chosen.
            chosen = st.selectbox(words("plate.choose"), range(len(kept)), format_func=names.__getitem__, key=f"picture_{page.key}_{hash(tuple(names)) & 0xFFFF}", width=520)  # fmt: skip
            at = chosen or 0
        plate_buttons(page, "figure", kept_plate(page, kept[at], asked))


def kept_plate(page: Page, one: Kept, asked: str) -> Callable[[], str]:
    """Draws a kept figure in its frame."""

    def make() -> str:
        words = page.words
        selection = f"{words('plate.shows', n=one.n)} {asked}"
        about = plates.about(page.bundle, words, title=one.title, unit=one.unit, selection=selection, notes=one.notes, credit=one.credit)
        return plates.frame(one.draw(), about, words.language)

    return make


def land_plate(page: Page, data: Mapping[str, Any]) -> Callable[[], Any]:
    """Draws the map of a question about the land: distances, ways, settlements as they were judged."""

    def draw() -> Any:
        nothing = select.index(page.bundle).frame.iloc[:0]
        layers = ("flares", "assets") if data.get("settlements") or data.get("ring") else ("assets", "places")
        return plates.map_drawing(page.bundle, page.words, nothing, width=plates.INNER, layers=layers, land=data)

    return draw


def flares_plate(page: Page, year: int) -> Callable[[], Any]:
    """Draws the flares of a year, with the fields; the map turns to all of them."""

    def draw() -> Any:
        bundle = page.bundle
        listed = bundle["flare_volumes"].loc[bundle["flare_volumes"]["year"] == year, "flare_id"]
        sites = bundle["flare_sites"][bundle["flare_sites"]["flare_id"].isin(listed)]
        box = (sites["lon"].min(), sites["lat"].min(), sites["lon"].max(), sites["lat"].max()) if len(sites) else None
        nothing = select.index(bundle).frame.iloc[:0]
        return plates.map_drawing(
            bundle, page.words, nothing, width=plates.INNER, box=box, years=(year, year), layers=("flares", "assets"), height=760
        )

    return draw
