"""What is this, how far can it be trusted, and what does it show?"""

import streamlit as st

from evidence import select, ui

page = ui.open_page("overview")
selected = select.select(page.bundle, page.selection)
# The map takes a browser longest, so it is sent first, although it stands below the cover.
above = st.container()
space, time = st.columns(2, gap="medium")
with space:
    ui.overview_map(page, selected)
with above:
    ui.cover(page)
    ui.key_figures(page, selected)
    ui.chips(page)
    ui.say(select.in_words(selected, page.words))
with time:
    ui.timeline(page, selected)
ui.picked_card(page)
ui.news(page)
ui.take_incidents(page, selected)
ui.briefing(page)
ui.foot(page)
