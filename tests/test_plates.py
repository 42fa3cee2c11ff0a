"""A plate says what it is, counts what its caption counts, escapes what it is given, and asks nobody for anything."""

from __future__ import annotations

import io
import re
import time
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from evidence import charts, counts, geo, lanes, plates, select
from evidence.model import Selection
from evidence.plates import letters
from evidence.plates.drawing import number, path, said, text
from evidence.plates.places import look, marks
from evidence.plates.timeline import Axis
from evidence.words import Words

SVG = "{http://www.w3.org/2000/svg}"
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"


def read(svg: str) -> ElementTree.Element:
    """A plate as a tree; fails if it is not well-formed. The text is ours or written by the test, so the parser need not defend itself."""
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in read(svg).iter(f"{SVG}text")]


def about(bundle, words, **more):
    given = {"title": "A title", "unit": "a unit", "selection": "3 of 4 incidents.", "sources": 2, "credit": "Somebody"}
    return plates.about(bundle, words, **{**given, **more})


def shown(bundle, **asked):
    return select.select(bundle, Selection(**asked)).frame


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_plate_carries_title_unit_selection_source_date_version_and_credit(bundle, language):
    words = Words(bundle, language)
    svg = plates.map_svg(bundle, words, shown(bundle), about(bundle, words))
    whole = " ".join(texts(svg))
    for part in ("A title", "a unit", "3 of 4 incidents.", bundle.version, words.date(bundle.published), "CC BY 4.0", "Somebody"):
        assert part in whole
    assert words("plate.source", n=2).split(",")[0] in whole


def test_the_marks_of_a_map_add_up_to_the_located_incidents(bundle):
    frame = shown(bundle)
    view = look((27, 35, 89, 59), 1000, 600)
    assert sum(mark.n for mark in marks(frame, view)) == frame["located"].sum()
    assert sorted(key for mark in marks(frame, view) for key in mark.ids) == sorted(frame.loc[frame["located"], "incident_id"])


def test_what_lies_beyond_a_map_is_said(bundle, english):
    frame = shown(bundle)
    svg = plates.map_svg(bundle, english, frame, box=(52, 50.5, 54, 52))
    beyond = next(line for line in texts(svg) if line.startswith("Outside this map"))
    inside = sum(len(node.get("data-ids", "").split()) for node in read(svg).iter() if node.get("data-ids"))
    assert int(re.search(r"\d+", beyond)[0]) + inside == frame["located"].sum()


@pytest.mark.parametrize("asked", [{}, {"case": ("C-001",), "relation": ()}], ids=["lanes", "rows"])
def test_a_timeline_draws_every_dated_act_once_and_counts_the_rest(bundle, english, asked):
    frame = shown(bundle, **asked)
    svg = plates.timeline_svg(english, frame)
    drawn = [node.get("data-ids") for node in read(svg).iter() if node.get("data-ids")]
    assert sorted(drawn) == sorted(frame.loc[frame["period"] != "", "incident_id"])


def test_an_act_without_a_date_is_counted_under_the_timeline(bundle, english):
    frame = shown(bundle)
    frame = frame.assign(period=["", *frame["period"][1:]])
    assert english("plate.undated", n=1) in texts(plates.timeline_svg(english, frame))


def test_thousands_of_acts_become_discs_of_years(bundle, english):
    frame = pd.concat([shown(bundle)] * 20)
    svg = plates.timeline_svg(english, frame)
    assert len(svg) - len(plates.font_css()) < 60_000
    assert english("plate.bubble") in texts(svg)


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", '"><image href="https://evil.example"/>', "]]>&amp;<!--", "a\x00b\x0b\ufffe\ud800c"]
)
def test_a_hostile_text_stays_a_text(bundle, english, evil):
    told = about(bundle, english, title=evil, selection=evil, unit=evil, credit=evil)
    svg = plates.map_svg(bundle, english, shown(bundle), told)
    assert not {node.tag for node in read(svg).iter()} & {f"{SVG}script", f"{SVG}image", f"{SVG}a", f"{SVG}foreignObject"}
    assert plates.png(svg, width=300)[:4] == b"\x89PNG"


def test_hostile_names_in_the_data_stay_texts(tiny):
    bundle = tiny(places=[{"name_en": "<b onload=x>&", "lat": "51.2", "lon": "53.0"}])
    svg = plates.map_svg(bundle, Words(bundle, "en"), shown(bundle))
    assert any("<b onload=x>&" in line for line in texts(svg))


