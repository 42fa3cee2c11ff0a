"""Lanes lose no act and count none twice; what lasts is never longer than its sources say; a day keeps its order."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from conftest import ROOT, rows_of
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from evidence import charts, lanes, load, plates, select
from evidence.model import Selection, split
from evidence.words import Words

PAGE = str(ROOT / "pages" / "pressure.py")
CODES = st.lists(st.sampled_from(["criminal_case", "conviction", "assault", "torture"]), min_size=1, max_size=4).map(";".join)
PEOPLE = st.lists(st.sampled_from(["P-001", "P-002", "P-003"]), max_size=3, unique=True).map(";".join)
ACTS = st.lists(st.tuples(CODES, PEOPLE, st.sampled_from(["2019-05-07", "2019-05", "2019", "2019/2021", "2018-12/..", ""])), max_size=12)
FAMILIES = {"criminal_case": "justice", "conviction": "justice", "assault": "violence", "torture": "violence"}


def acts(*rows: tuple[str, str, str], **more: list[object]) -> pd.DataFrame:
    """Incidents as `select` gives them, from (types, people, period)."""
    frame = pd.DataFrame(rows, columns=["types", "people_ids", "period"])
    spans = [lanes.span(text) for text in frame["period"]]
    bound = {
        "start": [None if s is None or np.isinf(s.a) else pd.Timestamp(s.a, unit="D") for s in spans],
        "end": [None if s is None or np.isinf(s.d) else pd.Timestamp(s.d, unit="D") for s in spans],
    }
    frame = frame.assign(
        incident_id=[f"I-{at}" for at in range(len(frame))], case_id="C-1", place_id="", sequence=np.nan, learned="", **more
    )
    return frame.assign(period_start=pd.to_datetime(bound["start"]), period_end=pd.to_datetime(bound["end"]))


def updates(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Status updates from (record, period, status)."""
    return pd.DataFrame(rows, columns=["record_id", "period", "status"])


def dated(days: float) -> str:
    """A day since 1970 as a date."""
    return str(np.datetime64(int(days), "D"))


def day_of(text: str) -> float:
    """A date as a day since 1970."""
    return lanes.day(date.fromisoformat(text))


# ── lanes ────────────────────────────────────────────────────────────────────────────────────────
@given(ACTS)
@pytest.mark.parametrize("key", ["case", "defender", "type", "family", "year"])
def test_no_act_is_lost_and_none_stands_twice_in_a_lane(key, rows):
    frame = acts(*rows)
    standing = lanes.members(frame, lanes.DIMENSIONS[key], FAMILIES)
    assert set(standing["row"]) == set(range(len(frame)))
    assert not standing.duplicated().any()


@pytest.mark.parametrize("key", list(lanes.MODES))
def test_lanes_add_up_to_the_caption_and_what_stands_in_several_is_said(bundle, english, key):
    selected = select.select(bundle, Selection())
    families = {code: english.term("act_type", code).get("parent", "") for code in english.codes("act_type")}
    found = lanes.lanes(selected.frame, lanes.MODES[key], families, str)
    again = (found.members["row"].value_counts() - 1).sum()
    assert found.summary["n"].sum() - again == selected.n == found.acts
    assert (found.repeated == 0) == (again == 0)


@given(ACTS)
@pytest.mark.parametrize("key", ["type", "defender"])
def test_an_act_stands_in_the_lane_of_each_of_its_codes_and_no_other(key, rows):
    frame, mode = acts(*rows), lanes.MODES[key]
    expected = {(at, code) for at, cell in enumerate(frame[mode.column]) for code in split(cell) or [""]}
    assert set(lanes.members(frame, mode, FAMILIES).itertuples(index=False, name=None)) == expected


def test_an_act_of_two_types_of_one_family_stands_once_in_its_lane():
    frame = acts(("criminal_case;conviction", "", "2019"))
    assert list(lanes.members(frame, lanes.MODES["family"], FAMILIES)["lane"]) == ["justice"]
    assert len(lanes.members(frame, lanes.MODES["type"], FAMILIES)) == 2


