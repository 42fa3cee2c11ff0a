"""What does all this rest on, how was it counted, and what is missing?"""

import streamlit as st

from evidence import ui

page = ui.open_page("sources")
show = ui.choose_sources_view(page)
if show == "library":
    ui.library_and_card(page)
elif show == "counted":
    ui.how_counted(page)
elif show == "terms":
    ui.definitions(page)
elif show == "holes":
    ui.known_holes(page)
    ui.pictures(page)
else:
    ui.codebook(page)
st.markdown(page.words("sources.method"))
ui.take_tables(page)
ui.foot(page)
