"""The Sources page and the reader's own presentation, as a reader uses them."""

from __future__ import annotations

import re

import pytest
from conftest import follow
from test_pages import open_page, shows, spoken  # noqa: F401 — a fixture is used by its name

from evidence import library, stories
from evidence.model import LANGUAGES
from evidence.stories import Step, Story
from evidence.ui.page import PAGES
from evidence.ui.pins import Pin, taken
from evidence.words import Words


# ── sources ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("show", ["library", "counted", "terms", "holes", "codebook"])
def test_every_part_of_the_page_speaks_every_language(show, language):
    said = spoken(open_page("sources", show=show, lang=language))
    assert not re.search(r"\bNone\b(?! of)|\bnan\b|\bNaT\b|\{P-", said)


def test_the_library_counts_what_it_lists(bundle, english):
    said = spoken(open_page("sources", kind="satellite_product"))
    found = library.find(bundle, kind="satellite_product")
    assert english.count(len(found), "source") in said and all(title[:40] in said for title in found["title"])


def test_what_is_chosen_enters_the_link_and_a_link_chooses(bundle):
    page = open_page("sources")
    page.selectbox(key="library_kind").set_value("law_act").run()
    assert page.query_params["kind"] == ["law_act"] or page.query_params["kind"] == "law_act"
    page.text_input(key="library_find").set_value("criminal").run()
    assert not page.exception and open_page("sources", kind="law_act", find="criminal").selectbox(key="library_kind").value == "law_act"


def test_a_source_opens_with_every_record_that_rests_on_it(bundle, english):
    page = open_page("sources", id="KPO-SPZ-A")
    used = library.uses(bundle)["KPO-SPZ-A"]
    said = spoken(page)
    assert page.session_state["picked"] == ("source", "KPO-SPZ-A")
    assert english("sources.all_resting", n=len(used)) in said
    assert "Z06" in said and english("table.zones") in said


def test_the_records_that_rest_on_one_source_are_listed_with_it(bundle):
    rows = library.on_one(bundle)
    rows = rows[rows["table"] == "incidents"]
    said = spoken(open_page("sources", show="counted", rows="incidents"))
    assert sum(f"id={key}" in said for key in rows["record"].head(25)) == min(25, len(rows))


def test_terms_show_what_other_vocabularies_call_them(english):
    said = spoken(open_page("sources", show="terms", terms="act_type"))
    for part in ("HURIDOCS", "SDG 16.10.1", "BHRRC", "FORUM-ASIA", "030102000000", english.definition("act_type", "killing")):
        assert part in said


def test_a_correction_is_told_in_words_not_in_codes():
    said = spoken(open_page("sources", show="holes", lang="ru"))
    assert "Бестобе → Степногорск" in said and "Другое → Срок истёк" in said
    assert not any(code in said for code in ("confirmed_in_press", "I2-004 →", "2004-12 →", "man showed a badge"))


def test_known_holes_count_what_is_missing_and_bring_what_was_left_out(bundle, english):
    page = open_page("sources", show="holes")
    said = spoken(page)
    assert english("holes.no_archive", n=library.coverage(bundle)["no_archive"], total=len(bundle["sources"])) in said
    assert "Rows left out" in said and english("holes.corrections", n=len(bundle["corrections"])) in said


def test_the_codebook_names_every_table_with_its_licence(bundle, english):
    said = spoken(open_page("sources", show="codebook"))
    for resource in bundle.schema["resources"]:
        assert resource["title"] in said
    assert "Creative Commons Attribution-NonCommercial 4.0" in said


def test_the_codebook_shows_a_reader_no_name_of_a_list_and_names_a_story_in_their_language(bundle):
    said = spoken(open_page("sources", show="codebook", lang="ru", columns_of="sources"))
    fields = next(one["schema"]["fields"] for one in bundle.schema["resources"] if one["name"] == "sources")
    unnamed = [
        field["vocabulary"] for field in fields if "vocabulary" in field and not Words(bundle, "ru").has(f"terms.{field['vocabulary']}")
    ]
    assert unnamed and not [name for name in unnamed if f"термин: {name}" in said]
    assert all(story.titles["ru"] in said for story in bundle.stories.values())


