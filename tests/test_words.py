"""Three languages say the same thing, as exactly as it is known, and search finds every spelling."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.model import parse_period
from evidence.words import Words, brief, clean, enumerated, fold, kazakh_part, lower


@pytest.fixture(scope="module")
def spoken(bundle) -> dict[str, Words]:
    return {language: Words(bundle, language) for language in ("en", "ru", "kk")}


def test_a_language_that_is_not_ours_is_refused(bundle):
    with pytest.raises(ValueError, match="en, ru, kk"):
        Words(bundle, "fr")


def test_a_key_that_does_not_exist_is_an_error_not_a_blank(english):
    with pytest.raises(KeyError):
        english("no.such_key")


# ── dates ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("edtf", "en", "ru", "kk"),
    [
        ("2019-05-07", "7 May 2019", "7 мая 2019 года", "2019 ж. 7 мамыр"),
        ("2019-05", "May 2019", "май 2019 года", "2019 ж. мамыр"),
        ("2019", "2019", "2019", "2019"),
        ("2017~", "about 2017", "примерно 2017", "шамамен 2017"),
        ("2017?", "2017 (uncertain)", "2017 (предположительно)", "2017 (болжам бойынша)"),
        ("2017%", "about 2017 (uncertain)", "примерно 2017 (предположительно)", "шамамен 2017 (болжам бойынша)"),
        ("2017/..", "since 2017", "начало: 2017", "басы: 2017"),
        ("../2017", "no later than 2017", "не позднее: 2017", "ең кеші: 2017"),
        ("2004/2006", "2004 to 2006", "2004 — 2006", "2004 — 2006"),
        ("2019-21", "spring 2019", "весна 2019 года", "2019 жылғы көктем"),
        ("", "date not known", "дата неизвестна", "күні белгісіз"),
    ],
)
def test_a_date_is_said_as_precisely_as_it_is(spoken, edtf, en, ru, kk):
    assert {language: words.date(edtf).replace("\xa0", " ").replace("\u202f", " ") for language, words in spoken.items()} == {
        "en": en,
        "ru": ru,
        "kk": kk,
    }


def test_a_period_and_its_text_are_said_alike(english):
    assert english.date(parse_period("2019-05~")) == english.date("2019-05~") == "about May 2019"


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("n", "en", "ru", "kk"),
    [
        (0, "0 incidents", "0 инцидентов", "0 оқиға"),
        (1, "1 incident", "1 инцидент", "1 оқиға"),
        (2, "2 incidents", "2 инцидента", "2 оқиға"),
        (5, "5 incidents", "5 инцидентов", "5 оқиға"),
        (11, "11 incidents", "11 инцидентов", "11 оқиға"),
        (21, "21 incidents", "21 инцидент", "21 оқиға"),
        (112, "112 incidents", "112 инцидентов", "112 оқиға"),
        (1.5, "1.5 incidents", "1,5 инцидента", "1,5 оқиға"),
    ],
)
def test_a_noun_agrees_with_its_number(spoken, n, en, ru, kk):
    assert {language: words.count(n, "incident").replace("\xa0", " ") for language, words in spoken.items()} == {
        "en": en,
        "ru": ru,
        "kk": kk,
    }


def test_numbers_wear_the_marks_of_the_language(spoken):
    assert spoken["en"].number(12345.678) == "12,345.678"
    assert spoken["ru"].number(12345.678).replace("\xa0", " ") == "12 345,678"
    assert spoken["kk"].number(2.5, 2) == "2,50"


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_number_below_nothing_wears_a_minus_and_not_a_hyphen_and_nothing_wears_none(spoken, language):
    assert spoken[language].number(-68) == "−68" and spoken[language].count(-68, "person").startswith("−68")
    assert spoken[language].number(-0.00001) == spoken[language].number(-0.04, 0) == "0"


def test_a_label_inside_a_sentence_begins_small_and_keeps_its_names():
    assert [lower(label) for label in ("Border of Kazakhstan", "ВОЗ", "Не указано")] == ["border of Kazakhstan", "ВОЗ", "не указано"]


# ── texts of records ─────────────────────────────────────────────────────────────────────────────
def test_a_text_in_another_language_says_which(tiny):
    row = tiny()["incidents"].iloc[0]
    bundle = tiny()
    assert Words(bundle, "ru").text(row, "text").is_fallback is False
    kazakh = Words(bundle, "kk").text(row, "text")
    assert (kazakh.words, kazakh.language, kazakh.is_fallback) == ("Задержан.", "ru", True)


def test_a_person_under_pseudonym_is_named_by_it_in_every_text(tiny):
    words = Words(tiny(incidents=[{"text_en": "{P-001} was held."}]), "en")
    assert words.people_in("{P-001} was held.") == "Defender A was held."
    assert words.person("P-001") == words.name("people", "P-001") == "Defender A"


def test_a_person_who_published_their_name_is_named(tiny):
    words = Words(tiny(people=[{"name_basis": "public_figure", "name_en": "A. Name", "name_ru": "А. Имя"}]), "ru")
    assert words.people_in("{P-001} задержан.") == "А. Имя задержан."


@pytest.mark.parametrize(
    ("n", "ending"),
    [(1, "-і"), (2, "-сі"), (6, "-сы"), (9, "-ы"), (10, "-ы"), (20, "-сы"), (50, "-і"), (139, "-ы"), (100, "-і"), (1000, "-ы"), (0, "-і")],
)
def test_a_kazakh_number_ends_as_it_is_spoken(n, ending):
    assert kazakh_part(n) == ending
    assert kazakh_part(n, inside=True) == ending + ("нда" if ending.endswith("ы") else "нде")


def test_an_id_of_nothing_is_shown_as_it_is(english):
    assert english.name("places", "no-such-id") == "no-such-id"
    assert english.label("act_type", "no_such_code") == "no_such_code"


def test_controls_that_reorder_text_are_taken_out():
    assert clean("a\u202eb\u2066c\u200bd\x00e\ufeff") == "abcde"
    assert clean("Қазақша, ё, 中") == "Қазақша, ё, 中"


def test_a_brief_text_says_that_it_goes_on():
    assert brief("short") == "short"
    assert brief("x" * 100, 10) == "x" * 9 + "…"


# ── spellings ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "spellings",
    [
        ["Berezovka", "Березовка", "Берёзовка", "Beryozovka", "BEREZOVKA"],
        ["Zhanaozen", "Жанаозен", "Жаңаөзен", "Janaozen"],
        ["Aksai", "Аксай", "Ақсай", "Aqsai", "Aksay"],
        ["Azattyk", "Азаттык", "Азаттық", "Azattyq"],
    ],
)
def test_spellings_of_one_name_fold_alike(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


def test_different_names_stay_apart():
    assert len({fold(name) for name in ("Аксай", "Аксу", "Актау", "Актобе", "Атырау", "Алматы", "Астана")}) == 7


@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1), min_size=1))
def test_every_word_of_a_text_is_found_in_it(parts):
    text = " ".join(parts)
    assert all(word in fold(text) for part in text.split() for word in fold(part).split())


def test_a_bundle_is_called_in_the_language_of_the_reader_where_it_says_how(bundle):
    assert Words(bundle, "en").title == bundle.title
    assert Words(bundle, "ru").title == bundle.schema["titles"]["ru"] != bundle.title
    untold = replace(bundle, schema={name: said for name, said in bundle.schema.items() if name != "titles"})
    assert Words(untold, "ru").title == bundle.title


def test_labels_in_a_phrase_begin_small_but_an_abbreviation_stays():
    assert enumerated(["A relative", "A UN body", "СМИ", "Дело"]) == "A relative, a UN body, СМИ, дело"
