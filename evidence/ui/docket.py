"""The Answers page: what was asked, of whom, how long it took, what came back; and which mechanism would take a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from evidence import charts, docket, eligibility, report, select
from evidence.docket import Days, Group, Waits
from evidence.model import Bundle, split
from evidence.select import Selected
from evidence.ui.cards import card
from evidence.ui.figures import PHONE
from evidence.ui.figures import drawn as drawn_figure
from evidence.ui.handover import Shown, take
from evidence.ui.lists import openers, paged
from evidence.ui.page import Page, box, extra, here, left_out, md, opens, say, set_extra, sheet, take_choice, tell
from evidence.ui.plates import caption, figure_plate, plate_buttons
from evidence.ui.stage import theme
from evidence.words import Words, brief, lower

Row = Mapping[str, Any]
PAGE_SIZE = 15
DAYS_LISTED = 4
CASES_LISTED = 300  # more are reached by filtering
UNIT_NOUNS = {"working_days": "working_day", "calendar_days": "day", "days": "day", "weeks": "week", "months": "month"}
NAME_LIMIT = 36  # letters of a mechanism's name above its line on a phone; elsewhere it stands in full


def answers(page: Page, selected: Selected) -> pd.DataFrame:
    """Say which responses the selection shows, and what they come to; return their rows of the docket."""
    words, bundle = page.words, page.bundle
    unfiltered = page.selection.is_default()
    rows = docket.chosen(bundle, selected.frame["case_id"], unfiltered=unfiltered)
    total, cases = len(bundle["responses"]), set(selected.frame["case_id"])
    others = int((~rows["case_id"].isin(cases)).sum())
    caption = words("answers.caption", n=len(rows), total=total, acts=selected.n)
    caption += words("answers.caption_extra", n=others) if others else ""
    say(f"{caption}. " + (words("answers.caption_left", n=total - len(rows)) + "." if total > len(rows) else ""))
    if rows.empty:
        st.info(words("answers.empty" if selected.n else "list.empty"))
        return rows
    asking = rows[rows["asked"] != "none"]
    done = int(asking["state"].isin(["answered", "closed"]).sum())
    lead = words("answers.lead", n=len(rows), asks=len(asking), answered=done, waiting=len(asking) - done)
    st.subheader(lead if len(asking) else words("answers.lead_none", n=len(rows)), anchor=False)
    say(words("answers.as_of", date=words.date(docket.as_of(bundle))))
    return rows


# ── the figure ───────────────────────────────────────────────────────────────────────────────────
def waiting(page: Page, rows: pd.DataFrame) -> None:
    """Each request as a line from its filing to its answer, or to the day of the data."""
    words = page.words
    known = rows[(rows["asked"] != "none") & (rows["step_of"] == "") & rows["days_max"].notna()]
    if len(known) < 2:
        return
    drawn = known.sort_values("days_max", ascending=False, kind="stable").head(charts.WAITS_DRAWN).sort_values("filed_start", kind="stable")
    still = known[known["state"].isin(docket.WAITING)]
    longest = words_for(_longest(still if len(still) else known), words)
    said = {"n": len(known), "answered": len(known) - len(still), "days": longest}
    title = words("docket.chart_title" if len(still) else "docket.chart_title_all", **said)
    st.markdown(f"**{md(title)}**")
    names = _lines(words, drawn)
    short = _lines(words, drawn, NAME_LIMIT)
    dark, today = theme() == "dark", docket.as_of(page.bundle)
    alt = words("docket.chart_alt", **{**said, "n": len(drawn)}, waiting=len(still))
    with st.container(key="waits"):
        drawn_figure(
            page,
            lambda width: charts.waits(drawn, short if width == PHONE else names, words, dark=dark, today=today),
            alt=alt,
            spans_days=False,
        )
    say(words("docket.chart_note"))
    cut = words("docket.chart_cut", n=len(known), shown=len(drawn)) if len(known) > len(drawn) else ""
    if cut:
        say(cut)
    plate_buttons(
        page, "waits",
        figure_plate(
            page, lambda: charts.waits(drawn, names, words, dark=False, today=today), title=title,
            unit=words("plate.unit_waits"), selection=lambda: _caption(page, rows), alt=alt, notes=f"{words('docket.chart_note')} {cut}".strip(),
        ),
    )  # fmt: skip


def _lines(words: Words, rows: pd.DataFrame, limit: int = 0) -> dict[str, str]:
    """What stands above each line: how many days, and the mechanism, cut at `limit` letters if one is given."""
    mechanisms = {code: words.label("mechanism", code) for code in rows["mechanism"].unique()}
    return {
        row["response_id"]: words(
            "docket.line",
            days=words_for(_days(row), words),
            mechanism=brief(mechanisms[row["mechanism"]], limit) if limit else mechanisms[row["mechanism"]],
        )
        for row in rows.to_dict("records")
    }


def _caption(page: Page, rows: pd.DataFrame) -> str:
    """Which responses these are, where the list does not stand beside them: how many, and of which selection of incidents."""
    selected = select.select(page.bundle, page.selection)
    said = page.words("answers.caption", n=len(rows), total=len(page.bundle["responses"]), acts=selected.n)
    return f"{said}. {caption(selected, page.words)}"


def _days(row: Row) -> Days | None:
    return None if pd.isna(row["days_min"]) else Days(int(row["days_min"]), int(row["days_max"]))


def _longest(rows: pd.DataFrame) -> Days | None:
    return _days(rows.sort_values("days_max").iloc[-1].to_dict())


def words_for(days: Days | None, words: Words) -> str:
    """ "82 days", "742–772 days", or nothing."""
    if days is None:
        return ""
    return words.count(days.low, "day") if days.low == days.high else words("docket.days_range", low=days.low, high=days.high)


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────
def docket_and_card(page: Page, rows: pd.DataFrame) -> None:
    """The docket, a state at a time if the reader likes; beside it the card of the row that was opened, or the clocks."""
    words = page.words
    st.subheader(words("answers.rows"), anchor="docket")
    picked = page.picked
    # On a phone an open card stands before the list it was opened from, else the reader would not see it.
    with st.container(key="answers_card_open" if picked else "answers_plain"):
        left, right = st.columns([2.1, 1], gap="large")
    with left:
        shown = _narrowed(page, rows)
        at, pager = paged(page, "docket", len(shown), PAGE_SIZE)
        sheet(pager, *(_line(page, row) for row in shown.iloc[(at - 1) * PAGE_SIZE : at * PAGE_SIZE].to_dict("records")))
    with right, st.container(key="card"):
        if picked:
            card(page, *picked)
        else:
            st.markdown(words("answers.open_hint"))
            clocks(page, rows)


def _narrowed(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one state and one mechanism, as the reader asked."""
    words = page.words
    counts = rows["state"].value_counts()
    present = ["", *(state for state in docket.STATES if counts.get(state, 0))]
    names = {
        state: words("answers.state_n", state=words.label("docket_state", state), n=int(counts[state]))
        if state
        else words("answers.all", n=len(rows))
        for state in present
    }
    state, mechanism = docket.asked_of(rows, extra("state"), extra("mechanism"))
    for word, known in (("state", state), ("mechanism", mechanism)):
        if extra(word) and not known:
            left_out(word)
    st.session_state["docket_state"] = state
    st.pills(
        words("answers.states"),
        present,
        format_func=names.get,
        key="docket_state",
        required=True,
        on_change=take_choice,
        args=("docket_state", "state"),
        kwargs={"list": ""},
        wrap=True,
        label_visibility="collapsed",
    )
    if state:
        say(words.definition("docket_state", state))
    if mechanism:
        name = md(words.label("mechanism", mechanism))
        st.button(words("answers.only", name=name), key="docket_only", on_click=set_extra, kwargs={"mechanism": ""})
    return docket.narrowed(rows, state, mechanism)


