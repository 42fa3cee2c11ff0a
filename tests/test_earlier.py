"""An old link is told what differs since, by ids and columns, never by what stood there."""

import shutil

import pytest
from conftest import ROOT, write_bundle
from streamlit.testing.v1 import AppTest

from evidence import earlier, load
from evidence.words import Words


@pytest.fixture
def archived(tmp_path, monkeypatch):
    """An archive with one earlier bundle, and the bundle of today: one record changed, one new, one gone."""
    then = load.load(
        write_bundle(
            tmp_path / "archive" / "any name", incidents=[{"incident_id": "I-1", "text_en": "Secret then."}, {"incident_id": "I-2"}]
        )
    )
    now = load.load(write_bundle(tmp_path / "now", incidents=[{"incident_id": "I-1", "text_en": "Held."}, {"incident_id": "I-3"}]))
    monkeypatch.setenv("TAMSHY_ARCHIVE", str(tmp_path / "archive"))
    earlier.version_of.cache_clear()
    return then, now


def test_a_version_is_what_the_loader_says_it_is(bundle):
    earlier.version_of.cache_clear()
    assert earlier.version_of(ROOT) == bundle.version


def test_an_earlier_bundle_is_found_by_its_version_whatever_its_folder_is_called(archived):
    then, _ = archived
    assert earlier.find(then.version) == then.path
    assert earlier.find("000000000000") is None


def test_a_bundle_that_was_touched_is_not_that_version_any_more(archived, tmp_path):
    then, _ = archived
    copy = shutil.copytree(then.path, tmp_path / "copy")
    with (copy / "data/incidents.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    earlier.version_of.cache_clear()
    assert earlier.version_of(copy) not in {then.version, ""}


def test_what_differs_is_told_by_record_and_column(archived):
    then, now = archived
    found = {(one.table, one.key): (one.how, one.columns) for one in earlier.differences(now, then.path)}
    assert found == {("incidents", "I-1"): ("changed", ("text_en",)), ("incidents", "I-3"): ("new", ()), ("incidents", "I-2"): ("gone", ())}


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_an_old_link_says_how_many_records_differ_and_shows_no_old_text(archived, monkeypatch, language):
    then, now = archived
    monkeypatch.setattr(load, "opened", lambda: now)
    page = AppTest.from_file(str(ROOT / "pages/map.py"), default_timeout=60)
    page.query_params["v"], page.query_params["lang"] = then.version, language
    page.run()
    assert not page.exception
    words = Words(now, language)
    assert [info.value for info in page.info][:1] == [words("link.changed", then=then.version, now=now.version, n=3)]
    assert "Secret then" not in str(page.main)
