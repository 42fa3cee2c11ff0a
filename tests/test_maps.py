"""The map's marks add up to the caption, its data cannot become script, and it asks nobody else for anything."""

import json
import re

import pytest

from evidence import maps, select
from evidence.model import Selection
from evidence.words import Words

ASSETS = {"script": "/assets/map.js", "style": "/assets/map.css", "basemap": "/assets/basemap.json", "context": "/assets/context-en.json"}


def sent(element) -> dict:
    """The data that a script element carries."""
    (script,) = [child for child in element._children.values() if isinstance(child, maps._Script)]
    return json.loads(re.fullmatch(r"[\w.]+\(map_div, (.*)\);", script.source, re.DOTALL)[1])


def view(bundle, language: str = "en", selection: Selection | None = None) -> tuple[dict, int]:
    """What is sent for a selection, and how many of its incidents have a position."""
    selected = select.select(bundle, selection or Selection())
    drawn = maps.view(selected.frame, Words(bundle, language), years=None, picked=None)
    return sent(drawn), selected.n - len(selected.unlocated)


def total(data: dict) -> int:
    return sum(mark[-1] for mark in data["things"]) + sum(n for _, n in data["stacks"])


def crowd(tiny, *sizes: int):
    """So many incidents at each of as many places."""
    places = [{"place_id": f"L-{at}", "lat": f"51.{at}"} for at in range(len(sizes))]
    incidents = [{"incident_id": f"I-{at}-{n}", "place_id": f"L-{at}"} for at, size in enumerate(sizes) for n in range(size)]
    return tiny(places=places, incidents=incidents)


@pytest.mark.parametrize("selection", [Selection(), Selection(relation=()), Selection(type=("detention_short",)), Selection(text="zzzzz")])
def test_the_marks_add_up_to_the_incidents_with_a_position(bundle, selection):
    data, located = view(bundle, selection=selection)
    assert total(data) == located
    assert sum(n for *_, n in data["kinds"]) == located


def test_a_crowd_at_one_place_is_one_number(tiny):
    data, located = view(crowd(tiny, maps.FAN_LIMIT + 1, 2))
    assert data["stacks"] == [[0, maps.FAN_LIMIT + 1]]
    assert len(data["things"]) == 2
    assert total(data) == located


def test_so_many_as_can_be_fanned_out_are_drawn_one_by_one(tiny):
    data, located = view(crowd(tiny, maps.FAN_LIMIT))
    assert (data["stacks"], len(data["things"])) == ([], located)


def test_more_marks_than_a_screen_holds_are_drawn_a_place_at_a_time(tiny, monkeypatch):
    monkeypatch.setattr(maps, "MARK_LIMIT", 3)
    data, located = view(crowd(tiny, 2, 2))
    assert (data["things"], data["stacks"]) == ([], [[0, 2], [1, 2]])
    assert total(data) == located


def test_a_mark_knows_its_place_precision_glyph_and_record(tiny, english):
    data, _ = view(tiny())
    term = english.term("act_type", "detention_short")
    ((lat, lon, radius, glyph, colour, kind, key, title, n),) = data["things"]
    assert (lat, lon, radius, kind, key, n) == (51.27, 53.05, 800, "incident", "I-1", 1)
    assert (glyph, colour) == (term["glyph"], term["colour"])
    assert title == f"{english.label('act_type', 'detention_short')}, 7 May 2019"


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_legend_speaks_the_readers_language(bundle, language):
    words = Words(bundle, language)
    data, _ = view(bundle, language)
    labels = {words.label("act_type", code) for code in words.codes("act_type")}
    assert {label for _, _, label, _ in data["kinds"]} <= labels


def test_data_cannot_close_the_script_or_be_taken_for_an_id():
    hostile = "</script><!--<img src=x onerror=alert(1)>_123456&amp;{{7*7}}\u2028"
    script = maps._Script("window.tamshy.show", {"x": hostile})
    assert not set("<>&_\u2028") & set(script.source.partition("(map_div, ")[2])
    assert json.loads(script.source.partition("(map_div, ")[2][:-2])["x"] == hostile


def test_the_base_map_asks_only_our_own_server(english):
    page = maps.base_map(english, assets=ASSETS, theme="light", home=["KAZ"], centre=(48, 53), zoom=5).get_root().render()
    assert re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)""", page) == ["/assets/map.js", "/assets/map.css"]
    assert "//" not in page.replace("// ", "")


def test_the_base_map_is_the_same_for_every_selection(english):
    drawn = [sent(maps.base_map(english, assets=ASSETS, theme="dark", home=["KAZ"], centre=(48, 53), zoom=5)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0]["theme"] == "dark" and drawn[0]["language"] == "en"
    assert {name for name, *_ in drawn[0]["switches"]} == set(maps.LAYERS)