@pytest.mark.parametrize(("order", "first"), [("latest", "P-002"), ("count", "P-001"), ("name", "P-001")])
def test_lanes_are_ordered_as_asked_and_those_without_a_name_come_last(order, first):
    frame = acts(("assault", "P-001", "2011"), ("assault", "P-001", "2012"), ("assault", "P-002", "2019"), ("assault", "", "2024"))
    found = lanes.lanes(frame, lanes.MODES["defender"], FAMILIES, str, order)
    assert found.summary["lane"].iloc[0] == first
    assert found.summary["lane"].iloc[-1] == ""


def test_an_order_that_is_not_known_is_a_mistake():
    with pytest.raises(ValueError, match="fame"):
        lanes.lanes(acts(("assault", "", "2011")), lanes.MODES["type"], FAMILIES, str, "fame")


# ── spans ────────────────────────────────────────────────────────────────────────────────────────
def test_a_day_is_exact_and_a_doubted_day_is_not():
    assert lanes.span("2019-05-07").exact
    assert not lanes.span("2019-05-07?").exact
    assert not lanes.span("2019-05").exact


def test_a_month_is_once_somewhere_inside_and_a_range_lasts():
    once, lasts = lanes.span("2019-05"), lanes.span("2011-05-24/2012-03")
    assert once.b == once.c
    assert [dated(x) for x in (lasts.a, lasts.b, lasts.c, lasts.d)] == ["2011-05-24", "2011-05-24", "2012-03-01", "2012-04-01"]
    assert lanes.span("") is None


@given(st.sampled_from(["2019", "2019?", "2017~/2019-05", "2004~/2004-12", "2019-05-07/2019-05-09~", "2018/..", "../2018"]))
def test_a_span_never_runs_backwards(text):
    s = lanes.span(text)
    assert s.a <= s.b <= s.c <= s.d


# ── states ───────────────────────────────────────────────────────────────────────────────────────
def test_a_case_that_was_closed_ends_there():
    frame = acts(("criminal_case", "P-001", "2017-03-01"))
    state = lanes.states(frame, frame, updates(("I-0", "2019-05-31", "closed"))).iloc[0]
    assert (state["kind"], state["end"], dated(state["c"])) == ("case", "ended", "2019-05-31")


def test_a_suspended_case_is_open_up_to_the_last_word():
    frame = acts(("criminal_case", "", "2017~"))
    state = lanes.states(frame, frame, updates(("I-0", "2019-05~", "suspended"))).iloc[0]
    assert (state["end"], state["status"], state["when"], dated(state["d"])) == ("open", "suspended", "2019-05~", "2019-06-01")


def test_nothing_later_is_silence_and_not_a_long_bar():
    frame = acts(("criminal_case", "", "2017-03-01"))
    state = lanes.states(frame, frame, updates()).iloc[0]
    assert (state["end"], state["d"] - state["a"]) == ("silent", 1)


def test_an_undated_release_is_an_end_without_a_day():
    frame = acts(("arrest_criminal", "P-001", "2017-03-01"))
    assert lanes.states(frame, frame, updates(("I-0", "", "released"))).iloc[0]["end"] == "undated"


def test_a_later_conviction_of_the_same_people_ends_the_case_and_of_others_does_not():
    frame = acts(
        ("criminal_case", "P-001;P-002", "2017-03-01"), ("conviction", "P-001;P-002", "2018-03-01"), ("conviction", "P-001", "2018-01-01")
    )
    assert lanes.states(frame, frame, updates()).iloc[0]["end"] == "ended"
    fewer = frame.drop(index=1)
    assert lanes.states(fewer, fewer, updates()).iloc[0]["end"] == "silent"


def test_an_end_is_found_although_it_is_filtered_out():
    whole = acts(("criminal_case", "P-001", "2017-03-01"), ("conviction", "P-001", "2018-03-01"))
    assert lanes.states(whole.iloc[:1], whole, updates()).iloc[0]["end"] == "ended"


