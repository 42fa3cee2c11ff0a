"""The Case page: one case as a file, read from top to bottom; the full record opens beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import streamlit as st

from evidence import burden, casefile, ledger, rules, select
from evidence.casefile import Link, Row
from evidence.docket import days_between, docket, one_day
from evidence.model import Bundle, parse_period, split
from evidence.ui.cards import card, norm_line, source_item, title_of
from evidence.ui.filters import chips, filters
from evidence.ui.lists import listing, paged
from evidence.ui.page import CARDS, Page, box, change, extra, find, foot, here, href, left_out, md, opens, say, set_extra, sheet, tell
from evidence.ui.pressure import choose
from evidence.words import brief, lower

SHOWS = ("file", "ledger", "dossier")
CASES_OFFERED = 400  # in the list; filters reach the others
CHAIN = 40  # entries on a screen
CLAIMS = 3  # side by side
CLAIMS_MOST = 6
SOURCES_SHORT = 3
ROWS_SHOWN = 30


def choose_case(page: Page) -> str:
    """The case this page is about: the one the link names, else the flagship; the list offers those that match the filters."""
    words, bundle = page.words, page.bundle
    if bundle["cases"].empty:
        st.info(words("case.empty"))
        foot(page)
        st.stop()
    flagship = bundle.schema.get("flagship_case", "")
    flagship = flagship if bundle.has("cases", flagship) else ""
    frame = select.select(bundle, page.selection.but(case=())).frame
    matching = casefile.matching(frame, flagship)
    asked = page.selection.case
    case = (
        asked[0] if len(asked) == 1 else next((key for key in (*asked, *matching[:1], flagship) if key), bundle["cases"]["case_id"].iloc[0])
    )
    offered = matching[:CASES_OFFERED]
    if case not in offered:
        offered = [case, *offered]
    st.session_state["chosen_case"] = case
    with st.container(key="case_chooser"):
        st.selectbox(
            words("case.choose"), offered, format_func=lambda key: words.name("cases", key), key="chosen_case", on_change=_take_case, width=620
        )  # fmt: skip
    if case not in matching:
        say(words("case.outside") if matching else words("case.none"))
    if len(matching) > CASES_OFFERED:
        say(words("case.choose_more", n=len(matching) - CASES_OFFERED))
    return case


def _take_case() -> None:
    change(case=(st.session_state["chosen_case"],))
    set_extra(figure="")
    st.session_state["picked"] = None


def choose_case_view(page: Page) -> str:
    """The file, the ledger of norms, or the dossier to hand over."""
    with st.container(key="case_show"):
        return choose(page, "show", SHOWS, SHOWS[0], texts="case.show")


def case_filters(page: Page, show: str) -> None:
    """The other filters; the case itself is chosen above. A file needs only to be told of them, a ledger is worked with."""
    if show == "ledger":
        filters(page)
    else:
        chips(page)


def case_file(page: Page, case: str) -> None:
    """The whole file."""
    _title(page, case)
    _burdens(page, case)
    left, right = st.columns([2.1, 1], gap="large")
    with left:
        _chain(page, case)
        _claims(page, case)
        _support(page, case)
    with right, st.container(key="case_side"):
        if page.picked and page.picked != ("case", case):
            with st.container(key="card", gap="xsmall"):
                card(page, *page.picked)
        _missing(page, case)
    _sources(page, case)


def _title(page: Page, case: str) -> None:
    words, bundle = page.words, page.bundle
    row = bundle.row("cases", case)
    st.header(md(words.name("cases", case)), anchor=False)
    found = casefile.status(bundle, case)
    if found:
        note = words("case.status_dated", date=words.date(found.period)) if found.day and not parse_period(found.period).is_day else ""
        st.markdown(f"**{words('case.status')}: {md(lower(casefile.in_words(found, words)))}**" + (f" :gray[({md(note)})]" if note else ""))
    else:
        st.markdown(f"**{words('case.status')}:** {md(words('case.status_none', date=words.date(bundle.published)))}")
    with st.container(key="case_summary"):
        st.markdown(tell(words, words.text(row or {}, "summary")))


# ── burden ───────────────────────────────────────────────────────────────────────────────────────
def _burdens(page: Page, case: str) -> None:
    """The figures of burden, each with a way to its rows; what is not known is named."""
    words = page.words
    found = _figures(page.bundle, case)
    st.subheader(words("case.burdens"), anchor=False)
    if not found:
        st.markdown(words("case.burdens_none"))
        return
    shown = [
        box("t-burden", _figure(page, figure), f"[{words('case.burden_rows')}]({here(page, figure=str(place))})")
        for place, figure in enumerate(found)
    ]
    sheet(box("t-burdens", *shown))
    lacking = [
        lower(words.label("burden_kind", kind)) for kind in words.codes("burden_kind") if kind not in {figure.kind for figure in found}
    ]
    say(words("case.burdens_note", kinds=", ".join(lacking)) if lacking else words("case.burdens_alone"))
    opened = extra("figure")
    if opened.isdigit() and int(opened) < len(found):
        _figure_rows(page, found[int(opened)])


@lru_cache(maxsize=64)
def _figures(bundle: Bundle, case: str) -> tuple[burden.Burden, ...]:
    return tuple(burden.of_case(bundle, case))


def _figure(page: Page, figure: burden.Burden) -> str:
    words = page.words
    whom = [words.person(key) for key in figure.people_ids[:2]]
    notes = [
        words.all_of(whom) if whom and len(figure.people_ids) <= len(whom) else "",
        words("case.burden_persons", n=figure.persons) if figure.persons and figure.persons > 1 else "",
        words("case.burden_ended", status=lower(words.label("status", figure.ended))) if figure.ended else "",
    ]
    note = " · ".join(note for note in notes if note)
    return (
        box("t-number", md(burden.amount(figure, words)))
        + f"\n\n{md(words.label('burden_kind', figure.kind))}"
        + (f"  \n:gray[{md(note)}]" if note else "")
    )


def _figure_rows(page: Page, figure: burden.Burden) -> None:
    """What a figure was made from: the sentences of the sources, the acts, the sources."""
    words, bundle = page.words, page.bundle
    with st.container(key="figure_rows"):
        st.markdown(f"**{md(words.label('burden_kind', figure.kind))}: {md(burden.amount(figure, words))}**")
        told = [bundle.row("burdens", key) for key in figure.burden_ids]
        lines = [f"- {tell(words, words.text(row, 'text'))}" for row in told if row is not None]
        for key in figure.incident_ids if not told else ():
            row = bundle.row("incidents", key)
            if row is not None:
                until = words.date(row["learned"]) if figure.kind == "days_unaware" else _ended_on(page, key, figure.ended)
                lines.append(f"- {md(words.date(row['period']))} → {md(until or words('burden.not_known'))}")
        st.markdown(
            "\n".join([*lines, *(source_item(words, row) for key in figure.source_ids if (row := bundle.row("sources", key)) is not None)])
        )
        frame = select.index(bundle).frame
        listing(page, frame[frame["incident_id"].isin(figure.incident_ids)], key="burden", size=12)
        sheet(f"[{words('figures.hide')}]({here(page, figure='')})")


def _ended_on(page: Page, key: str, code: str) -> str:
    rows = casefile.rows_about(page.bundle, "status_updates", "record_id", [key])
    return next((page.words.date(row["period"]) for row in rows if row["status"] == code and row["period"]), "")


# ── the chain ────────────────────────────────────────────────────────────────────────────────────
def _chain(page: Page, case: str) -> None:
    """Acts and responses in one sequence, under their dates."""
    words = page.words
    links = casefile.chain(page.bundle, case)
    st.subheader(words("case.chain"), anchor=False)
    say(words("case.chain_note"))
    at, pager = paged(page, "chain", len(links), CHAIN)
    shown = links[(at - 1) * CHAIN : at * CHAIN]
    days = [link.row["period"] for link in shown]
    last, number, blocks = None, 0, []
    for link in shown:
        when = link.row["period"]
        number = number + 1 if when == last else 1
        if when != last:
            blocks.append(f"##### {md(words.date(when))}")
            last = when
        order = f"{number}. " if days.count(when) > 1 and number else ""
        head = opens(page, link.key, f"**{md(order + _named(page, link))}**")
        blocks.append(box(f"t-act t-{link.kind}", head, *(_act(page, link) if link.kind == "incident" else _response(page, link))))
    sheet(pager, *blocks)


def _named(page: Page, link: Link) -> str:
    words = page.words
    if link.kind == "response":
        return f"{words.label('response_kind', link.row['kind'])}: {words.text(link.row, 'mechanism_name')}"
    return ", ".join(words.label("act_type", code) for code in split(link.row["types"]))


def _act(page: Page, link: Link) -> list[str]:
    """An act told: text, then what is asserted by whom, the articles, the answers, the sources."""
    words, row = page.words, link.row
    lines = [tell(words, words.text(row, "text"))]
    facts: list[tuple[str, str]] = []
    if row["learned"]:
        facts.append(("card.learned", f"**{md(words.date(row['learned']))}**"))
    place = words.name("places", row["place_id"]) if row["place_id"] else ""
    facts.append(("card.place", md("; ".join(part for part in (place, words.text(row, "place_detail").words) if part))))
    facts.append(("card.who", tell(words, words.text(row, "victims"))))
    who = words.label("asserted_by", row["asserted_by"])
    facts.append(
        (
            "card.by_whom",
            f"{md(casefile.actors(words, row, words.text(row, 'perpetrator').words))} **({md(words('case.asserted', who=lower(who)))};"
            f" {md(lower(words.label('involvement', row['involvement'])))})**",
        )
    )
    facts.append(("card.reason", tell(words, words.text(row, "reason_given"))))
    facts += [(f"card.{column}", _norms(page, row[column])) for column in ledger.RELATIONS.values()]
    facts.append(("card.norms_account", tell(words, words.text(row, "norms_account"))))
    if not (row["norms_invoked"] or row["norms_breached"]):
        facts.append(("card.articles", md(row["articles_as_printed"])))
    lines.append(_facts(page, facts))
    lines.append(_facts(page, _answers(page, row)))
    for update in casefile.rows_about(page.bundle, "status_updates", "record_id", [link.key]):
        lines.append(f":gray[{words('case.followed')}:] {_update(page, update)}")
    if row["contested"]:
        lines.append(f"**{md(words('card.contested'))}**")
    lines.append(_sources_short(page, row["source_ids"], link.grade))
    return [line for line in lines if line]


def _update(page: Page, update: Row) -> str:
    """What followed, with its state if it names one, and its date or that it has none."""
    words = page.words
    text = tell(words, words.text(update, "text"))
    state = "" if update["status"] == "other" else words.label("status", update["status"])
    if not update["period"]:
        return f"{md(state)} ({md(words('card.undated'))}). {text}" if state else f"{text} ({md(words('card.undated'))})"
    when = words.date(update["period"])
    return f"{md(state)} ({md(words('card.as_of', date=when))}). {text}" if state else f"{md(when)}: {text}"


def _facts(page: Page, facts: Iterable[tuple[str, str]]) -> str:
    """Labelled lines; `facts` are (key of the label or the label itself, harmless Markdown)."""
    words = page.words
    return "  \n".join(f":gray[{words(label) if words.has(label) else md(label)}:] {value}" for label, value in facts if value)


def _norms(page: Page, cell: str) -> str:
    words = page.words
    rows = [row for key in split(cell) if (row := page.bundle.row("norms", key)) is not None]
    return "; ".join(f"{md(norm_line(words, row))} :gray[({md(lower(words.label('title_status', row['title_status'])))})]" for row in rows)


def _answers(page: Page, row: Row) -> list[tuple[str, str]]:
    """The accused side's answer, or that none was found, with the day."""
    words, bundle = page.words, page.bundle
    found, today = casefile.answers(bundle, row), words.date(bundle.published)
    facts = []
    if found.company:
        names = ", ".join(words.name("organisations", key) for key in split(row["company_ids"]))
        said = (
            words("case.no_answer", date=today)
            if found.company == "no_reply_found"
            else lower(words.label("company_answer", found.company))
        )
        if found.company in {"unknown", "not_asked"}:
            said = words("card.as_of_said", said=said, date=today)
        facts.append((words("case.company_answer", who=names), f"**{md(said)}**"))
    for claim in found.denials:
        facts.append(("case.denied", f"{tell(words, words.text(claim, 'text'))} :gray[({md(words.text(claim, 'asserted_by'))})]"))
    if found.replies:
        facts.append(("case.state_answer", _strong(words("case.replied_to", n=len(found.replies)))))
    elif found.waiting:
        facts.append(("case.state_answer", _strong(words("case.no_answer_to", n=len(found.waiting), date=today))))
    elif found.state and not found.denials:
        facts.append(("case.state_answer", _strong(words("case.no_answer", date=today))))
    return facts


