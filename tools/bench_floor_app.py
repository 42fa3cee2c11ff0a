"""The smallest Streamlit app with a page and a button: what the framework itself costs. bench.py divides by it."""

import streamlit as st


def one() -> None:
    """A button and a text that it changes."""
    st.session_state.n = st.session_state.get("n", 0) + st.button("go")
    st.markdown(f"number {st.session_state.n}")


def two() -> None:
    """Another page."""
    st.markdown("another page")


st.navigation([st.Page(one, title="one", url_path="one", default=True), st.Page(two, title="two", url_path="two")]).run()