def test_a_word_that_fits_each_of_several_states_ends_or_prolongs_none_of_them():
    frame = acts(("criminal_case;travel_restriction", "", "2017-03-01"))
    assert set(lanes.states(frame, frame, updates(("I-0", "2018-03-01", "upheld")))["end"]) == {"silent"}
    alone = acts(("travel_restriction", "", "2017-03-01"))
    assert list(lanes.states(alone, alone, updates(("I-0", "2018-03-01", "upheld")))["end"]) == ["open"]


def test_a_word_dated_before_the_act_is_about_something_else():
    frame = acts(("arrest_criminal", "", "2024-04-22"))
    assert lanes.states(frame, frame, updates(("I-0", "2024-03-07", "detained"))).iloc[0]["end"] == "silent"


def test_a_later_word_that_fits_no_status_leaves_it_unsaid_whether_it_still_runs():
    frame = acts(("restriction_order", "", "2017-07-25"))
    known = ("I-0", "2017-09-29", "upheld")
    assert lanes.states(frame, frame, updates(known)).iloc[0]["end"] == "open"
    assert lanes.states(frame, frame, updates(known, ("I-0", "2021-11-09", "other"))).iloc[0]["end"] == "silent"


def test_a_ban_whose_term_ran_out_has_ended(bundle):
    whole = select.index(bundle).frame
    found = lanes.states(whole[whole["incident_id"] == "I2-031"], whole, bundle["status_updates"])
    assert found[["kind", "end", "status", "when"]].to_dict("records") == [
        {"kind": "ban", "end": "ended", "status": "expired", "when": "2022-10-05"}
    ]


def test_a_conviction_is_custody_only_if_somebody_was_held():
    frame = acts(("conviction", "", "2017-03-01"))
    assert lanes.states(frame, frame, updates()).empty
    assert lanes.states(frame, frame, updates(("I-0", "2019", "serving_sentence"))).iloc[0]["kind"] == "custody"


def test_a_short_detention_is_no_state():
    frame = acts(("detention_short", "", "2019-05-07"))
    assert lanes.states(frame, frame, updates(("I-0", "2019-05-07", "released"))).empty


def test_no_state_runs_backwards_or_past_what_is_known(bundle):
    frame = select.select(bundle, Selection(relation=())).frame
    found = lanes.states(frame, frame, bundle["status_updates"])
    assert len(found)
    assert ((found["a"] <= found["b"]) & (found["b"] <= found["c"]) & (found["c"] <= found["d"])).all()
    assert (found["c"] <= day_of(bundle.published)).all()


def test_the_time_a_person_did_not_know_of_a_case_ends_when_they_learned():
    frame = acts(("criminal_case", "", "2017~"), ("assault", "", "2019")).assign(learned=["2019-05-07", ""])
    found = lanes.unknowing(frame)
    assert list(found["incident_id"]) == ["I-0"]
    assert (dated(found["a"].iloc[0]), dated(found["d"].iloc[0])) == ("2017-01-01", "2019-05-07")
    assert lanes.unknowing(frame.assign(learned=["2016-01-01", ""])).empty
    assert lanes.unknowing(acts(("criminal_case", "", "2019-05-07")).assign(learned=["2019-05-07"])).empty


# ── places in a lane ─────────────────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 20)), max_size=30))
def test_packed_intervals_do_not_overlap_while_there_are_rows(spans):
    left = np.array([start for start, _ in spans])
    right = left + np.array([length for _, length in spans])
    rows = lanes.pack(left, right, 1_000)
    for row in set(rows):
        inside = np.flatnonzero(rows == row)
        order = inside[np.argsort(left[inside], kind="stable")]
        assert (right[order][:-1] <= left[order][1:]).all()


def test_acts_of_one_day_share_it_in_their_order():
    spans = [lanes.span("2019-05-07")] * 3 + [lanes.span("2019-05-07")]
    at = lanes.moments(spans, ["a", "a", "a", "b"]) - day_of("2019-05-07")
    assert list(at[:3]) == sorted(at[:3]) and 0 < at[0] < at[2] < 1
    assert at[3] == 0.5


@given(st.lists(st.floats(0, 999), max_size=50))
def test_binned_acts_add_up(moments):
    counted = lanes.bins(np.array(moments), np.array(["x"] * len(moments), dtype=object), 0, 1000, 37)
    assert counted["n"].sum() == len(moments)


