"""Who was asked, how long did it take, and what came back?"""

import streamlit as st

from evidence import select, ui

page = ui.open_page("answers")
selected = ui.filters(page)
ui.say(select.in_words(selected, page.words))
rows = ui.answers(page, selected)
if len(rows):
    ui.waiting(page, rows)
    ui.docket_and_card(page, rows)
    ui.by_mechanism(page, rows)
ui.which_mechanism(page, selected)
ui.answers_download(page, rows)
st.markdown(page.words("answers.method"))
ui.foot(page)