# ── my presentation ──────────────────────────────────────────────────────────────────────────────
def test_a_view_is_pinned_from_its_page_captioned_ordered_and_taken_along(bundle):
    page = open_page("map", type="killing", country="KZ", lang="ru")
    page.button(key="pin_view").click().run()
    assert [(pin.step.page, pin.step.link) for pin in page.session_state["pins"]] == [("map", "type=killing&country=KZ")]
    page.session_state["pins"] = [
        *page.session_state["pins"],
        Pin(2, Step("", "case", "case=C-001&id=I-BZ-03", ("I-BZ-03",), {"ru": "Второй"}, {})),
    ]
    page.session_state["pins_made"] = 2
    present = open_page("present", lang="ru")
    present.session_state["pins"] = page.session_state["pins"]
    present.run()
    present.text_area(key="pin_caption_2").set_value("Первое предложение.\nВторое [^1] — ## не заголовок").run()
    present.button(key="pin_up_2").click().run()
    first, second = present.session_state["pins"]
    assert (first.number, second.number) == (2, 1) and not present.exception
    text = stories.write(Story("mine", {"ru": "Мой показ"}, {}, "reader", tuple(Step(f"step-{at}", pin.step.page, pin.step.link, pin.step.highlight, pin.step.titles, pin.step.texts) for at, pin in enumerate((first, second), 1))))  # fmt: skip
    story, flaws = stories.read(text)
    assert flaws == [] and stories.check(story, stories.known(bundle, PAGES)) == []
    assert [sentence.words for sentence in story.steps[0].texts["ru"]] == ["Первое предложение.", "Второе [^1] — ## не заголовок"]


def test_an_export_is_loaded_back_as_it_was_and_a_wrong_file_says_why(bundle):
    page = open_page("present")
    page.file_uploader[0].set_value(("mine.md", stories.write(bundle.stories["seven-may"]).encode(), "text/markdown")).run()
    assert not page.exception
    assert tuple(pin.step for pin in page.session_state["pins"]) == bundle.stories["seven-may"].steps
    page.file_uploader[0].set_value(("wrong.md", b"---\nstory: x\n---\n---\nstep: a\npage: nowhere\n---\n", "text/markdown")).run()
    assert any("nowhere" in warning.value for warning in page.warning) and len(page.session_state["pins"]) == 8


def test_pinned_views_are_shown_full_screen_in_the_readers_own_words(bundle, english):
    page = open_page("present")
    page.session_state["pins"] = [Pin(1, Step("", "map", "case=C-001", ("I-BZ-03",), {"en": "My <b>view</b>"}, {}))]
    page.run()
    follow(page, story="mine")
    assert not page.exception
    said = spoken(page)
    assert english("present.own_captions") in said and "My <b>view</b>" in said and "BHRRC-INTERVIEW-2021" in said


def test_a_presentation_of_another_visit_is_not_kept(english):
    assert english("present.no_mine") in spoken(open_page("present", story="mine"))
    assert english("present.no_story") in spoken(open_page("present", story="nothing"))


def test_a_pin_is_removed_and_all_are(bundle):
    page = open_page("map")
    page.button(key="pin_view").click().run()
    page.button(key="pin_view").click().run()
    present = open_page("present")
    present.session_state["pins"] = page.session_state["pins"]
    present.run()
    present.button(key="pin_remove_1").click().run()
    assert [pin.number for pin in present.session_state["pins"]] == [2]
    present.button(key="pins_clear").click().run()
    assert present.session_state["pins"] == [] and not present.exception


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"# only words", b"---\n" * 50])
def test_a_file_that_is_no_story_is_refused_with_a_sentence(bundle, content):
    class Page:
        words = Words(bundle, "kk")

    Page.bundle = bundle
    steps, _, told = taken(Page, content)
    assert steps is None and told


# ── the deck ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["seven-may", "five-three-five"])
def test_a_story_brings_every_step_with_its_sources_at_once(bundle, key, language):
    page = open_page("present", story=key, lang=language)
    said = spoken(page)
    words = Words(bundle, language)
    for step in bundle.stories[key].steps:
        assert words.people_in(step.titles[language]) in said
        for sentence in step.texts[language]:
            assert all(rest in said for rest in sentence.rests)
    assert "{P-" not in said


def test_hostile_words_of_a_story_stay_words(tiny, shows):  # noqa: F811
    bundle = tiny()
    hostile = '<img src=x onerror="window.hacked=1">"\'</div><script>1</script>'
    object.__setattr__(bundle, "stories", {"x": Story("x", {"en": hostile}, {"en": hostile}, "reader", (Step("a", "map", f"q={hostile}", ("L-1",), {"en": hostile}, {"en": (stories.Sentence(hostile),)}),))})  # fmt: skip
    shows(bundle)
    page = open_page("present", story="x")
    html = "".join(part.proto.body for part in page.get("html"))
    assert "<img" not in html and "<script" not in html and 'onerror="' not in html
    object.__setattr__(bundle, "stories", {})
