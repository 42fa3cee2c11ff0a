"""Starts the server: the app, its local assets, the headers of every answer (`streamlit run dashboard.py`)."""

import sys

import streamlit as st

from evidence import load, server

try:
    load.opened()
except load.InvalidData as problem:
    # Evidence that does not check is not shown, not even in part; the operator is told every reason.
    sys.exit(f"The bundle cannot be opened.\n{problem}")

server.warm()
app = st.App("evidence/shell.py", routes=server.routes(), middleware=server.middleware())