def test_the_seven_of_may_2019_is_told_in_its_order(bundle):
    selected = select.select(bundle, Selection(case=("C-001",)))
    steps = lanes.steps(selected.frame, date(2019, 5, 7))
    assert list(steps["incident_id"]) == ["I-BZ-02", "I-BZ-03", "I-BZ-03a", "I-BZ-04", "I-BZ-05", "I-BZ-04a"]
    assert list(steps["order"]) == [1, 2, 3, 4, 5, 6]


def test_the_complaint_of_the_day_is_drawn_after_the_acts_of_its_case_and_of_no_other(bundle, english):
    steps = lanes.steps(select.index(bundle).frame, date(2019, 5, 7))
    by_case = lanes.lanes(steps, lanes.MODES["case"], {}, str)
    look = charts.Look(date(2019, 5, 7), date(2019, 5, 7), date(2026, 1, 1), False)
    made = [charts.Answer("R-1", "C-001", 7, "Complaint"), charts.Answer("R-2", "C-NONE", 0, "Other")]
    marks = charts.day(by_case, ["C-001"], steps, english, look, names={"C-001": "Case"}, made=made).data[0]
    phone = charts.day(by_case, ["C-001"], steps, english, replace(look, width=330), names={"C-001": "Case"}, made=made)
    assert not phone.layout.annotations
    assert [*marks.text][-1] == "<b>7</b>" and [*marks.customdata][-1] == "R-1" and [*marks.x] == [1, 2, 3, 4, 5, 6, 7]


def test_complaints_of_one_case_stand_side_by_side_after_its_acts(tiny, english):
    bundle = tiny()
    steps = lanes.steps(select.index(bundle).frame, date(2019, 5, 7))
    look = charts.Look(date(2019, 5, 7), date(2019, 5, 7), date(2026, 1, 1), False)
    made = [charts.Answer(key, "C-1", 0, "Complaint") for key in ("R-1", "R-2")]
    marks = charts.day(
        lanes.lanes(steps, lanes.MODES["case"], {}, str), ["C-1"], steps, english, look, names={"C-1": "Case"}, made=made
    ).data[0]
    assert dict(zip(marks.customdata, marks.x, strict=True)) == {"I-1": 1, "R-1": 2, "R-2": 3}


def test_acts_whose_order_is_not_recorded_get_no_number():
    frame = acts(("assault", "", "2019-05-07"), ("torture", "", "2019-05-07"), ("assault", "", "2019-05"))
    assert list(lanes.steps(frame, date(2019, 5, 7))["order"]) == [0, 0]


# ── the figure ───────────────────────────────────────────────────────────────────────────────────
def draw(frame, bundle, words, key="case", order="latest", **more):
    """The figure of all lanes, as the page draws it."""
    families = {code: words.term("act_type", code).get("parent", "") for code in words.codes("act_type")}
    found = lanes.lanes(frame, lanes.MODES[key], families, str, order)
    shown = list(found.summary["lane"])
    look = charts.Look(date(2000, 1, 1), date(2026, 12, 31), date(2026, 11, 24), False)
    given = {"names": {lane: lane for lane in shown}, "states": lanes.states(frame, frame, bundle["status_updates"]), **more}
    return found, go.Figure(charts.lanes(found, shown, frame, words, look, unknowing=lanes.unknowing(frame), **given))


def keys_of(figure, kind):
    """The customdata of a figure's marks of a kind, in one list."""
    return [key for trace in figure.data if trace.type == kind and trace.customdata is not None for key in trace.customdata]


@pytest.mark.parametrize("key", ["case", "type", "family"])
def test_every_act_has_one_glyph_in_each_of_its_lanes(bundle, english, key):
    frame = select.select(bundle, Selection()).frame
    found, figure = draw(frame, bundle, english, key)
    glyphs = [trace for trace in figure.data if trace.type == "scatter" and trace.customdata is not None][-1]
    assert sorted(glyphs.customdata) == sorted(frame["incident_id"].to_numpy()[found.members["row"]])


