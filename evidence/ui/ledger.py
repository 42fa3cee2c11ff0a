"""The ledger of norms on a page: every article of the acts shown, and one of them opened: against whom, how it ended, by whom asserted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from evidence import casefile, docket, ledger, select
from evidence.model import split
from evidence.select import Selected
from evidence.ui.cards import card, norm_line
from evidence.ui.lists import listing
from evidence.ui.page import Page, change, extra, md, opens, pick, say, set_extra, take_choice, tell
from evidence.ui.pressure import choose
from evidence.words import WHOLE_ACT, brief, lower

SCOPES = ("all", "case")
CASES = 30  # of an article, told one by one
ROWS = 40  # of the table of a case


def ledger_and_card(page: Page, case: str) -> None:
    """The ledger; beside it the record that is picked."""
    if not page.picked:
        _ledger(page, case)
        return
    left, right = st.columns([2.1, 1], gap="large")
    with left:
        _ledger(page, case)
    with right, st.container(key="ledger_side"), st.container(key="card", gap="xsmall"):
        card(page, *page.picked)


def _ledger(page: Page, case: str) -> None:
    """The articles of all acts that match the filters, or of this case alone, and the one that is opened."""
    words = page.words
    scope = choose(page, "scope", SCOPES, SCOPES[0], texts="ledger.scope", label="ledger.scope.label")
    selected = _selected(page, case, scope)
    say(select.in_words(selected, words))
    found = ledger.entries(selected.frame)
    resting = _resting(page, selected, scope)
    if found.empty and not resting:
        st.info(words("ledger.none"))
        return
    articles = ledger.by_article(found)
    named = found["incident_id"].nunique()
    st.subheader(words("ledger.articles", n=len(articles), named=named, total=selected.n), anchor=False)
    if alone := len(resting.keys() - set(articles["norm_id"])):
        say(words("ledger.articles_alone", n=alone))
    norm = _choose_article(page, articles, resting)
    _article(page, selected, found, norm, resting.get(norm, []))
    table = found if scope == "case" else found[found["norm_id"] == norm]
    if len(table):
        _table(page, table)


def _selected(page: Page, case: str, scope: str) -> Selected:
    wanted = page.selection.but(case=(case,), relation=()) if scope == "case" else page.selection.but(case=())
    return select.select(page.bundle, wanted)


def _resting(page: Page, selected: Selected, scope: str) -> dict[str, list[str]]:
    """The complaints and decisions beside the acts shown, by the article they rest on; as on the Answers page, all of them if nothing is filtered."""
    unfiltered = scope == "all" and page.selection.but(case=()).is_default()
    return ledger.resting(page.bundle, docket.chosen(page.bundle, selected.frame["case_id"], unfiltered=unfiltered)["response_id"])


def _choose_article(page: Page, articles: pd.DataFrame, resting: dict[str, list[str]]) -> str:
    """The article that is opened: the one of the link, else the most used. Last come those that only complaints and decisions name."""
    words = page.words
    numbers = dict(zip(articles["norm_id"], articles["acts"], strict=True))
    numbers |= dict.fromkeys(sorted(resting.keys() - numbers.keys()), 0)
    norm = extra("article", next(iter(numbers)), numbers)
    st.session_state["chosen_article"] = norm
    st.selectbox(
        words("ledger.choose"), list(numbers), key="chosen_article", on_change=take_choice, args=("chosen_article", "article"),
        format_func=lambda key: words("ledger.option", name=brief(_name(page, key), 110), n=int(numbers[key]))
        if numbers[key]
        else words("ledger.option_alone", name=brief(_name(page, key), 110), n=len(resting[key])),
    )  # fmt: skip
    return norm


def _name(page: Page, key: str) -> str:
    row = page.bundle.row("norms", key)
    return norm_line(page.words, row) if row is not None else key


def _short(page: Page, row: casefile.Row) -> str:
    """An article by its number; an act that is cited as a whole by its name."""
    return str(page.words.norm(row) if row["article"] == WHOLE_ACT else row["article"])


def _article(page: Page, selected: Selected, found: pd.DataFrame, norm: str, relied: list[str]) -> None:
    """One article: how often, against whom, with what outcome; who says it was breached, kept or disputed; what rests on it."""
    words, bundle = page.words, page.bundle
    row = bundle.row("norms", norm) or {}
    uses = ledger.uses(bundle, selected.frame, found, norm)
    acts = sum(len(use.incident_ids) for use in uses)
    article = str(row.get("article", ""))
    named = {"name": _name(page, norm)} if article == WHOLE_ACT else {"article": article}
    sentence = ("ledger.sentence" if "article" in named else "ledger.sentence_law") + ("" if uses else "_none")
    st.header(md(words(sentence, acts=acts, cases=len(uses), **named) if uses else words(sentence, **named)), anchor=False)
    st.markdown(
        f"{md(_name(page, norm))} :gray[({md(words.label('title_status', row.get('title_status', '')))})]  \n{tell(words, words.text(row, 'duty'))}"
    )
    if uses:
        ended = [
            words("ledger.ending", status=lower(words.label("status", code)) if code else words("ledger.no_end"), n=n)
            for code, n in ledger.endings(uses).items()
        ]
        st.markdown(f"**{md(words('ledger.ended', endings='; '.join(ended)))}**")
        _uses(page, uses)
        if any(use.also for use in uses):
            say(words("ledger.also_note"))
    _context(page, selected, norm)
    said = found[(found["norm_id"] == norm) & (found["relation"] == ledger.BREACHED)]
    if len(said):
        who = ", ".join(lower(words.label("asserted_by", code)) for code in dict.fromkeys(said["asserted_by"]))
        st.markdown(md(words("ledger.breached_by", n=said["incident_id"].nunique(), who=who)))
    for relation in (ledger.COMPLIED, ledger.DISPUTED):
        told = found[(found["norm_id"] == norm) & (found["relation"] == relation)]
        if len(told):
            who = "; ".join(dict.fromkeys(_said_by(page, entry) for entry in told.to_dict("records")))
            st.markdown(md(words(f"ledger.{relation}_by", n=told["incident_id"].nunique(), who=who)))
    if relied:
        st.markdown(f"**{words('ledger.relied')}**")
        for key in relied[:ROWS]:
            response = bundle.row("responses", key)
            label = f"{words.date(response['period'])} · {words.label('response_kind', response['kind'])}: {words.name('responses', key)}"
            label += f". {words.label('response_stage', response['stage'])}. {brief(words.text(response, 'outcome').words, 160)}"
            st.button(
                md(label), key=f"row_relied_{key}", on_click=pick, args=("response", key), type="tertiary", width="stretch", wrap=True
            )


def _uses(page: Page, uses: list[ledger.Use]) -> None:
    """A row a case: the table that answers "how often, against whom, with what outcome"."""
    words = page.words
    lines = [
        f"| {' | '.join(words(f'ledger.{name}') for name in ('case', 'acts', 'against', 'outcome'))} |",
        "|---|---|---|---|",
    ]
    for use in uses[:CASES]:
        people = ", ".join(words.person(key) for key in use.people_ids) or words("ledger.unnamed")
        kinds = ", ".join(lower(words.label("defender_type", code)) for code in use.defender_types)
        ended = casefile.in_words(use.ended, words) if use.ended else words("ledger.no_end")
        others = [page.bundle.row("norms", key) for key in use.also]
        also = words("ledger.also", others=", ".join(_short(page, row) for row in others if row is not None)) if use.also else ""
        cells = [
            md(words.name("cases", use.case_id)),
            md(words.count(len(use.incident_ids), "incident")),
            f"{md(people)}{' (' + md(kinds) + ')' if kinds else ''}",
            md(ended) + (f" :gray[({md(also)})]" if also else ""),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    with st.container(key="ledger_uses"):
        st.markdown("\n".join(lines))
    with st.container(horizontal=True, key="ledger_cases"):
        for use in uses[:CASES]:
            st.button(
                f"{words('ledger.file')}: {md(brief(words.name('cases', use.case_id), 60))}", key=f"go_case_{use.case_id}", on_click=_open_case,
                args=(use.case_id,), type="tertiary",
            )  # fmt: skip


def _open_case(case: str) -> None:
    change(case=(case,))
    set_extra(show="", figure="")


def _context(page: Page, selected: Selected, norm: str) -> None:
    """Acts with this article that the usual selection leaves out: said, never lost."""
    if not selected.context_hidden:
        return
    others = select.select(page.bundle, selected.selection.but(relation=("context",))).frame
    rows = ledger.entries(others)
    rows = rows[(rows["norm_id"] == norm) & (rows["relation"] == ledger.INVOKED)]
    if len(rows):
        say(page.words("ledger.context", acts=rows["incident_id"].nunique(), cases=rows["case_id"].nunique()))


def _table(page: Page, found: pd.DataFrame) -> None:
    """Article by act, a line each: by whom asserted, and who replied; a column that says the same in every line is left out."""
    words, bundle = page.words, page.bundle
    st.subheader(words("ledger.rows"), anchor=False)
    heads = [
        words("ledger.article"),
        words("ledger.act"),
        words("ledger.relation"),
        words("ledger.said_by"),
        words("ledger.reply", date=words.date(bundle.published)),
    ]
    shown = found.head(ROWS)
    keep = [shown["norm_id"].nunique() > 1, True, shown["relation"].nunique() > 1, True, True]
    lines = []
    for row in shown.to_dict("records"):
        act, norm = bundle.row("incidents", row["incident_id"]) or {}, bundle.row("norms", row["norm_id"]) or {}
        kinds = ", ".join(words.label("act_type", code) for code in split(act["types"]))
        title = norm_line(words, norm)
        lines.append(
            [
                f"{md(title)} :gray[({md(lower(words.label('title_status', norm['title_status'])))})]",
                opens(page, row["incident_id"], f"{md(kinds)}, {md(words.date(act['period']))}"),
                md(words(f"ledger.relation_{row['relation']}")),
                md(_said_by(page, row)),
                md("; ".join(f"{who}: {said}" for who, said in _replies(page, act))),
            ]
        )
    table = [heads, ["---"] * len(heads), *lines]
    with st.container(key="ledger_rows"):
        st.markdown("\n".join(f"| {' | '.join(cell for cell, kept in zip(line, keep, strict=True) if kept)} |" for line in table))
    if len(found) > ROWS:
        say(words("ledger.rows_left", n=len(found) - ROWS))
        frame = select.index(bundle).frame
        st.markdown(f"**{words('ledger.open')}**")
        listing(page, frame[frame["incident_id"].isin(set(found["incident_id"]))], key="ledger", size=20)


def _said_by(page: Page, entry: dict[str, Any]) -> str:
    """Who says so: for an article kept or disputed in the record's own words, else who asserts the act."""
    act = page.bundle.row("incidents", entry["incident_id"]) or {}
    own = page.words.text(act, "norms_account") if entry["relation"] in {ledger.COMPLIED, ledger.DISPUTED} else None
    return own.words if own and own.words else str(page.words.label("asserted_by", entry["asserted_by"]))


def _replies(page: Page, act: casefile.Row) -> list[tuple[str, str]]:
    """Who of the accused side replied, in a few words."""
    words = page.words
    known = casefile.answers(page.bundle, act)
    none = words("ledger.no_reply")
    said = []
    if known.company:
        silent = known.company in {"no_reply_found", "unknown", "not_asked"}
        said.append((words("ledger.company"), none if silent else lower(words.label("company_answer", known.company))))
    said += [(page.words.text(claim, "asserted_by").words, lower(words.label("stance", claim["stance"]))) for claim in known.denials]
    if known.replies:
        said.append((words("ledger.state"), words("ledger.replied", n=len(known.replies))))
    elif known.state and not known.denials:
        said.append((words("ledger.state"), none))
    return said
