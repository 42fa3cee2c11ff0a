"""What is burned and released here, and by whose numbers?"""

import streamlit as st

from evidence import ui

page = ui.open_page("environment")
show = ui.choose_subject(page)
with ui.beside_the_card(page):
    if show == "flaring":
        ui.flaring_section(page)
        ui.observations_section(page)
    elif show == "figures":
        ui.figures_section(page)
    elif show == "air":
        ui.air_section(page)
    else:
        ui.event_section(page)
ui.pictures(page)
st.markdown(page.words(f"environment.method_{show}"))
ui.take_tables(page)
ui.foot(page)
