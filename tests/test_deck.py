"""A story as a deck: what each step shows on map and timeline, said as exactly as it is known."""

from __future__ import annotations

import json
from datetime import date

import pytest

from evidence import deck
from evidence.model import LANGUAGES
from evidence.stories import Sentence, Step
from evidence.words import Words

DAY = date(2019, 5, 7).toordinal() - date(1970, 1, 1).toordinal()


@pytest.fixture(scope="module")
def scenes(bundle, english):
    return {scene.key: scene for story in bundle.stories.values() for scene in deck.scenes(bundle, story, english)}


def step(*highlight: str, link: str = "") -> Step:
    return Step("one", "map", link, highlight, {}, {})


def test_every_step_of_a_shipped_story_shows_something_on_the_map_or_says_why_not_and_on_the_timeline(scenes):
    for scene in scenes.values():
        assert scene.hot or scene.unplaced, scene.key
        assert scene.bars, scene.key
        assert scene.span[0] < min(bar.start for bar in scene.bars) and 2 <= len(scene.ticks) <= 9, scene.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scene_is_json_a_browser_can_read_in_every_language(bundle, language):
    words = Words(bundle, language)
    for story in bundle.stories.values():
        for scene in deck.scenes(bundle, story, words):
            assert json.loads(json.dumps(scene.ready(), allow_nan=False))["key"] == scene.key
            assert not [bar.label for bar in scene.bars if "{" in bar.label or "nan" in bar.label]


def test_a_place_is_drawn_with_the_radius_it_is_good_to(scenes):
    (berezovka,) = [spot for spot in scenes["the-ecological-zone"].hot if spot.name == "Berezovka"]
    assert berezovka.radius == 800


def test_one_day_is_one_day_on_the_axis_and_its_steps_stand_in_their_order(scenes):
    bars = scenes["in-aksai"].bars
    assert [bar.key for bar in bars] == ["I-BZ-03a", "I-BZ-04", "I-BZ-05"]
    assert {(bar.start, bar.end) for bar in bars} == {(DAY, DAY + 1)}
    assert [bar.key for bar in scenes["the-ecological-zone"].bars] == ["I-BZ-02", "I-BZ-03"], "the story points to them the other way round"
    assert [bar.start for bar in scenes["how-many"].bars] == sorted(bar.start for bar in scenes["how-many"].bars)


def test_what_is_about_or_open_or_not_known_then_is_said(scenes):
    (case,) = scenes["a-case-nobody-told-him-of"].bars
    assert case.unsure and case.unaware == DAY and case.date == "about 2017"
    (zone,) = scenes["five-to-nine"].bars
    assert zone.open and not zone.unsure
    assert all(bar.unsure for bar in scenes["three"].bars)


def test_a_zone_is_a_rule_with_dates_and_never_a_shape(scenes):
    assert "5 km" in scenes["five"].bars[0].label
    assert all(spot.name != "Z01" for spot in scenes["five"].hot)


def test_a_record_without_a_position_is_counted_not_lost(scenes):
    assert scenes["whom-he-asked"].unplaced == 5 and not scenes["whom-he-asked"].hot


def test_differing_counts_stand_side_by_side(scenes):
    said = " ".join(bar.label for bar in scenes["how-many"].bars).replace("\u00a0", " ")
    assert all(count in said for count in ("469", "2,138", "1,808", "1,259"))


def test_a_step_that_points_to_nothing_shows_what_its_link_selects(bundle, english):
    scene = deck._scene(bundle, english, "one", "map", "case=C-001", ())
    assert len(scene.bars) == 9 and scene.caption.startswith("9 of ")
    many = deck._scene(bundle, english, "one", "map", "country=KZ", ())
    assert many.quiet and many.around and not many.hot and not many.bars
    assert deck._scene(bundle, english, "one", "case", "id=I-BZ-03", ()).bars[0].key == "I-BZ-03"


def test_a_link_that_means_nothing_selects_as_if_it_were_not_said(bundle, english):
    assert deck._scene(bundle, english, "one", "map", "colour=red&type=nothing", ()).caption.startswith(
        deck._scene(bundle, english, "one", "map", "", ()).caption[:4]
    )


def test_a_bundle_without_incidents_has_a_deck_too(tiny):
    bundle = tiny(incidents=[])
    scene = deck._scene(bundle, Words(bundle, "en"), "one", "map", "place=L-1", ("L-1",))
    assert [spot.name for spot in scene.hot] == ["Berezovka"] and scene.bars == ()


def test_people_in_a_story_are_named_by_the_bundles_rule(tiny):
    bundle = tiny()
    assert deck.spoken("{P-001} spoke\u202e.", Words(bundle, "en")) == f"{Words(bundle, 'en').person('P-001')} spoke."


def test_a_text_in_another_language_says_which(english, bundle):
    assert deck.in_language({"ru": "Слово", "kk": "Сөз"}, english) == ("Слово", "ru")
    assert deck.in_language({"en": "Word", "ru": "Слово"}, Words(bundle, "kk")) == ("Слово", "ru")
    assert deck.in_language({}, english) == ("", "en")


def test_what_a_step_rests_on_is_numbered_once_in_order():
    assert deck.rests([Sentence("a", ("B", "A")), Sentence("b", ("A", "C"))]) == ["B", "A", "C"]
