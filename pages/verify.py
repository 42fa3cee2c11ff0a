"""Is this figure or file still what was published?"""

import streamlit as st

from evidence import ui

page = ui.open_page("verify")
ui.verify(page)
st.markdown(page.words("verify.method"))
ui.foot(page)
