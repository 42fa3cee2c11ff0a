"""What the server runs for each visitor: the navigation, the map that outlives a page, and the page."""

import streamlit as st

from evidence import ui

page = ui.navigation(st)
with ui.set_up(page.url_path or "overview"):
    page.run()
