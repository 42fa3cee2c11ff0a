"""A selection narrows, counts, speaks and travels in a link; every part of it agrees with every other."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evidence.model import DEFAULT_RELATIONS, Selection
from evidence.select import BY_KEY, FACETS, by_year, extent, from_query, in_words, index, options, parts_in_words, select, to_query
from evidence.words import Words

DAYS = st.none() | st.dates(date(1990, 1, 1), date(2027, 12, 31))
EVERYTHING = Selection(relation=())


@pytest.fixture(scope="module")
def codes(bundle) -> dict[str, list[str]]:
    """Every code that a facet offers."""
    return {key: list(frame["code"]) for key, frame in options(bundle, Selection()).items()}


def draw_selection(data, codes: dict[str, list[str]]) -> Selection:
    """Any selection a reader can make: a few facets, a period, a word."""
    since, until = data.draw(st.none() | DAYS), data.draw(st.none() | DAYS)
    assume(since is None or until is None or since <= until)
    keys = data.draw(st.lists(st.sampled_from(sorted(codes)), max_size=2, unique=True))
    chosen = {key: tuple(data.draw(st.lists(st.sampled_from(codes[key]), min_size=1, max_size=3, unique=True))) for key in keys}
    text = data.draw(st.sampled_from(["", "", "", "274", "Uralsk", "полиция", "Berezovka police", "a&b=c #% +"]))
    language = data.draw(st.sampled_from(["en", "ru", "kk"]))
    relation = chosen.pop("relation", data.draw(st.sampled_from([DEFAULT_RELATIONS, ()])))
    return Selection(since=since, until=until, text=text, language=language, relation=relation, **chosen)


def ids(bundle, **changes) -> set[str]:
    return set(select(bundle, Selection(**{"relation": (), **changes})).frame["incident_id"])


# ── narrowing ────────────────────────────────────────────────────────────────────────────────────
def test_a_year_only_incident_is_in_its_year_and_said_to_overhang_a_month(tiny):
    bundle = tiny(incidents=[{"period": "2019"}])
    year = select(bundle, Selection(since=date(2019, 1, 1), until=date(2019, 12, 31)))
    month = select(bundle, Selection(since=date(2019, 5, 1), until=date(2019, 5, 31)))
    assert (year.n, year.overhanging) == (1, 0)
    assert (month.n, month.overhanging) == (1, 1)
    assert select(bundle, Selection(since=date(2020, 1, 1))).n == select(bundle, Selection(until=date(2018, 12, 31))).n == 0


def test_until_is_an_inclusive_day(tiny):
    bundle = tiny()
    assert select(bundle, Selection(until=date(2019, 5, 7))).n == 1
    assert select(bundle, Selection(until=date(2019, 5, 6))).n == 0


def test_an_open_period_is_in_every_later_year(tiny):
    bundle = tiny(incidents=[{"period": "2017-01/.."}])
    assert select(bundle, Selection(since=date(2026, 1, 1))).n == 1
    assert select(bundle, Selection(until=date(2016, 12, 31))).n == 0


def test_context_records_are_hidden_until_asked_for_and_counted_as_hidden(tiny):
    bundle = tiny(incidents=[{}, {"incident_id": "I-2", "relation": "context"}])
    assert (select(bundle, Selection()).n, select(bundle, Selection()).context_hidden) == (1, 1)
    assert (select(bundle, EVERYTHING).n, select(bundle, EVERYTHING).context_hidden) == (2, 0)


def test_a_region_holds_the_incidents_of_its_villages(tiny):
    region = {"place_id": "L-9", "kind": "region", "lat": "", "lon": "", "location_radius_m": "", "location_precision": "unlocated"}
    bundle = tiny(places=[region, {"parent_id": "L-9"}])
    assert ids(bundle, place=("L-9",)) == {"I-1"}


def test_several_codes_of_a_facet_widen_and_several_facets_narrow(tiny):
    bundle = tiny(incidents=[{}, {"incident_id": "I-2", "types": "killing", "perpetrator_types": "unknown"}])
    assert ids(bundle, type=("detention_short", "killing")) == {"I-1", "I-2"}
    assert ids(bundle, type=("detention_short", "killing"), perpetrator=("unknown",)) == {"I-2"}


def test_an_incident_without_a_position_is_unlocated_not_lost(tiny):
    bundle = tiny(incidents=[{}, {"incident_id": "I-2", "place_id": ""}])
    selected = select(bundle, Selection())
    assert list(selected.unlocated["incident_id"]) == ["I-2"]
    assert selected.n == 2


def test_steps_of_a_case_keep_their_order_however_roughly_they_are_dated(tiny):
    steps = [("I-3", "2019-05~", "3"), ("I-1", "2019-05-07", "1"), ("I-2", "2019-05-08", "2"), ("I-4", "2019-05", "")]
    bundle = tiny(incidents=[{"incident_id": key, "period": period, "sequence": at} for key, period, at in steps])
    assert list(index(bundle).frame["incident_id"]) == ["I-4", "I-1", "I-2", "I-3"]


def test_the_whole_rows_are_those_of_the_frame(bundle):
    selected = select(bundle, Selection(type=("detention_short",)))
    assert list(selected.whole["incident_id"]) == list(selected.frame["incident_id"])
    assert "text_ru" in selected.whole.columns


@given(data=st.data())
def test_every_incident_is_in_exactly_one_of_located_and_unlocated(data, bundle, codes):
    selected = select(bundle, draw_selection(data, codes))
    located, unlocated = set(selected.frame.loc[selected.frame["located"], "incident_id"]), set(selected.unlocated["incident_id"])
    assert not located & unlocated
    assert located | unlocated == set(selected.frame["incident_id"])
    assert selected.frame.loc[selected.frame["located"], ["lat", "lon"]].notna().all(axis=None)


# ── searching ────────────────────────────────────────────────────────────────────────────────────
def test_search_finds_berezovka_in_its_four_spellings(bundle):
    found = [ids(bundle, text=spelling) for spelling in ("Berezovka", "Березовка", "Берёзовка", "Beryozovka")]
    assert found[0] == found[1] == found[2] == found[3]
    assert {"I-BZ-02", "I-BZ-03"} <= found[0]


@pytest.mark.parametrize("column", ["norms_invoked", "norms_breached"])
def test_search_finds_every_incident_by_the_number_of_its_article(bundle, column):
    norms = bundle["norms"].set_index("norm_id")["article"]
    for row in bundle["incidents"].itertuples():
        for key in filter(None, getattr(row, column).split(";")):
            assert row.incident_id in ids(bundle, text=norms[key].split()[0]), (row.incident_id, key)


def test_search_finds_article_274(bundle):
    assert {"I-BZ-01", "I-BZ-04"} <= ids(bundle, text="274")


@pytest.mark.parametrize("asked", ["article 274", "art. 274", "статья 274", "ст.274", "274-бап", "“274”"])
def test_search_finds_an_article_however_it_is_asked_for(bundle, asked):
    assert list(select(bundle, Selection(text=asked)).frame["incident_id"]) == list(
        select(bundle, Selection(text="274")).frame["incident_id"]
    )


def test_search_finds_people_companies_and_sources(bundle):
    assert ids(bundle, text="Akhmedyarov") == ids(bundle, text="Ахмедьяров") != set()
    assert "I-BZ-02" in ids(bundle, text="KPO")
    assert "I-BZ-02" in ids(bundle, text="BHRRC-INTERVIEW-2021")


def test_search_for_two_words_wants_both(bundle):
    assert ids(bundle, text="Berezovka 274") <= ids(bundle, text="Berezovka") & ids(bundle, text="274")
    assert ids(bundle, text="zzzzzz") == set()


def test_a_search_in_a_bundle_without_incidents_finds_none(tiny):
    assert ids(tiny(incidents=[]), text="274") == set()


# ── counting ─────────────────────────────────────────────────────────────────────────────────────
@given(data=st.data())
def test_an_options_count_is_what_choosing_it_shows(data, bundle, codes):
    selection = draw_selection(data, codes)
    facet = data.draw(st.sampled_from(FACETS))
    counted = dict(options(bundle, selection)[facet.key].itertuples(index=False))
    for code in data.draw(st.lists(st.sampled_from(codes[facet.key]), min_size=1, max_size=5)):
        assert counted[code] == select(bundle, selection.but(**{facet.key: (code,)})).n


def test_an_options_count_leaves_out_its_own_facet_and_no_other(bundle):
    selection = Selection(type=("killing",), country=("KZ",))
    counted = dict(options(bundle, selection)["type"].itertuples(index=False))
    assert counted["detention_short"] == select(bundle, Selection(type=("detention_short",), country=("KZ",))).n > 0


def test_an_option_with_nothing_behind_it_is_counted_as_none_not_left_out(bundle, codes):
    counted = options(bundle, Selection(text="zzzzzz"))
    assert {key: list(frame["code"]) for key, frame in counted.items()} == codes
    assert all((frame["n"] == 0).all() for frame in counted.values())


@given(data=st.data())
def test_the_years_add_up_to_the_incidents_with_two_known_bounds(data, bundle, codes):
    selection = draw_selection(data, codes)
    frame = select(bundle, selection.but(since=None, until=None)).frame
    years = by_year(bundle, selection)
    assert years["certain"].sum() + years["shared"].sum() == pytest.approx(
        len(frame.dropna(subset=["period_start", "period_end"])), abs=1e-6
    )
    assert (years[["certain", "shared"]] >= 0).all(axis=None)


def test_a_year_counts_as_certain_only_what_lies_wholly_inside_it(tiny):
    bundle = tiny(
        incidents=[{"incident_id": f"I-{at}", "period": period} for at, period in enumerate(["2019", "2019-05-07", "2019/2020", "2018/.."])]
    )
    assert extent(bundle) == (2018, 2020)
    assert by_year(bundle, Selection()).to_numpy().tolist() == [[2018, 0, 0], [2019, 2, 0.5], [2020, 0, 0.5]]


def test_a_bundle_without_incidents_has_an_extent_and_shows_none(tiny):
    bundle = tiny(incidents=[])
    assert select(bundle, Selection()).n == 0
    assert by_year(bundle, Selection())["certain"].sum() == 0


# ── links ────────────────────────────────────────────────────────────────────────────────────────
@given(data=st.data())
def test_a_link_shows_the_selection_it_was_made_from(data, bundle, codes):
    selection = draw_selection(data, codes)
    assert from_query(to_query(selection), bundle) == (selection, [])


def test_a_default_says_nothing_in_a_link(bundle):
    assert to_query(Selection()) == {}
    assert from_query({}, bundle) == (Selection(), [])


def test_a_link_speaks_codes_and_the_shortest_dates():
    selection = Selection(since=date(2015, 1, 1), until=date(2019, 5, 31), type=("slapp",), language="ru")
    assert to_query(selection) == {"from": ["2015"], "to": ["2019-05"], "type": ["slapp"], "lang": ["ru"]}


def test_all_relations_are_said_with_a_word(bundle):
    assert to_query(EVERYTHING) == {"relation": ["all"]}
    assert from_query({"relation": ["all"]}, bundle)[0] == EVERYTHING


def test_codes_may_stand_in_one_word_or_in_several(bundle):
    once = from_query({"type": ["killing,assault"]}, bundle)[0]
    assert once == from_query({"type": ["killing", "assault"]}, bundle)[0] == Selection(type=("killing", "assault"))


def test_a_code_may_be_cut_short_where_only_one_begins_so(bundle):
    assert from_query({"type": ["detention,arrest,deten"]}, bundle) == (Selection(type=("detention_short",)), ["type=arrest", "type=deten"])


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ({"type": ["detenton"]}, ["type=detenton"]),
        ({"type": ["Killing"]}, ["type=Killing"]),
        ({"place": ["nowhere"]}, ["place=nowhere"]),
        ({"from": ["yesterday"]}, ["from=yesterday"]),
        ({"to": ["2019-02-30"]}, ["to=2019-02-30"]),
        ({"from": ["2020"], "to": ["2019"]}, ["from=2020&to=2019"]),
        ({"from": ["../2019"]}, ["from=../2019"]),
        ({"lang": ["fr"]}, ["lang=fr"]),
    ],
)
def test_a_word_that_means_nothing_is_reported_and_changes_nothing(bundle, query, unknown):
    assert from_query(query, bundle) == (Selection(), unknown)


def test_what_means_something_beside_it_is_kept(bundle):
    assert from_query({"type": ["killing", "zzz"]}, bundle) == (Selection(type=("killing",)), ["type=zzz"])


def test_a_search_in_a_link_is_cut_to_what_a_reader_could_have_typed(bundle):
    assert len(from_query({"q": ["x" * 10_000]}, bundle)[0].text) == 200


def test_every_field_of_a_selection_travels_in_a_link():
    named = {"since", "until", "text", "language"} | set(BY_KEY)
    assert named == {field.name for field in fields(Selection)}


# ── words ────────────────────────────────────────────────────────────────────────────────────────
@given(data=st.data())
def test_the_caption_says_how_many_are_shown_and_how_many_of_them_have_no_place(data, bundle, codes):
    selected = select(bundle, draw_selection(data, codes))
    said = in_words(selected, Words(bundle, "en"))
    assert said.startswith(f"{selected.n} of {selected.total}\xa0")
    assert ("without a public location" in said) == bool(len(selected.unlocated))
    assert ("context" in said.partition(".")[2]) == bool(selected.context_hidden)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_no_code_reaches_the_caption(bundle, codes, language):
    words = Words(bundle, language)
    for key, offered in codes.items():
        for code in offered:
            ((_, _, said),) = parts_in_words(Selection(**{key: (code,)}), words) or ((0, 0, ""),)
            assert "_" not in said and said.removeprefix(f"{words(f'filter.{key}')}: ") != code, (key, code)


def test_the_default_is_not_said(english):
    assert parts_in_words(Selection(), english) == []


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (date(2019, 5, 7), date(2019, 5, 7), "only 7 May 2019"),
        (date(2019, 1, 1), date(2019, 12, 31), "only 2019"),
        (date(2019, 5, 7), date(2019, 5, 8), "from 7 May 2019 to 8 May 2019"),
    ],
)
def test_a_period_of_one_day_or_year_is_said_once(english, since, until, said):
    assert [phrase.replace("\u00a0", " ") for _, _, phrase in parts_in_words(Selection(since=since, until=until), english)] == [said]
    assert [said for _, _, said in parts_in_words(EVERYTHING, english)] == ["Link with extraction: all"]