def _line(page: Page, row: Row) -> str:
    """One response: the mechanism and against whom; when and at which stage; how long, in which state, due when."""
    words, bundle, key = page.words, page.bundle, row["response_id"]
    record = bundle.row("responses", key)
    against = words.text(record, "against").words
    stage = words.label("response_stage", row["stage"]) if row["stage"] != "filed" else ""
    return box(
        "t-row",
        box(
            "t-cell",
            opens(page, key, f"**{md(words.name('responses', key))}**"),
            f":gray[{md(words('docket.against', who=against))}]" if against else "",
        ),
        box("t-cell", f"{md(_filed(row, record, words))}" + (f"  \n{md(stage)}" if stage else "")),
        box("t-cell", "  \n".join([_waited(row, words), *(f":gray[{md(note)}]" for note in _notes(row, words))])),
    )


def _filed(row: Row, record: Row, words: Words) -> str:
    if row["step_of"]:
        return f"{words.date(record['period'])}: {words('docket.step_of', date=words.date(row['filed']))}"
    if row["filed"]:
        return words("docket.filed", date=words.date(row["filed"]))
    return words.date(record["period"]) if row["asked"] == "none" else f"{words.date(record['period'])}. {words('docket.filed_unknown')}"


def _waited(row: Row, words: Words) -> str:
    """The state with its days, in a phrase."""
    if row["state"] == "not_asked":
        return f":gray[{md(words('docket.not_asked'))}]"
    if row["state"] == "overdue":
        return words("docket.overdue", late=int(row["late_days"]))
    days = _days(row)
    return words(f"docket.{row['state']}", days=words_for(days, words)) if days else words(f"docket.{row['state']}_undated")