def test_a_plate_names_no_address_but_those_of_its_format(bundle, english):
    svg = plates.map_svg(bundle, english, shown(bundle), about(bundle, english))
    assert set(re.findall(r"\w+://[^\s\"')<]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"(?:href|src)=", svg)


def test_every_letter_of_three_languages_has_its_shape():
    for family, weight in (("sans", 400), ("sans", 600), ("serif", 600)):
        missing = letters.width("\u4e00", 20, weight, family)
        face = letters._face(family, weight)
        hole = face.getmask("\u4e00").getbbox()
        assert missing > 0
        assert all(face.getmask(letter).getbbox() != hole for letter in KAZAKH + "ЁёЙйQqĞğəm³№—«»")


def test_a_png_is_drawn_with_our_letters_not_with_the_machines(bundle, english):
    frame = shown(bundle, case=("C-001",), relation=())
    picture = Image.open(io.BytesIO(plates.png(plates.timeline_svg(english, frame, about(bundle, english)))))
    assert picture.size[0] == 1800
    assert len(set(picture.convert("L").resize((200, 80)).getdata())) > 20  # not an empty sheet


@pytest.mark.parametrize("word", ["map", "timeline"])
def test_a_plate_is_drawn_in_a_second(bundle, english, word):
    frame, told = shown(bundle), about(bundle, english)
    draw = {"map": lambda: plates.map_svg(bundle, english, frame, told), "timeline": lambda: plates.timeline_svg(english, frame, told)}[
        word
    ]
    plates.png(draw(), width=200)  # what is read once is read now
    start = time.process_time()
    plates.png(draw())
    assert time.process_time() - start < 1


def test_an_empty_selection_makes_a_plate_that_says_so(bundle, english):
    frame = shown(bundle).iloc[:0]
    assert english("timeline.alt_empty") in texts(plates.timeline_svg(english, frame))
    assert read(plates.map_svg(bundle, english, frame)) is not None


# ── parts ────────────────────────────────────────────────────────────────────────────────────────
def test_a_long_word_is_cut_and_no_letter_is_lost():
    assert "".join(letters.wrap("a" * 300, 100, 14)) == "a" * 300
    assert letters.wrap("Зорлық-зомбылық", 90, 14, 600) == ["Зорлық-", "зомбылық"]
    assert all(letters.width(line, 14) <= 100 for line in letters.wrap("many short words " * 30, 100, 14))


def test_a_shortened_text_fits_and_says_that_it_was_cut():
    cut = letters.shorten("Комитет по соблюдению Орхусской конвенции", 120, 14)
    assert letters.width(cut, 14) <= 120
    assert cut.endswith("…")


def test_a_path_of_one_point_is_not_drawn():
    assert path([[(1, 1), (1.01, 1.01)]], closed=True) == ""
    assert path([[(1, 1), (2, 3), (2, 3)]], closed=True) == '<path d="M1 1l1 2 z"/>'


def test_a_coordinate_without_a_value_does_not_break_a_file():
    assert number(float("nan")) == "0"
    assert number(-3.04) == "-3"


def test_text_keeps_what_xml_may_hold_and_drops_the_rest():
    assert said("а\u0007б\ud800<&") == "аб&lt;&amp;"
    assert "<b>" not in text(0, 0, "<b>")


def test_a_circle_stays_a_circle_on_the_plane():
    project = geo.conic(45.0, 40.0, 60.0, 52.0)
    for lon, lat in ((46, 41), (53, 51), (59, 45)):
        _, x, y = None, *project(np.array([lon, lon + 0.01, lon]), np.array([lat, lat, lat + 0.01]))
        east, north = np.hypot(x[1] - x[0], y[1] - y[0]) / np.cos(np.radians(lat)), np.hypot(x[2] - x[0], y[2] - y[0])
        assert east / north == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("days", "most"), [(9000, 25), (400, 25), (12, 25)])
def test_an_axis_has_a_few_ticks_inside_it(days, most):
    axis = Axis(17_000, 17_000 + days, 0, 900)
    ticks = axis.ticks()
    assert 2 <= len(ticks) <= most
    assert all(axis.left <= axis.x(day) <= axis.right for day, _, _ in ticks)


def test_columns_say_the_number_of_their_panel(bundle, english):
    frame = shown(bundle)
    series = counts.per_period(frame[["period_start", "period_end"]], "year", 2004, 2025)
    svg = plates.bare(plates.columns_drawing([("All", series, None)], english), "en")
    assert english.count(series.n, "incident") in texts(svg)


# ── Plotly figures drawn again ───────────────────────────────────────────────────────────────────
def test_a_plotly_figure_keeps_its_marks_lines_and_words(english):
    figure = {
        "data": [
            {"type": "scatter", "mode": "lines+markers", "x": ["2019-01-01", "2020-01-01", None, "2021-01-01"], "y": [1, 2, None, 3], "marker": {"symbol": "star", "size": 9, "color": "#112233"}},
            {"type": "scatter", "mode": "text", "x": ["2019-01-01"], "y": [2], "text": ["<b>Name &amp; more</b>  7"], "textposition": "middle right"},
            {"type": "bar", "orientation": "h", "base": [1.5463e12], "x": [1e10], "y": [1], "width": [1], "marker": {"color": ["rgba(1,2,3,0.5)"]}},
        ],
        "layout": {"height": 200, "xaxis": {"type": "date"}, "yaxis": {}, "annotations": [{"x": 0, "xref": "paper", "y": 1, "text": "Note<br>two", "xanchor": "left"}]},
    }  # fmt: skip

    class Figure:
        def to_plotly_json(self):
            return figure

    svg = plates.bare(plates.plotted(Figure(), english, width=600, alt="x"), "en")
    assert {"Name & more", "7", "Note", "two", "2020"} <= set(texts(svg))
    assert len(list(read(svg).iter(f"{SVG}polygon"))) == 3
    assert 'fill="#010203"' in svg


@pytest.mark.parametrize("trace", [{"type": "pie"}, {"type": "scatter", "x": [1], "y": [1], "yaxis": "y2"}])
def test_a_figure_that_cannot_be_drawn_whole_is_refused(english, trace):
    class Figure:
        def to_plotly_json(self):
            return {"data": [trace], "layout": {}}

    with pytest.raises(ValueError, match="a plate"):
        plates.plotted(Figure(), english, width=600, alt="x")


def test_lanes_on_paper_hold_every_act_that_the_screen_holds(bundle, english):
    frame = shown(bundle)
    families = {code: english.term("act_type", code).get("parent", "") for code in english.codes("act_type")}
    sorted_acts = lanes.lanes(frame, lanes.MODES["family"], families, str)
    codes = list(sorted_acts.summary["lane"])
    figure_look = charts.Look(date(2004, 1, 1), date(2026, 11, 24), date(2026, 11, 24), False, 1136)
    empty = frame.iloc[:0]
    states = lanes.states(empty, frame, bundle["status_updates"])
    figure = charts.lanes(
        sorted_acts,
        codes,
        frame,
        english,
        figure_look,
        names={code: code for code in codes},
        states=states,
        unknowing=lanes.unknowing(empty),
    )
    drawing = plates.plotted(figure, english, width=1136, alt="x")
    marks_drawn = re.findall(r"<(?:polygon|circle) ", drawing.body)
    assert len(marks_drawn) >= len(figure["data"][-2]["x"]) > 100


# ── the figures of the Environment and Resettlement pages ────────────────────────────────────────
def test_a_line_stops_where_the_figures_stop(english):
    marks = tuple(charts.Mark(at, value, "") for at, value in ((0.1, 1.0), (0.3, 2.0), (0.8, 3.0)))
    drawn = plates.lines_drawing([charts.Line("Name", marks, ((0, 1), (2,)))], english, first=2010, last=2020, alt="x")
    assert drawn.body.count("<circle") == 4  # three figures and the one beside the name
    assert len(re.findall(r'<path d="M[^"]*"', drawn.body)) == 1
    assert re.search(r'<path d="M[^l]*l[^ ]+ [^ ]+ "', drawn.body)  # one step: from the first to the second


def test_a_limit_says_its_name_and_a_recommendation_is_broken(english):
    rules = [charts.Rule(10, "Law", True), charts.Rule(5, "Advice", False)]
    drawn = plates.lines_drawing([], english, first=2010, last=2020, alt="x", rules=rules)
    assert {"Law", "Advice"} <= set(texts(plates.bare(drawn, "en")))
    assert drawn.body.count('stroke-dasharray="6 4"') == 1


def test_a_missing_year_is_not_a_zero(english):
    years = [charts.Column(2019, None, "", ""), charts.Column(2020, 0.0, "0", ""), charts.Column(2021, 4.0, "4", "")]
    svg = plates.bare(plates.years_drawing(years, alt="x", missing="no figure"), "en")
    assert {"0", "4", "no figure"} <= set(texts(svg))
    assert "no figure" not in plates.years_drawing(years[1:], alt="x", missing="no figure").body


def test_bars_keep_their_numbers_notes_and_looks():
    rows = [charts.Bar("<b>A</b>", 10, "10 t", "by the company", "plan"), charts.Bar("B", 0, "0", look="hollow")]
    svg = plates.bare(plates.bars_drawing(rows, alt="x"), "en")
    assert {"A", "10 t", "by the company", "B", "0"} <= set(texts(svg))
    assert svg.count("<rect") == 1  # a zero has a number and no bar


def test_a_rule_found_unlawful_is_hatched_in_the_picture_as_its_note_says():
    from evidence.charts.resettlement import Lane, Span

    def drawn(look: str) -> str:
        mark = Span(date(2003, 1, 1), date(2006, 1, 1), "3 km", "#5E7A66", look=look)
        return plates.bare(plates.spans_drawing([Lane("<b>3 km</b>", (mark,))], date(2000, 1, 1), date(2020, 1, 1), alt="x"), "en")

    assert len(drawn("bar struck now")) > len(drawn("bar now")) and "stroke-dasharray" in drawn("bar proposed now")


def test_every_stage_of_a_board_keeps_its_words():
    from evidence.charts.resettlement import Lane, Span

    marks = (Span(date(2003, 5, 1), date(2003, 6, 1), "Moved: 28", "#4F6E5A", note="May 2003"), Span(None, None, "Undated", "#4F6E5A"))
    svg = plates.bare(plates.spans_drawing([Lane("<b>Tungush</b>", marks)], date(2000, 1, 1), date(2020, 1, 1), alt="x"), "en")
    assert {"Tungush", "Moved: 28 · May 2003", "Undated"} <= set(texts(svg))


def test_flows_without_a_count_are_told_and_drawn_thin():
    from evidence.charts.resettlement import Ribbon

    ribbons = [Ribbon("A", "B", 100.0, "A to B: 100"), Ribbon("A", "C", None, "A to C: nobody counts")]
    drawn = plates.flows_drawing(ribbons, alt="x")
    assert {"A", "B", "C", "A to B: 100", "A to C: nobody counts"} <= set(texts(plates.bare(drawn, "en")))
    assert drawn.body.count("<path") == 2


def test_a_constant_sensor_is_hatched_and_a_share_is_a_bar():
    cells = [charts.Cell(0.5, "5 of 10"), charts.Cell(None, "constant", "constant"), charts.Cell(None, "no row", "none")]
    svg = plates.bare(plates.shares_drawing(["Place", "2020", "2021", "2022"], [("Aksai", cells)], alt="x"), "en")
    assert {"Aksai", "5 of 10", "constant", "no row"} <= set(texts(svg))
    assert (svg.count("<path"), svg.count("<rect")) == (1, 2)


def test_a_question_of_distance_is_drawn_with_what_it_is_measured_from(bundle, english):
    ring = {"type": "Polygon", "coordinates": [[[53, 51.2], [53.3, 51.2], [53.3, 51.4], [53, 51.4], [53, 51.2]]]}
    land = {"ring": ring, "settlements": [[51.27, 53.05, 800, "inside", "Berezovka: 2 km", "S20"]], "arcs": [[[51.2, 53], [51.3, 52], 4, "told"]], "fit": [[51, 52.5], [51.6, 53.6]]}  # fmt: skip
    svg = plates.bare(plates.map_drawing(bundle, english, shown(bundle).iloc[:0], land=land, layers=("assets",)), "en")
    assert {"Berezovka", english("plate.land_ring"), english("plate.land_inside")} <= set(texts(svg))


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("width", [360.0, 620.0, 1136.0])
def test_no_name_and_no_legend_of_a_timeline_is_cut(bundle, language, width):
    words, case = Words(bundle, language), shown(bundle, case=("C-001",), relation=())
    for frame in (shown(bundle), case) if width != 360 else (shown(bundle),):
        assert not [
            cell for cell in texts(plates.bare(plates.timeline_drawing(words, frame, width=width), language, fonts=False)) if "…" in cell
        ]


def test_the_name_of_a_level_makes_way_for_the_marks_at_its_end(english):
    marks = tuple(charts.Mark(at, value, "") for at, value in ((0.1, 30.0), (0.95, 10.5)))
    rule = charts.Rule(10.0, "recommended: 10", False, False)

    def anchors(found):
        drawn = plates.lines_drawing([charts.Line("", found, ((0, 1),))], english, first=2020.0, last=2024.0, alt="A", rules=[rule])
        return re.findall(r'text-anchor="end"[^>]*>recommended', plates.bare(drawn, "en", fonts=False))

    assert not anchors(marks) and anchors((marks[0], charts.Mark(0.95, 25.0, "")))
