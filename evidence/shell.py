"""The navigation that the server runs for each visitor: which pages, in which order, under which names."""

import streamlit as st

from evidence import ui

ui.navigation(st).run()