def _notes(row: Row, words: Words) -> list[str]:
    """What stands under the state: the due date or why there is none, lateness, and how new the newest source is."""
    notes = []
    if row["deadline_id"]:
        first, last = words.date(row["due_first"]), words.date(row["due_last"])
        notes.append(words("docket.due", date=last) if first == last else words("docket.due_range", first=first, last=last))
        if row["state"] in {"answered", "closed"} and pd.notna(row["late_days"]) and row["late_days"] > 0:
            notes.append(words("docket.late", n=int(row["late_days"])))
    elif row["no_due"] == "before":
        notes.append(words("docket.no_due_before", date=words.date(row["no_due_since"])))
    elif row["no_due"]:
        notes.append(words(f"docket.no_due_{row['no_due']}"))
    if row["state"] in docket.WAITING and row["newest_source"]:
        notes.append(words("docket.newest", date=words.date(row["newest_source"])))
    return notes


def clocks(page: Page, rows: pd.DataFrame) -> None:
    """The verified rules that set a date for an answer, with their sources; and how many rules are not used."""
    words, bundle = page.words, page.bundle
    used = docket.answer_rules(bundle)
    st.markdown(f"**{words('docket.clocks')}**")
    if not used:
        say(words("docket.clock_none"))
    for rule in used:
        name = f"{words.text(rule, 'mechanism_note')}. {words.text(rule, 'clock')}"
        length = words.count(int(rule["length_max"]), UNIT_NOUNS[rule["unit"]])
        start = lower(str(words.text(rule, "from_event")))
        line = words("docket.clock_line", clock=md(name), length=md(length), start=md(start), date=md(words.date(rule["valid_from"])))
        st.markdown(f"{line} {tell(words, words.text(rule, 'note'))}")
        _source_links(page, rule["source_ids"])
    if used:
        say(words("docket.clock_filing"))
        if not (rows["deadline_id"] != "").any():
            say(words("docket.clock_none_due"))
    if unused := len(bundle["deadlines"]) - len(used):
        say(words("docket.clock_unverified", n=unused))


def _source_links(page: Page, cell: str) -> None:
    """The sources of a rule, each opening its card."""
    openers(page, [(source, brief(page.words.name("sources", source), 70)) for source in dict.fromkeys(split(cell))])


# ── by mechanism ─────────────────────────────────────────────────────────────────────────────────
def by_mechanism(page: Page, rows: pd.DataFrame) -> None:
    """How many, how long, what came back; under who was asked, for only their waits may be put together."""
    words = page.words
    st.subheader(words("docket.by_mechanism"), anchor="mechanisms")
    whole = {group.code: group for group in docket.groups(rows, "asked")}
    for code in words.codes("asked"):
        if code not in whole:
            continue
        group, part = whole[code], rows[rows["asked"] == code]
        if code == "none":
            counts = part["mechanism"].astype(str).value_counts()
            listed = ", ".join(f"{words.label('mechanism', str(m))} {words.number(int(n))}" for m, n in counts.items())
            st.markdown(md(words("docket.none_asked", n=len(part), list=listed)))
            continue
        st.markdown(f"#### {md(words.label('asked', code))}")
        summary = words("docket.group", n=len(group.ids), answered=group.answered, waiting=group.asks - group.answered)
        st.markdown(f"{summary}. {_median(group.waits, words)}")
        say(_caveat(group.waits, words) or words.definition("asked", code))
        sheet(*(_mechanism(page, mechanism) for mechanism in docket.groups(part, "mechanism")))
    _changed(page, rows)


