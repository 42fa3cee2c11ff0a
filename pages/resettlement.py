"""Who was to be moved, who was, and who lies inside which zone?"""

import streamlit as st

from evidence import ui

page = ui.open_page("resettlement")
place = ui.chosen_village(page)
show = ui.choose_land_view(page)
with ui.beside_the_card(page):
    if show == "nearness":
        ui.what_if(page)
    elif show == "zones":
        ui.zone_history(page)
    elif place:
        ui.village(page, place)
        ui.resettlement_download(page, place)
    else:
        ui.stage_board(page)
        ui.figures_side_by_side(page)
        ui.destinations(page)
        ui.promises(page)
        ui.resettlement_download(page)
if show != "nearness":  # the what-if ends itself: what changes there changes the link below it too
    ui.pictures(page)
    st.markdown(page.words(f"land.method_{show}"))
    ui.take_tables(page)
    ui.foot(page)