def _strong(text: str) -> str:
    return f"**{md(text)}**"


def _sources_short(page: Page, cell: str, grade: str) -> str:
    """Sources in a line: who, when, how far read, where it lies; and the grade."""
    words = page.words
    rows = [row for key in split(cell) if (row := page.bundle.row("sources", key)) is not None]
    parts = [_source_short(page, row) for row in rows[:SOURCES_SHORT]]
    if len(rows) > SOURCES_SHORT:
        parts.append(md(words("case.more_sources", n=len(rows) - SOURCES_SHORT)))
    sure = f":gray[{words('card.grade')}:] {md(lower(words.label('corroboration', grade)))}"
    return f":gray[{words('case.sources_short')}:] {'; '.join(parts)}  \n{sure}"


def _source_short(page: Page, row: Row) -> str:
    words = page.words
    when = f", {words.date(row['date'])}" if row["date"] else ""
    how = lower(words.label("read_extent", row["read_extent"]))
    link = f" [{words('source.open')}]({href(row['url'])})" if row["url"] else ""
    return f"{md(row['publisher'])}{md(when)} ({md(how)}){link}"


def _response(page: Page, link: Link) -> list[str]:
    """A complaint told: to whom, against whom, its stages, what came back or how many days of nothing."""
    words, row = page.words, link.row
    lines = [tell(words, words.text(row, "subject"))]
    facts = [
        ("response.by", tell(words, words.text(row, "submitted_by"))),
        ("response.against", tell(words, words.text(row, "against"))),
        ("response.basis", _norms(page, row["norm_ids"]) or md(row["legal_basis_as_printed"])),
    ]
    lines.append(_facts(page, facts))
    if link.stages:
        stages = "; ".join(
            f"{md(words.date(stage['period']))}: {md(lower(words.label('response_stage', stage['stage'])))}" for stage in link.stages
        )
        lines.append(f":gray[{words('response.stages')}:] {stages}")
    lines.append(
        _facts(page, [("response.came_back", _came_back(page, link)), ("response.outcome", tell(words, words.text(row, "outcome")))])
    )
    lines.append(_sources_short(page, row["source_ids"], link.grade))
    return [line for line in lines if line]


