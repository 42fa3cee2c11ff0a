"""The Environment page below its question: the figures of the subject, the card beside them, the end of the page.

All of it runs alone: a step of the period, the year or the place sends a browser these parts and not the whole page, and the link
at its end says the step too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from evidence.ui.air import air_section
from evidence.ui.asked import pictures, take_tables
from evidence.ui.environment import beside_the_card, figures_section, period
from evidence.ui.event import event_section
from evidence.ui.flaring import flaring_section
from evidence.ui.observations import observations_section
from evidence.ui.page import Page, foot, write_link


def _burned(page: Page) -> None:
    flaring_section(page)
    observations_section(page)


SECTIONS: Mapping[str, Callable[[Page], None]] = {
    "flaring": _burned,
    "figures": figures_section,
    "air": air_section,
    "event": event_section,
}


@st.fragment
def subject_and_end(page: Page, show: str) -> None:
    """What is shown of a subject, for the selection as it is now: `page` is as old as the last run of everything."""
    state = st.session_state
    page = replace(page, selection=state["selection"], picked=state.get("picked"))
    state["kept_figures"] = []
    write_link()
    period(page)
    with beside_the_card(page):
        SECTIONS[show](page)
    pictures(page)
    st.markdown(page.words(f"environment.method_{show}"))
    take_tables(page)
    foot(page)