def _mechanism(page: Page, group: Group) -> str:
    words = page.words
    kinds = [
        words("docket.type_n", type=words.label("response_type", kind), n=n)
        for kind, n in sorted(group.came_back, key=lambda pair: pair[0] == "not_known")
    ]
    only = here(page, mechanism=group.code, state="", list="")
    return box(
        "t-row",
        box("t-cell", f"[**{md(words.label('mechanism', group.code))}**]({only}) {words.number(len(group.ids))}"),
        box("t-cell", md(_times(group.waits, words))),
        box("t-cell", md(", ".join(kinds))),
    )


def _times(found: Waits, words: Words) -> str:
    """The median where there are answers enough, else the waits one by one."""
    if found.median is not None:
        return words("docket.median", n=round(found.median))
    parts = []
    for key, spans in (("docket.took", found.answered), ("docket.waits", found.waiting)):
        if spans:
            listed = "; ".join(words_for(days, words) for days in spans[:DAYS_LISTED])
            more = f" {words('docket.more', n=len(spans) - DAYS_LISTED)}" if len(spans) > DAYS_LISTED else ""
            parts.append(words(key, days=listed) + more)
    return ", ".join(parts) or words("docket.no_days")


def _median(found: Waits, words: Words) -> str:
    """The median wait in words with its bounds; nothing where there are too few answers."""
    if len(found.answered) < docket.EVENTS_MINIMUM:
        return ""
    if found.median is None:
        return words("docket.no_median") + "."
    said = f"**{words('docket.median', n=round(found.median))}**"
    if found.low is None:
        return f"{said}."
    if found.high is None:
        return f"{said} {words('docket.median_from', low=round(found.low))}."
    return f"{said} {words('docket.median_between', low=round(found.low), high=round(found.high))}."


def _caveat(found: Waits, words: Words) -> str:
    if len(found.answered) < docket.EVENTS_MINIMUM:
        return ""
    return words("docket.median_note", events=len(found.answered), waiting=len(found.waiting), minimum=docket.EVENTS_MINIMUM)


def _changed(page: Page, rows: pd.DataFrame) -> None:
    """What the sources say was carried out, and what not; each opens."""
    words = page.words
    told = rows[rows["stage"].isin(["implemented", "not_implemented"])]
    st.markdown(f"#### {words('docket.changed')}")
    yes = int((told["stage"] == "implemented").sum())
    st.markdown(words("docket.changed_line", yes=yes, no=len(told) - yes, rest=len(rows) - len(told)))
    openers(
        page,
        [(row["response_id"], f"{words.label('response_stage', row['stage'])}: {words.name('responses', row['response_id'])}") for row in told.to_dict("records")],
    )  # fmt: skip


