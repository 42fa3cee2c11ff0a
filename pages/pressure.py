"""What was done to people who spoke, in what order, and by whom?"""

import streamlit as st

from evidence import select, ui

page = ui.open_page("pressure")
selected = ui.filters(page)
ui.period(page)
ui.say(select.in_words(selected, page.words))
show = ui.choose_show(page)
if show == "lanes":
    ui.lanes_and_card(page, selected)
elif show == "trend":
    ui.trend(page, selected)
    ui.compare(page)
else:
    ui.cross_table(page, selected)
ui.take_incidents(page, selected)
st.markdown(page.words(f"pressure.method_{show}"))
ui.foot(page)