def test_an_exact_day_is_full_and_a_month_is_hollow_on_a_soft_span(tiny, english):
    bundle = tiny(incidents=[{"incident_id": "I-1", "period": "2019-05-07"}, {"incident_id": "I-2", "period": "2019"}])
    frame = select.select(bundle, Selection()).frame
    _, figure = draw(frame, bundle, english)
    glyphs = [trace for trace in figure.data if trace.type == "scatter" and trace.customdata is not None][-1]
    fill = dict(zip(glyphs.customdata, glyphs.marker.color, strict=True))
    assert fill["I-1"] != "#FAF7F1" and fill["I-2"] == "#FAF7F1"
    assert "I-2" in keys_of(figure, "bar") and "I-1" not in keys_of(figure, "bar")


def test_what_a_person_did_not_know_of_yet_is_hatched_and_not_barred(tiny, english):
    state = {"update_id": "U-1", "record_id": "I-1", "period": "2020-01-01", "status": "suspended", "text_en": "So.", "text_ru": "Так.", "confidence": "B", "source_ids": "S-1"}  # fmt: skip
    bundle = tiny(incidents=[{"types": "criminal_case", "period": "2017-01-01", "learned": "2019-05-07"}], status_updates=[state])
    _, figure = draw(select.select(bundle, Selection()).frame, bundle, english)
    begins = {bool(trace.marker.pattern.shape): min(trace.base) / 86_400_000 for trace in figure.data if trace.type == "bar"}
    assert begins == {False: day_of("2019-05-07"), True: day_of("2017-01-01")}


def test_thousands_of_acts_become_circles_that_add_up_and_lead_closer(tiny, english, monkeypatch):
    bundle = tiny(incidents=[{"incident_id": f"I-{n}", "period": f"2019-0{n % 9 + 1}"} for n in range(40)])
    monkeypatch.setattr("evidence.charts.pressure.MAX_POINTS", 20)
    frame = select.select(bundle, Selection()).frame
    _, figure = draw(frame, bundle, english)
    marks = keys_of(figure, "scatter")
    assert len(marks) < 40 and all(key.startswith("@") and date.fromisoformat(key[1:].split("/")[0]) for key in marks)
    said = [text for trace in figure.data for text in (trace.hovertext if trace.hovertext is not None else ())]
    assert sum(int(text.split("\xa0")[0]) for text in said) == 40
    assert plates.plotted(figure, english, width=760, alt="").body.count("<circle") == len(marks)


def test_what_a_lane_and_a_mark_say_cannot_be_markup(tiny):
    bundle = tiny(places=[{"place_id": "L-1", "name_en": "<b>x</b><script>"}], incidents=[{"place_id": "L-1"}])
    frame = select.select(bundle, Selection()).frame
    _, figure = draw(frame, bundle, Words(bundle, "en"), names={"C-1": "<img src=x>"})
    said = [text for trace in figure.data for part in (trace.hovertext, getattr(trace, "text", None)) if part is not None for text in part]
    assert any("&lt;script" in text for text in said) and any("&lt;img" in text for text in said)
    assert not any("<script" in text or "<img" in text for text in said)


