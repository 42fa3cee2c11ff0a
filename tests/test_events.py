"""An event beside its measurements: everything of its days in order, who says it, and no word of ours on what followed from what."""

from __future__ import annotations

import re

import pytest

from evidence import events
from evidence.model import LANGUAGES

EVENT = {"event_id": "EV1", "period": "2014-11-28", "window": "2014-11-20/2014-12-05", "title_en": "Event", "title_ru": "Событие", "place_id": "L-1", "topic": "cause", "source_ids": "S-1"}  # fmt: skip
FIGURE = {
    "subject_type": "settlement", "subject_en": "Berezovka", "subject_ru": "Берёзовка", "subject_kk": "Березовка", "place_id": "L-1", "indicator": "persons_hospitalised",
    "value": "22", "unit": "persons", "kind": "actual", "reporter_en": "Hospital", "reporter_ru": "Больница", "confidence": "A", "source_ids": "S-1",
}  # fmt: skip
CLAIM = {"topic": "cause", "record_id": "M9", "field": "cause", "value": "x", "stance": "asserts", "text_en": "A clinic says so.", "text_ru": "Так говорит клиника.", "confidence": "B", "source_ids": "S-1"}  # fmt: skip


@pytest.fixture
def small(tiny):
    figures = [("M1", "2014-11-28"), ("M2", "2014-11-21"), ("M3", "2014"), ("M4", "2013-01-01"), ("M9", "2018-03"), ("M5", "2014-11")]
    return tiny(
        events=[EVENT],
        measurements=[FIGURE | {"measurement_id": key, "period": period} for key, period in figures],
        claims=[CLAIM | {"claim_id": "CL1"}],
    )


def test_a_sequence_holds_what_is_dated_to_its_days_in_order_and_then_what_is_spoken_of(small):
    steps = events.sequence(small, "EV1")
    assert [(step.key, step.later) for step in steps] == [("M2", False), ("M1", False), ("M5", False), ("M9", True)]


def test_an_event_that_is_not_there_has_no_sequence(tiny):
    assert events.events(tiny(events=[])) == []


def test_the_berezovka_weeks_are_whole(bundle):
    (event,) = [row for row in events.events(bundle) if row["period"] == "2014-11-28"]
    steps = events.sequence(bundle, event["event_id"])
    keys = {step.key for step in steps}
    prosecutor, flaring, the_day, commission, clinic = (
        {"E0311", "E0312", "E0313", "E0314"},
        {"E0315"},
        {"M0504", "M0505", "E0316"},
        {"R-10", "I-15"},
        {"M0508"},
    )
    assert prosecutor | flaring | the_day | commission | clinic <= keys
    assert [step.start for step in steps if not step.later and (step.end - step.start).days == 1] == sorted(
        step.start for step in steps if not step.later and (step.end - step.start).days == 1
    )
    positions = events.claims(bundle, (event["topic"],))
    assert len(positions) == 7 and {row["stance"] for row in positions} == {"asserts", "denies"}


def test_our_own_words_about_an_event_name_no_cause(bundle):
    causal = re.compile(
        r"because|caused|led to|due to|as a result|из-за|вызва|привел|вследствие|в результате|салдарынан|себебінен|нәтижесінде",
        re.IGNORECASE,
    )
    words = bundle["words"]
    ours = words[words["key"].str.startswith(("event.", "environment.method_event"))]
    assert len(ours) > 8
    for language in LANGUAGES:
        assert [text for text in ours[language] if causal.search(text)] == []
