"""A box that takes a reader's file, in the reader's language: Streamlit's own button and limit are written in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from evidence.words import Words


def upload(words: Words, label: str, kinds: Sequence[str], mb: int, key: str, *, spare_mb: int = 0, **more: Any) -> Any:
    """The file that a reader gives, or None.

    Args:
        words: the reader's language.
        label: what is asked for.
        kinds: endings of files, without a dot.
        mb: its most megabytes.
        key: of the box.
        spare_mb: how much larger a file the box lets through, for its reader to refuse it in a sentence of ours.
        more: as of `st.file_uploader`.
    """
    said = {"--t-upload": words("upload.choose"), "--t-upload-limit": words("upload.limit", mb=mb, kinds=", ".join(kinds).upper())}
    # The look is in app.css; only what it says comes from here.
    st.html(f"<style>:root{{{';'.join(f'{name}:{_string(text)}' for name, text in said.items())}}}</style>")
    return st.file_uploader(label, type=list(kinds), max_upload_size=mb + spare_mb, key=key, **more)


def _string(text: str) -> str:
    """A text as a string of CSS, whatever is in it."""
    return '"' + re.sub(r"[^\w ,.·/-]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'