def test_context_stands_above_all_acts_and_is_joined_to_none(bundle, english):
    frame = select.select(bundle, Selection()).frame
    _, figure = draw(frame, bundle, english, context=bundle["context"])
    track = next(trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers+text")
    glyphs = [trace for trace in figure.data if trace.type == "scatter" and trace.customdata is not None][-1]
    assert max(track.y) < min(glyphs.y)
    assert all(
        trace.mode != "lines" or min(y for y in trace.y if y is not None) > max(track.y) for trace in figure.data if trace.type == "scatter"
    )


def test_no_name_of_the_context_runs_over_the_next_mark_of_its_row(bundle, english):
    _, figure = draw(select.select(bundle, Selection()).frame, bundle, english, context=bundle["context"])
    track = next(trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers+text")
    a_letter = 5.8 * 86_400_000 / charts.Look(date(2000, 1, 1), date(2026, 12, 31), date(2026, 11, 24), False).pixels
    named = [(x, y, x + len(name.strip()) * a_letter) for x, y, name in zip(track.x, track.y, track.text, strict=True) if name]
    assert len(named) > len(track.x) / 2
    assert not [x for x, y, end in named for other, row in zip(track.x, track.y, strict=True) if row == y and x < other < end]


# ── the page ─────────────────────────────────────────────────────────────────────────────────────
def open_page(**query: str) -> AppTest:
    """The page as a link opens it."""
    page = AppTest.from_file(PAGE, default_timeout=60)
    for word, value in query.items():
        page.query_params[word] = value
    page.run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(element.value) for kind in ("markdown", "caption", "subheader") for element in page.get(kind))


def test_a_link_restores_the_lanes_and_writes_only_what_differs():
    page = open_page(lane="place", sort="count")
    assert page.session_state["choose_lane"] == "place"
    assert page.query_params["lane"] == "place" and page.query_params["sort"] == "count"
    assert "sort" not in open_page(lane="place").query_params


def test_a_word_that_means_nothing_is_said_and_falls_back_to_the_default():
    page = open_page(lane="fame")
    assert page.session_state["choose_lane"] == "case"
    assert any("lane\\=fame" in warning.value or "lane=fame" in warning.value for warning in page.warning)


def test_the_day_is_readable_in_order(english):
    page = open_page(case="C-001", **{"from": "2019-05-07", "to": "2019-05-07"})
    (told,) = [text.value for text in page.markdown if "t-step" in text.value]
    assert re.findall(r"\[\*\*(\d)\\\. ", told) == list("1234567")
    assert told.index("R-BZ-01") > told.index("I-BZ-03a")
    assert english("day.also") in texts(page)


def test_the_arrows_walk_through_the_acts_in_order():
    page = open_page(case="C-001")
    page.button(key="walk_next").click().run()
    assert page.session_state["picked"] == ("incident", "I-BZ-01")
    page.button(key="walk_next").click().run()
    assert page.session_state["picked"] == ("incident", "I-BZ-02")
    page.button(key="walk_previous").click().run()
    assert page.query_params["id"] == "I-BZ-01"


def test_a_record_opened_by_a_link_is_on_the_figure_though_its_lane_comes_late():
    page = open_page(id="I-01", lang="en")
    assert any("t-drawn" in html.proto.body and "id=I-01" in html.proto.body for html in page.get("html"))


def test_an_empty_selection_says_what_to_do(english):
    for show in ("lanes", "trend", "table"):
        page = open_page(q="nosuchword", show=show)
        assert english("list.empty") in [info.value for info in page.info]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("show", ["lanes", "trend", "table"])
def test_every_view_speaks_every_language(show, language):
    page = open_page(show=show, lang=language)
    assert Words(load.opened(), language)("question.pressure") in "".join(html.proto.body for html in page.get("html"))


def test_the_board_is_told_what_may_and_may_not_be_said(english):
    said = texts(open_page(show="trend", first="2015/2019", second="2020/2025"))
    assert english("compare.may") in said and english("compare.may_not") in said


def test_the_board_reads_the_answer_before_the_charts():
    page = open_page(show="trend", first="2015/2019", second="2020/2025")
    said = [line.value.replace("\\", "") for line in page.subheader]
    assert any("8.6 in 2015–2019, 10.2 in 2020–2025" in line and "may be chance" in line for line in said)
    overlapping = open_page(show="trend", first="2015/2021", second="2020/2025")
    assert not any("may be chance" in line.value for line in overlapping.subheader)


def test_two_periods_that_overlap_are_not_compared(english):
    page = open_page(show="trend", first="2015/2021", second="2020/2025")
    assert english("compare.overlap") in [info.value for info in page.info]


def test_a_cell_of_the_table_opens_into_its_rows(english):
    page = open_page(show="table", rows="type", columns="year", cell="summons_interrogation|2019")
    kept = rows_of(page, "cell")
    frame = select.index(load.opened()).frame
    expected = frame[[("summons_interrogation" in split(cell)) for cell in frame["types"]]]
    expected = expected[(expected["relation"] != "context") & (expected["period_start"].dt.year == 2019)]
    assert kept and len(kept) == min(15, (expected["period_end"] <= "2020-01-01").sum())
