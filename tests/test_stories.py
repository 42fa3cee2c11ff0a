"""Stories: their grammar, what the loader says of a broken one, and that what is shipped keeps its promises."""

from __future__ import annotations

import json
import re

import pytest
from conftest import ROOT, SCHEMA, link_bundle, put
from hypothesis import given
from hypothesis import strategies as st

from evidence import load, select, stories
from evidence.model import LANGUAGES
from evidence.stories import Sentence, Step, Story
from evidence.ui.page import EXTRAS, PAGES

FILE = "data/stories/seven-may.md"
TEXT = (ROOT / FILE).read_text(encoding="utf-8")


@pytest.fixture
def known(bundle):
    return stories.known(bundle, PAGES)


def broken(tmp_path, old: str, new: str) -> list[str]:
    """What the loader says of the shipped bundle with one text of a story replaced."""
    assert old in TEXT
    folder = link_bundle(tmp_path)
    put(folder, FILE, TEXT.replace(old, new, 1))
    with pytest.raises(load.InvalidData) as caught:
        load.load(folder)
    return [str(problem) for problem in caught.value.problems]


# ── what is shipped ──────────────────────────────────────────────────────────────────────────────
def test_two_stories_are_shipped_and_told_in_order(bundle):
    assert list(bundle.stories) == ["seven-may", "five-three-five"]
    assert [len(story.steps) for story in bundle.stories.values()] == [8, 9]


def test_every_step_speaks_three_languages_with_as_many_sentences_and_the_same_sources(bundle):
    for story in bundle.stories.values():
        assert set(story.titles) == set(story.abouts) == set(LANGUAGES)
        for step in story.steps:
            assert set(step.titles) == set(step.texts) == set(LANGUAGES), step.key
            assert len({tuple(sentence.rests for sentence in texts) for texts in step.texts.values()}) == 1, step.key
            assert all(sentence.rests for texts in step.texts.values() for sentence in texts), step.key
            assert step.highlight, step.key


def test_every_link_of_a_shipped_step_means_something_to_its_page(bundle):
    for story in bundle.stories.values():
        for step in story.steps:
            query = {word: [value] for word, value in stories.parse_qsl(step.link)}
            assert set(query) <= {"id", *EXTRAS, *(facet.key for facet in select.FACETS), *select.OTHER_WORDS}
            selection = {word: value for word, value in query.items() if word not in {"id", *EXTRAS}}
            assert select.from_query(selection, bundle)[1] == []


def test_no_story_names_a_person_but_by_the_bundles_rule(bundle):
    names = [name for row in bundle["people"].to_dict("records") for name in (row["name_en"], row["name_ru"], row["name_kk"]) if name]
    for story in bundle.stories.values():
        said = stories.write(story)
        assert not [name for name in names if name in said]


def test_stories_are_resources_of_the_package_and_part_of_the_version(tmp_path, bundle):
    assert [r["path"] for r in SCHEMA["resources"] if load.is_story(r)] == [FILE, "data/stories/five-three-five.md"]
    folder = link_bundle(tmp_path)
    put(folder, FILE, TEXT.replace("A man shows a badge", "A man showed a badge"))
    assert load.load(folder).version != bundle.version


# ── what the loader says ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("page: map", "page: mapp", r"seven-may\.md, line \d+, the-village, column page: 'mapp': no such page \(did you mean map\?\)"),
        ("link: place=S01", "link: place=S0001", r"the-village, column link: 'place=S0001': S0001: no such row in places\.csv"),
        ("link: case=C-001\n", "link: type=detenton\n", r"a-case-nobody-told-him-of, column link: 'type=detenton'.*not a term of the list act_type"),
        ("highlight: S01;F01;SF017", "highlight: S01;F01;SF999", r"column highlight: 'SF999': no table has a row with this id"),
        ("[^INBUSINESS]", "[^INBUSINES]", r"line \d+, the-village: 'INBUSINES': no table has a row with this id \(did you mean INBUSINESS\?\)"),
        ("[^CA-20190507] [^KPO-SPZ-A] [^INBUSINESS]\n", "\n", r"every sentence says at its end what it rests on"),
        ("{P-091}", "{P-999}", r"'P-999': no such row in people\.csv"),
        ("## ru\n", "## fr\n", r"a heading names the language of the text below it"),
        ("step: a-badge", "step: the-village", r"an earlier step has this key"),
        ("title_ru: Седьмое мая\n", "", r"column title_ru: must be filled"),
        ("told_by: sources", "told_by: rumour", r"must be one of sources, reader"),
        ("link: place=S01", "link: place=S01&lang=ru", r"a step says neither language nor version"),
        ("link: place=S01", "link: from=May", r"'May' is not a date"),
        ("page: map\n", "page: map\npages: map\n", r"no such field \(did you mean page\?\)"),
    ],
)  # fmt: skip
def test_a_broken_story_is_said_with_file_line_step_and_what_is_allowed(tmp_path, old, new, said):
    problems = broken(tmp_path, old, new)
    assert [problem for problem in problems if re.search(said, problem)], problems


