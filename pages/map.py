"""Where did it happen, and what stands around it?"""

import streamlit as st

from evidence import select, ui

page = ui.open_page("map")
selected = select.select(page.bundle, page.selection)
# What takes a browser longest is sent first, although it stands below what is asked.
asked, shown = st.container(), st.container()
with shown:
    if st.session_state.get("view", "map") == "map":
        ui.map_and_card(page, selected)
    else:
        ui.list_and_card(page, selected)
with asked:
    ui.filters(page)
    ui.period(page)
    ui.say(select.in_words(selected, page.words))
    ui.choose_view(page)
ui.take_incidents(page, selected)
st.markdown(page.words("map.method"))
ui.foot(page)
