"""The dossier of a case: choose the form, answer who may be named, see what is missing, take the file away.

What the reader writes lives in the visit, goes into the file, and is kept nowhere else; nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from evidence.model import LANGUAGES, Bundle
from evidence.report import dossier
from evidence.report.dossier_desk import naming
from evidence.report.dossier_parts import LACKING, Consent
from evidence.report.progress import Tell
from evidence.ui.making import begin, found, waiting
from evidence.ui.page import Page, box, extra, md, say, sheet, take_choice
from evidence.words import LANGUAGE_NAMES, Words

MARKS = {"given": "✓", "typed": "✎", "missing": "○", "consent": "◇", "open": "–"}
PDF = "application/pdf"
LONGEST = 8_000  # letters in one field


class Check(NamedTuple):
    """One line of the list of what is there."""

    section: str
    key: str
    title: str
    state: str
    required: str
    counted: bool


def dossier_section(page: Page, case: str) -> None:
    """Everything a reader needs to prepare a dossier of this case."""
    words, bundle = page.words, page.bundle
    st.header(words("dossier.title"), anchor=False)
    st.markdown(words("dossier.intro"))
    kinds = dossier.kinds(bundle, words)
    if not kinds:
        st.info(words("dossier.none"))
        return
    left, right = st.columns([1.35, 1], gap="large")
    with left:
        kind = _choose_kind(page, kinds)
        languages = _choose_languages(page)
        consent = _ask_naming(page, kind)
    checks = checklist(bundle, case, kind, page.words.language, consent)
    with left:
        typed = _write(page, case, kind, checks, languages, consent)
        _take(page, case, kind, languages, consent, typed)
    with right, st.container(key="dossier_list"):
        _list(page, checks, typed)


# ── what is asked ────────────────────────────────────────────────────────────────────────────────
def _choose_kind(page: Page, kinds: list[str]) -> str:
    words = page.words
    st.session_state["dossier_kind"] = extra("form", kinds[0], kinds)
    kind: str = st.radio(
        words("dossier.kind"), kinds, format_func=lambda code: md(words.label("dossier", code)), key="dossier_kind", on_change=take_choice, args=("dossier_kind", "form"),
        captions=[md(words.definition("dossier", code)) for code in kinds],
    )  # fmt: skip
    return kind


def _choose_languages(page: Page) -> tuple[str, ...]:
    """The language of the file, and a second one beside it if wanted."""
    words = page.words
    with st.container(horizontal=True, key="dossier_languages", gap="large"):
        first = st.selectbox(
            words("dossier.language"), LANGUAGES, index=LANGUAGES.index(words.language), format_func=LANGUAGE_NAMES.get,
            key=f"dossier_first_{words.language}", width=220,
        )  # fmt: skip
        others = ["", *(code for code in LANGUAGES if code != first)]
        second = st.selectbox(
            words("dossier.second"), others, format_func=lambda code: LANGUAGE_NAMES[code] if code else words("dossier.second_none"),
            key=f"dossier_second_{first}", width=220,
        )  # fmt: skip
    return (first, second) if second else (first,)


def _ask_naming(page: Page, kind: str) -> Consent:
    """Two questions, each answered no until the reader says yes."""
    words = page.words
    answers = {}
    for key in ("government", "public"):
        answers[key] = st.radio(
            words(f"dossier.fact_{key}"), (False, True), format_func=lambda yes: words("dossier.yes" if yes else "dossier.no"), index=0,
            horizontal=True, key=f"dossier_naming_{key}",
        )  # fmt: skip
    say(words(f"dossier.naming_{naming(words, kind)}"))
    return Consent(**answers)


def _write(page: Page, case: str, kind: str, checks: tuple[Check, ...], languages: tuple[str, ...], consent: Consent) -> dict[str, str]:
    """Fields for what the data does not hold; a form, so that what is written is taken whole when the file is asked for."""
    words = page.words
    blank = [check for check in checks if check.state != "given"]
    with st.form(f"dossier_form_{kind}", border=False):
        with st.expander(words("dossier.write", n=len(blank)), key="dossier_write"):
            say(words("dossier.write_note"))
            section = ""
            for check in blank:
                if check.section != section:
                    section = check.section
                    st.markdown(f"**{md(section)}**")
                label = f"{check.title} ({words('dossier.if_consent')})" if check.state == "consent" else check.title
                st.text_area(md(label), key=_field(case, check.key), height=68, max_chars=LONGEST)
        asked = st.form_submit_button(words("dossier.prepare"), key="dossier_prepare")
    written = {check.key: st.session_state.get(_field(case, check.key), "").strip() for check in blank}
    typed = {key: text for key, text in written.items() if text}
    if asked:
        begin("dossier", _signature(page, case, kind, languages, consent, typed), _maker(page, case, kind, languages, consent, typed))
    return typed


def _field(case: str, key: str) -> str:
    return f"dossier_{case}_{key}"


def _signature(page: Page, case: str, kind: str, languages: tuple[str, ...], consent: Consent, typed: Mapping[str, str]) -> Hashable:
    """All that the files are made from."""
    return (page.bundle.version, case, kind, languages, consent, tuple(sorted(typed.items())))


def _maker(
    page: Page, case: str, kind: str, languages: tuple[str, ...], consent: Consent, typed: Mapping[str, str]
) -> Callable[[Tell], tuple[bytes, bytes]]:  # fmt: skip
    """What makes both files and says how far it is."""
    bundle = page.bundle

    def make(tell: Tell) -> tuple[bytes, bytes]:
        from evidence.report import dossier_docx, dossier_pdf  # imported here: typesetters that no other view needs

        tell(0.05)
        made = dossier.gather(bundle, case, kind, languages, consent, typed)
        tell(0.4)
        pdf = dossier_pdf.pdf(made)
        tell(0.6)
        return pdf, dossier_docx.docx(made)

    return make


def _take(page: Page, case: str, kind: str, languages: tuple[str, ...], consent: Consent, typed: Mapping[str, str]) -> None:
    """The files, if they are those of what stands on the screen."""
    words = page.words
    making = found("dossier", _signature(page, case, kind, languages, consent, typed))
    if making is None:
        return
    if not making.look():
        waiting(page, "dossier", "PDF, DOCX")
        return
    if making.made is None:
        st.error(words("making.failed"))
        return
    from evidence.report.dossier_docx import MEDIA

    name = f"tamshy-{case}-{kind}-{'-'.join(languages)}-{page.bundle.version}"
    st.success(words("dossier.ready"))
    with st.container(horizontal=True, key="dossier_take"):
        for ending, media, content in (("PDF", PDF, making.made[0]), ("DOCX", MEDIA, making.made[1])):
            st.download_button(
                words("dossier.take", kind=ending, kb=round(len(content) / 1000)), content, f"{name}.{ending.lower()}", media,
                key=f"dossier_take_{ending}", on_click="ignore",
            )  # fmt: skip


# ── what is there and what is not ────────────────────────────────────────────────────────────────
@lru_cache(maxsize=128)
def checklist(bundle: Bundle, case: str, kind: str, language: str, consent: Consent) -> tuple[Check, ...]:
    """What the form asks for and whether the data holds it. Nothing a reader wrote comes here, for this is kept."""
    made = dossier.gather(bundle, case, kind, (language,), consent, pictures=False)
    counted = {item.key for item in made.counted}
    return tuple(
        Check(section.title[0].text, item.key, item.title[0].text, item.state, item.required, item.key in counted)
        for section in made.sections
        for item in section.items
    )


def _list(page: Page, checks: tuple[Check, ...], typed: Mapping[str, str]) -> None:
    words = page.words
    now = [check._replace(state="typed") if check.key in typed else check for check in checks]
    counted = [check for check in now if check.counted]
    lacking = sum(check.state in LACKING for check in counted)
    blocks = [f"### {md(words('dossier.missing', n=lacking, of=len(counted)))}"]
    if any(not check.counted for check in now):
        blocks.append(f":gray[{md(words('dossier.counted_note'))}]")
    for section in dict.fromkeys(check.section for check in now):
        lines = "  \n".join(_line(words, check) for check in now if check.section == section)
        blocks.append(box("t-gap", f"**{md(section)}**  \n{lines}"))
    sheet(*blocks)


def _line(words: Words, check: Check) -> str:
    said = f"{MARKS[check.state]} {md(check.title)} :gray[· {md(words.label('item_state', check.state))}]"
    return f"**{said}**" if check.state in LACKING else said
