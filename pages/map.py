"""Where did it happen, and what stands around it?"""

import streamlit as st

from evidence import select, ui

page = ui.open_page("map")
selected = ui.filters(page)
ui.period(page)
ui.say(select.in_words(selected, page.words))
view = ui.choose_view(page)
if view == "map":
    ui.map_and_card(page, selected)
else:
    ui.list_and_card(page, selected)
ui.take_incidents(page, selected)
st.markdown(page.words("map.method"))
ui.foot(page)