# ── which mechanism would take a case ────────────────────────────────────────────────────────────
def which_mechanism(page: Page, selected: Selected) -> None:
    """For one case, each mechanism's own conditions: met, not met, not known, with the rule's source. Never a verdict."""
    words, bundle = page.words, page.bundle
    if bundle["conditions"].empty:
        return
    st.subheader(words("eligibility.title"), anchor="mechanism")
    st.markdown(words("eligibility.lead"))
    every = list(dict.fromkeys(reversed(selected.frame["case_id"].tolist())))
    cases = every[:CASES_LISTED]
    if not cases:
        st.info(words("eligibility.no_case"))
        return
    flagship = bundle.schema.get("flagship_case")
    case = extra("check", flagship if flagship in every else cases[0], every)
    cases = cases if case in cases else [case, *cases]
    st.session_state["check_case"] = case
    st.selectbox(
        words("eligibility.case"),
        cases,
        format_func=lambda key: words.name("cases", key),
        key="check_case",
        on_change=take_choice,
        args=("check_case", "check"),
    )
    if len(every) > len(cases):
        say(words("eligibility.more", n=len(every) - len(cases)))
    findings = pd.DataFrame(eligibility.check(bundle, case))
    for mechanism, part in findings.groupby("mechanism", sort=False):
        counts = part["result"].value_counts()
        parts = [words(f"eligibility.{result}", n=int(counts[result])) for result in ("met", "unmet", "unknown") if counts.get(result, 0)]
        title = words("eligibility.group", mechanism=_mechanism_name(page, str(mechanism)), parts=", ".join(parts))
        opened = st.expander(md(title), key=f"eligible_{mechanism}", on_change="rerun")
        if opened.open:
            with opened:
                _conditions(page, case, str(mechanism), part.to_dict("records"))
    say(words("eligibility.check"))


def _mechanism_name(page: Page, mechanism: str) -> str:
    """The mechanism; for the rule of a country's authorities in general, the authorities of that country."""
    words = page.words
    if mechanism != docket.GENERAL_RULE:
        return words.label("mechanism", mechanism)
    table = page.bundle["conditions"]
    countries = {code for cell in table.loc[table["mechanism"] == mechanism, "countries"] for code in split(cell)}
    return f"{words.label('mechanism_family', 'authority')} ({', '.join(words.label('country', code) for code in sorted(countries))})"


def _conditions(page: Page, case: str, mechanism: str, findings: list[dict[str, Any]]) -> None:
    words, bundle = page.words, page.bundle
    said = []
    for finding in findings:
        row = bundle.row("conditions", finding["condition_id"])
        lines = [f"- **{md(words.label('condition_result', finding['result']))}**: {tell(words, words.text(row, 'text'))}"]
        cited = row["source_ids"].replace(";", ", ")
        lines.append(f"  :gray[{md(words.definition('condition_test', row['test']))} {md(words('eligibility.rule', sources=cited))}]")
        if finding["ids"]:
            key = "eligibility.lacking" if finding["result"] == "unknown" else "eligibility.rests"
            lines.append(f"  :gray[{md(words(key, ids=', '.join(finding['ids'])))}]")
        said.append("  \n".join(lines))
    st.markdown("\n".join(said))
    if before := eligibility.used(bundle, case, mechanism):
        st.markdown(f"**{words('eligibility.used')}**")
        openers(page, [(key, f"{words.date(bundle.row('responses', key)['period'])}: {words.name('responses', key)}") for key in before])
    st.markdown(f"**{words('eligibility.rules')}**")
    cited = ";".join(bundle.row("conditions", finding["condition_id"])["source_ids"] for finding in findings)
    _source_links(page, cited)
    st.markdown(f"*{words('eligibility.check')}*")


# ── download ─────────────────────────────────────────────────────────────────────────────────────
def answers_download(page: Page, rows: pd.DataFrame) -> None:
    """The responses shown, as they are in the bundle, with what the docket makes of them."""
    if rows.empty:
        return
    words, bundle = page.words, page.bundle
    state, mechanism = docket.asked_of(rows, extra("state"), extra("mechanism"))

    def made() -> Shown:
        listed = docket.narrowed(rows, state, mechanism)
        table, wide = bundle["responses"], whole(bundle, listed)
        added = [name for name in wide.columns if name not in table.columns and not name.endswith(report.DERIVED)]
        selected = select.select(bundle, page.selection)
        caption = words("answers.caption", n=len(listed), total=len(table), acts=selected.n)
        only = [words.label(terms, code) for terms, code in (("docket_state", state), ("mechanism", mechanism)) if code]
        return [report.rows_of(bundle, "responses", wide, added)], ". ".join([caption, *only, select.in_words(selected, words)])

    take(page, made)


def whole(bundle: Bundle, rows: pd.DataFrame) -> pd.DataFrame:
    """The docket's rows with all the bundle says of the same responses."""
    table = bundle["responses"]
    return rows.merge(table[["response_id", *(name for name in table.columns if name not in rows.columns)]], on="response_id", how="left")
