"""What happened in this case, in what order, and how is it known?"""

import streamlit as st

from evidence import select, ui

page = ui.open_page("case")
case = ui.choose_case(page)
show = ui.choose_case_view(page)
ui.case_filters(page, show)
if show == "file":
    ui.say(select.in_words(select.select(page.bundle, page.selection), page.words))
    ui.case_file(page, case)
    st.markdown(page.words("case.method"))
elif show == "dossier":
    ui.dossier_section(page, case)
else:
    ui.ledger_and_card(page, case)
    st.markdown(page.words("ledger.method"))
ui.take_case(page, case)
ui.briefing(page, case=case)
ui.foot(page)