def _came_back(page: Page, link: Link) -> str:
    words, bundle = page.words, page.bundle
    known = docket(bundle)
    state = known.loc[known["response_id"] == link.key, ["state", "asked"]]
    if len(state) and state["state"].iloc[0] in {"overdue", "silent", "open"}:
        filed = next(
            (stage for stage in link.stages if stage["stage"] in {"filed", "registered", "transmitted", "receipt_confirmed"}), link.row
        )
        days = days_between(parse_period(filed["period"]), one_day(date.fromisoformat(bundle.published))) if filed["period"] else None
        said = words("case.no_answer", date=words.date(bundle.published))
        if days:
            key = "case.days_since_one" if days.low == days.high else "case.days_since"
            said += "; " + words(key, low=days.low, high=days.high)
        return f"**{md(said)}**"
    return md(words.label("response_type", link.row["response_type"]))


# ── beside and below ─────────────────────────────────────────────────────────────────────────────
def _claims(page: Page, case: str) -> None:
    """What sources say of the same thing, side by side, none chosen."""
    words = page.words
    found = casefile.contradictions(page.bundle, case)
    if not found:
        return
    st.subheader(words("case.claims"), anchor=False)
    for topic, rows in found.items():
        with st.container(key=f"claims_{topic}"):
            for at in range(0, min(len(rows), CLAIMS_MOST), CLAIMS):
                for column, claim in zip(st.columns(min(CLAIMS, len(rows)), gap="medium"), rows[at : at + CLAIMS], strict=False):
                    who, stance = words.text(claim, "asserted_by").words, words.label("stance", claim["stance"])
                    when = f", {words.date(claim['as_of'])}" if claim["as_of"] else ""
                    sources = ", ".join(
                        row["publisher"] for key in split(claim["source_ids"]) if (row := page.bundle.row("sources", key)) is not None
                    )
                    column.markdown(
                        f"**{md(who or sources)}**  \n:gray[{md(lower(stance))}{md(when)}]\n\n{tell(words, words.text(claim, 'text'))}\n\n:gray[{md(sources)}]"
                    )
            if len(rows) > CLAIMS_MOST:
                say(words("case.claims_more", n=len(rows) - CLAIMS_MOST))