def test_a_story_that_is_listed_and_missing_or_there_and_unlisted_is_said(tmp_path):
    folder = link_bundle(tmp_path)
    (folder / FILE).unlink()
    put(folder, "data/stories/other.md", TEXT.replace("story: seven-may", "story: other"))
    with pytest.raises(load.InvalidData) as caught:
        load.load(folder)
    said = [str(problem) for problem in caught.value.problems]
    assert any("data/stories/seven-may.md: this file is missing" in problem for problem in said)
    assert any("data/stories/other.md lies in the bundle and is not among its resources" in problem for problem in said)


def test_two_files_with_one_key_are_said(tmp_path):
    folder = link_bundle(tmp_path)
    put(folder, "data/stories/five-three-five.md", TEXT)
    with pytest.raises(load.InvalidData, match="another story has this key"):
        load.load(folder)


def test_a_bundle_without_stories_or_documents_opens(tiny):
    bundle = tiny()
    assert not bundle.stories and not bundle.documents


def test_what_a_bundle_left_out_is_read_with_it(bundle):
    assert bundle.documents["left_out"].startswith("# Left out")


@pytest.mark.parametrize("text", ["", "no head", "---\ntitle_en: x\n---\n", "---\nstory: x\n"])
def test_a_text_that_is_no_story_is_said_and_nothing_breaks(text):
    story, flaws = stories.read(text)
    assert flaws and (story is None or not story.steps)


def test_a_readers_captions_need_no_source_but_what_they_point_to_must_be_there(known):
    step = Step("one", "map", "place=S01", ("S01",), {"kk": "Ауыл"}, {"kk": (Sentence("Осында."),)})
    assert stories.check(Story("mine", {"kk": "Менікі"}, {}, "reader", (step,)), known) == []
    lost = Step("one", "map", "place=S01", ("S99999",), {"kk": "Ауыл"}, {})
    assert [flaw.field for flaw in stories.check(Story("mine", {"kk": "Менікі"}, {}, "reader", (lost,)), known)] == ["highlight"]


def test_the_words_of_a_link_are_those_of_the_selection():
    facets = {facet.key: ("vocabulary", facet.terms) if facet.terms else ("table", facet.table) for facet in select.FACETS}
    assert facets == stories.LINK


# ── there and back ───────────────────────────────────────────────────────────────────────────────
_words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=60).map(stories.one_line)
_said = _words.filter(bool)
_sentences = st.builds(
    Sentence,
    _said.filter(lambda words: not stories._RESTS.search(words)),
    st.lists(st.sampled_from(["S-1", "I-1"]), max_size=2, unique=True).map(tuple),
)


@given(st.lists(st.tuples(_said, st.lists(_sentences, min_size=1, max_size=3)), min_size=1, max_size=4))
def test_what_is_written_is_read_back_whatever_a_reader_typed(drawn):
    steps = tuple(
        Step(f"step-{at}", "map", "type=killing&q=%2B", ("S01", "I-01"), {"ru": title}, {"ru": tuple(sentences)})
        for at, (title, sentences) in enumerate(drawn)
    )
    story = Story("mine", {"en": "Mine"}, {}, "reader", steps)
    assert stories.read(stories.write(story)) == (story, [])


def test_the_shipped_stories_are_read_back_from_what_is_written(bundle):
    for story in bundle.stories.values():
        assert stories.read(stories.write(story)) == (story, [])


def test_the_package_lists_what_a_validator_needs():
    told = [
        resource for resource in json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))["resources"] if load.is_story(resource)
    ]
    assert all(resource["licenses"] and resource["mediatype"] == "text/markdown" for resource in told)
