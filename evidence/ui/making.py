"""A file that takes longer than a moment is made in a thread of its own: a bar says how far it is, a button stops it.

The thread stops at its next piece when the reader says so, asks for something else or leaves. What was made lives in the visit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from evidence.report.progress import Tell, quiet
from evidence.ui.page import Page, link
from evidence.words import Words

EVERY = 0.4  # seconds between two looks at how far it is
LEFT = 150  # seconds after which nobody looks any more; a browser wakes a hidden tab once a minute
MOMENT = 0.5  # seconds that pass without a word
_POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="making")


class Stopped(Exception):
    """The reader does not wait any more."""


class Making:
    """Something being made for one visitor: how far it is, what came of it."""

    def __init__(self, asked: Hashable, make: Callable[[Tell], Any]) -> None:
        self.asked, self.share, self.made, self.failed = asked, 0.0, None, False
        self._stopped, self._seen = threading.Event(), time.monotonic()
        self._future = _POOL.submit(self._run, make)

    def _run(self, make: Callable[[Tell], Any]) -> None:
        try:
            made = make(self._tell)
            self._tell(1.0)  # whoever stops at the very end wants no file either
            self.made = made
        except Stopped:
            pass
        except Exception:
            logging.getLogger(__name__).exception("a file could not be made")
            self.failed = True

    def _tell(self, share: float) -> None:
        if self._stopped.is_set() or time.monotonic() - self._seen > LEFT:
            raise Stopped
        self.share = share

    def look(self) -> bool:
        """True once it is over; that somebody looks keeps it going."""
        self._seen = time.monotonic()
        return self._future.done()

    def stop(self) -> None:
        """Let it end at its next piece; one that waits for its turn does not begin."""
        self._stopped.set()
        self._future.cancel()

    def wait(self, seconds: float) -> None:
        """Wait for its end, as tests do."""
        if not self._future.cancelled():
            self._future.result(seconds)


# ── of this visit ────────────────────────────────────────────────────────────────────────────────
def _all() -> dict[str, Making]:
    makings: dict[str, Making] = st.session_state.setdefault("makings", {})
    return makings


def begin(key: str, asked: Hashable, make: Callable[[Tell], Any]) -> None:
    """Begin to make something; of what was made before, nothing is kept but what is still being made."""
    stop(key)
    for other in [name for name, one in _all().items() if one.look()]:
        del _all()[other]
    _all()[key] = Making(asked, make)


def stop(key: str) -> None:
    """Stop and forget it."""
    if making := _all().pop(key, None):
        making.stop()


def found(key: str, asked: Hashable) -> Making | None:
    """What is being made or was made under this name, if it is what is asked for now; else it is stopped and forgotten."""
    making = _all().get(key)
    if making is not None and making.asked != asked:
        stop(key)
        return None
    return making


def asked_here(page: Page, *more: Hashable) -> Hashable:
    """What a file of this view is made from: the data, the language, the link without the card that is open."""
    said = {word: values for word, values in link().items() if word not in {"id", "list"}}
    return (page.bundle.version, page.words.language, page.key, urlencode(said, doseq=True), *more)


# ── what the reader sees ─────────────────────────────────────────────────────────────────────────
def file_button(
    page: Page, key: str, label: str, file: str, media: str, make: Callable[[Tell], bytes], *, slow: bool, asked: Hashable = (), **look: Any
) -> None:  # fmt: skip
    """A button that takes a file: at once where it takes no second, else made first, with a bar and a way to stop, then saved.

    Args:
        page: the page.
        key: of the button.
        label: what the file is.
        file: its name.
        media: its media type.
        make: makes it; called in a thread of its own, with what it tells how far it is.
        slow: whether this may take longer than a second.
        asked: what else than the view the file depends on.
        look: how Streamlit draws the button.
    """
    if not slow:
        st.download_button(label, lambda: make(quiet), file, media, key=key, on_click="ignore", **look)
        return
    words, wanted = page.words, asked_here(page, file, asked)
    making = found(key, wanted)
    if making is None or (making.look() and making.made is None):
        if making is not None and making.failed:
            st.error(words("making.failed"))
        st.button(label, key=key, on_click=begin, args=(key, wanted, make), **look)
    elif making.look():
        said = words("making.save", what=label, kb=max(round(len(making.made) / 1000), 1))
        st.download_button(said, making.made, file, media, key=f"{key}_save", on_click="ignore", type="primary")
    else:
        waiting(page, key, label)


def waiting(page: Page, key: str, label: str) -> None:
    """How far it is, and the way to stop it; when it is over, the page is drawn again."""

    def look() -> None:
        making = _all().get(key)
        if making is None or making.look():
            st.rerun()
        with st.container(key=f"making_{key}", horizontal=True, vertical_alignment="center", width=440):
            st.progress(making.share, text=page.words("making.how_far", what=label, percent=round(100 * making.share)), width=300)
            st.button(page.words("making.stop"), key=f"{key}_stop", on_click=stop, args=(key,))

    st.fragment(look, run_every=EVERY)()


@contextmanager
def meanwhile(words: Words, key: str, text: str, give_up: Callable[[], None]) -> Iterator[Tell]:
    """A bar and a way to stop while the page itself waits. A click on it ends the run of the page at the next word of how far it is.

    Args:
        words: the reader's language.
        key: of the button that stops.
        text: what is being done.
        give_up: called before the page runs again: it must take back what was asked.
    """
    place, begun = st.empty(), time.monotonic()
    bar = None
    last = begun + MOMENT - 0.2

    def tell(share: float) -> None:
        nonlocal bar, last
        if time.monotonic() - last < 0.2:
            return
        last = time.monotonic()
        if bar is None:
            with place.container(key=f"making_{key}", horizontal=True, vertical_alignment="center", width=440):
                bar = st.progress(share, text=text, width=300)
                st.button(words("making.stop"), key=f"{key}_stop", on_click=give_up)
        else:
            bar.progress(share, text=text)

    try:
        yield tell
    except Exception:
        place.empty()
        raise
    place.empty()
