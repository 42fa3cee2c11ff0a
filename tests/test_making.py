"""What takes longer than a second is made apart from the page: it says how far it is, and ends when the reader says so."""

import contextlib
import time

import pytest
from conftest import ROOT
from streamlit.testing.v1 import AppTest

from evidence.report import archive, dossier, sheets, tables
from evidence.report.briefing import briefing
from evidence.report.briefing_parts import gather
from evidence.report.progress import course
from evidence.report.published import whole
from evidence.report.slides import slides
from evidence.ui import making
from evidence.ui.making import Making, Stopped
from evidence.ui.plates import Plate


def opened(key: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / f"{key}.py"), default_timeout=60)
    page.session_state["take"] = True
    for word, value in query.items():
        page.query_params[word] = value
    return page.run()


def endless(tell):
    """Something that takes ten seconds unless it is stopped."""
    for _ in range(2_000):
        tell(0.3)
        time.sleep(0.005)


def taken(**said):
    return archive.Taken("T", "S", "https://example.org/", "F", "2026-11-24", **said)


MAKERS = {
    "zip": lambda b, w, tell: archive.archive(b, w, archive.everything(b), taken(whole=True), tell),
    "csv": lambda b, w, tell: tables.csv_file(b, whole(b, "sources"), course(len(b["sources"]), tell)),
    "geojson": lambda b, w, tell: tables.geojson_file(b, whole(b, "flare_volumes"), "", course(len(b["flare_volumes"]), tell)),
    "xlsx": lambda b, w, tell: sheets.workbook(b, w, [whole(b, "words")], [], course(len(b["words"]), tell)),
    "briefing parts": lambda b, w, tell: gather(b, w, b_frame(b), selection="S", tell=tell),
    "briefing": lambda b, w, tell: briefing(b, w, gather(b, w, b_frame(b), selection="S"), address="", today="2026-11-24", tell=tell),
    "slides": lambda b, w, tell: slides(b, w, gather(b, w, b_frame(b), selection="S"), address="", today="2026-11-24", tell=tell),
}


def b_frame(bundle):
    from evidence import select

    return select.index(bundle).frame.head(30)


@pytest.mark.parametrize("name", MAKERS)
def test_every_maker_says_how_far_it_is_and_can_be_stopped_on_the_way(bundle, english, name):
    told: list[float] = []

    def listen(share: float) -> None:
        told.append(share)
        if len(told) == 2:
            raise Stopped

    with contextlib.suppress(Stopped):
        MAKERS[name](bundle, english, listen)
    assert told and all(0 <= share <= 1 for share in told) and told == sorted(told)
    if name not in {"csv", "geojson"}:  # one piece of a small table
        assert len(told) == 2, "it went on after it was stopped"


def test_a_making_ends_at_its_next_piece_when_it_is_stopped_and_leaves_nothing():
    one = Making("asked", endless)
    while one.share == 0:
        time.sleep(0.005)
    assert not one.look()
    one.stop()
    one.wait(5)
    assert one.look() and one.made is None and not one.failed


def test_a_making_that_nobody_looks_at_ends_by_itself(monkeypatch):
    monkeypatch.setattr(making, "LEFT", 0.05)
    one = Making("asked", endless)
    one.wait(5)
    assert one.made is None


def test_a_making_that_fails_says_so_and_takes_nobody_with_it():
    one = Making("asked", lambda tell: 1 / 0)
    one.wait(5)
    assert one.failed and one.made is None


def test_the_reader_sees_how_far_it_is_and_a_button_that_stops_it(monkeypatch):
    page = opened("map", type="detention_short")
    monkeypatch.setattr("evidence.report.archive.archive", lambda *args: endless(args[-1]))
    page.button(key="take_all").click().run()
    held = page.session_state["makings"]["take_all"]
    assert page.button(key="take_all_stop").label == "Stop" and page.get("progress")
    page.button(key="take_all_stop").click().run()
    held.wait(5)
    assert "take_all" not in page.session_state["makings"] and held.made is None
    assert page.button(key="take_all").label == "Everything there is (ZIP)" and not page.get("progress")


def test_what_was_made_is_saved_by_a_button_with_its_size_until_something_else_is_asked_for():
    page = opened("map", type="detention_short")
    page.button(key="take_zip").click().run()
    page.session_state["makings"]["take_zip"].wait(60)
    page.run()
    (label,) = [b.proto.label for b in page.get("download_button") if "take_zip_save" in b.proto.id]
    assert label.startswith("Save: What is shown, with its sources (ZIP), ") and label.endswith(" kB")
    page.session_state["selection"] = page.session_state["selection"].but(type=("threat",))
    page.run()
    assert "take_zip" not in page.session_state["makings"]


def test_while_the_page_itself_waits_a_button_takes_back_what_was_asked():
    page = AppTest.from_function(waits).run()
    assert page.get("progress") and page.button(key="x_stop").label == "Stop"
    page.button(key="x_stop").click().run()
    assert page.session_state["given_up"] and not page.get("progress")


def waits() -> None:
    import time

    import streamlit as st

    from evidence import load
    from evidence.ui.making import MOMENT, meanwhile
    from evidence.words import Words

    def give_up() -> None:
        st.session_state["given_up"] = True

    if st.session_state.get("given_up"):
        st.stop()
    with meanwhile(Words(load.opened(), "en"), "x", "Comparing", give_up) as tell:
        time.sleep(MOMENT)
        tell(0.5)
        st.stop()


def test_a_picture_of_many_records_is_made_first_and_one_of_few_at_once():
    from evidence.ui import plates

    page = opened("map", type="detention_short")
    assert [b for b in page.get("download_button") if "plate_map_png" in b.proto.id]
    assert Plate(lambda: "", plates.QUICK + 1).n > plates.QUICK


def test_the_dossier_says_how_far_it_is(monkeypatch):
    page = AppTest.from_file(str(ROOT / "pages/case.py"), default_timeout=60)
    page.query_params["show"] = "dossier"
    page.run()
    monkeypatch.setattr(dossier, "gather", lambda *a, **k: time.sleep(0.4))
    page.button(key="dossier_prepare").click().run()
    assert page.get("progress") and page.button(key="dossier_stop").label == "Stop"
    page.button(key="dossier_stop").click().run()
    assert not page.get("progress") and "dossier" not in page.session_state["makings"]