def _support(page: Page, case: str) -> None:
    """Who helped: part of the story."""
    words = page.words
    st.subheader(words("case.support"), anchor=False)
    rows = casefile.support(page.bundle, case)
    if not rows:
        say(words("case.support_none"))
    blocks = []
    for row in rows:
        head = opens(page, row["response_id"], f"**{md(words.date(row['period']))} · {md(words.text(row, 'mechanism_name'))}**")
        lines = [tell(words, words.text(row, stem)) for stem in ("submitted_by", "subject", "outcome")]
        blocks.append(box("t-act t-support", head, *lines, _sources_short(page, row["source_ids"], _grade(page, row))))
    if blocks:
        sheet(*blocks)


def _grade(page: Page, row: Row) -> str:
    return rules.grade([rules.sources(page.bundle)[key] for key in split(row["source_ids"])])


def _missing(page: Page, case: str) -> None:
    """What a reader would look for and not find, said plainly; and on how much the acts stand, each grade with its rule."""
    words = page.words
    gaps = casefile.missing(page.bundle, case)
    lines = [_with_rows(page, gap.key, md(words(f"case.gap_{gap.key}", n=len(gap.ids), of=gap.of)), gap.ids) for gap in gaps]
    found = casefile.grades(page.bundle, case)
    whole = sum(len(ids) for ids in found.values())
    grades = []
    for grade, ids in found.items():
        line = words("case.by_grade", label=words.label("corroboration", grade), n=len(ids), of=whole)
        grades.append(_with_rows(page, grade, f"**{md(line)}** {md(words.definition('corroboration', grade))}", ids))
    acts = casefile.acts(page.bundle, case)
    if acts["contested"].any():
        ids = tuple(acts.loc[acts["contested"].astype(bool), "incident_id"])
        grades.append(_with_rows(page, "contested", md(words("case.contested", n=len(ids))), ids))
    opened = extra("figure")
    if not opened.isdigit() and opened not in {"", "contested", *found, *(gap.key for gap in gaps)}:
        left_out("figure")
    sheet(f"### {words('case.missing')}", *(lines or [words("case.missing_none")]), f"### {words('case.grades')}", *grades)


def _with_rows(page: Page, key: str, label: str, ids: tuple[str, ...]) -> str:
    """A line that holds a number, as a link that opens the records behind it."""
    opened = extra("figure") == key
    lines = [f"[{label}]({here(page, figure='' if opened else key)})"]
    for record in ids[:ROWS_SHOWN] if opened else ():
        found = find(page.bundle, record)
        row = page.bundle.row(CARDS[found[0]], record) if found else None
        if found and row is not None:
            lines.append(opens(page, record, md(brief(title_of(page, found[0], row)))))
    if opened and len(ids) > ROWS_SHOWN:
        lines.append(f":gray[{md(page.words('case.gap_rows_more', n=len(ids) - ROWS_SHOWN))}]")
    return box("t-gap", *lines)


def _sources(page: Page, case: str) -> None:
    """All sources of the file, as a list that prints with its addresses."""
    words = page.words
    st.subheader(words("case.sources"), anchor=False)
    rows = [row for key in casefile.cited_sources(page.bundle, case) if (row := page.bundle.row("sources", key)) is not None]
    with st.container(key="case_sources"):
        st.markdown("\n".join(source_item(words, row) for row in rows))
