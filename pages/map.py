"""Where did it happen, and what stands around it?"""

import streamlit as st

from evidence import select, ui

page = ui.open_page("map")
selected = ui.filters(page)
ui.period(page)
ui.say(select.in_words(selected, page.words))
# The map itself stands on the stage already; without it, the same records as a list.
if ui.choose_view(page) == "map":
    ui.phone_list(page, selected)
    with ui.part("map"):
        ui.under_map(page, selected)
else:
    with ui.part("over"):
        ui.listing(page, selected.frame, key="list")
with ui.part("aside"):
    ui.beside_map(page, selected)
with ui.part("rest"):
    ui.take_incidents(page, selected)
    st.markdown(page.words("map.method"))
    ui.foot(page)
