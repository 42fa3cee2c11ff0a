"""A dossier says what the bundle says, in the form's own parts, names nobody without leave, and opens in other programs."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from functools import lru_cache

import pytest
from docx import Document
from docx.oxml.ns import qn
from office import needs_office, opened
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from evidence import load
from evidence.model import Bundle
from evidence.report import dossier, dossier_docx, dossier_pdf
from evidence.report.dossier_contents import _sentences
from evidence.report.dossier_desk import naming
from evidence.report.dossier_names import Mask, mask_of_all, sound, voice
from evidence.report.dossier_parts import LACKING, Consent, Entry, Line, Picture, Sources, Table
from evidence.ui import dossier as ui_dossier

KINDS = ("un_communication", "aarhus_defenders", "oecd_ncp", "case_file")
FORM = {
    "form_field_id": "FF1", "form_name_en": "Form", "form_name_ru": "Форма", "form_name_kk": "Нысан", "section": "1", "section_title_en": "What it asks",
    "section_title_ru": "Что спрашивает", "fields_en": "All.", "fields_ru": "Всё.", "part": "section", "dossiers": "case_file",
}  # fmt: skip


def item(key: str, content: str, required: str = "yes", section: str = "FF1") -> dict[str, str]:
    return {"form_item_id": key, "form_field_id": section, "title_en": f"Item {key}", "title_ru": f"Пункт {key}", "title_kk": f"Тармақ {key}", "content": content, "required": required}  # fmt: skip


ALL = [FORM, {**FORM, "form_field_id": "FF2", "section": "D", "section_title_en": "Sources of all", "section_title_ru": "Источники всего"}]
ITEMS = [item("A", "names"), item("B", "allegations"), item("C", "asked"), item("E", "consent"), item("F", "asked", "if_applicable"), item("S", "sources", section="FF2")]  # fmt: skip
PERSON = {"person_id": "P-001", "pseudonym": "D-001", "name_en": "Zebulon Kanareev", "name_ru": "Зебулон Канареев", "name_basis": "self_published", "source_ids": "S-1"}  # fmt: skip


@lru_cache(maxsize=64)
def pdf_pages(bundle: Bundle, kind: str, languages: tuple[str, ...], case: str = "C-001", consent: Consent = Consent()) -> tuple[str, ...]:  # noqa: B008
    made = dossier.gather(bundle, case, kind, languages, consent)
    return tuple(flat(page.extract_text()) for page in PdfReader(io.BytesIO(dossier_pdf.pdf(made))).pages)


def flat(text: str) -> str:
    """Text as one line: where a program breaks lines and words says nothing."""
    return re.sub(r"\s+", "", text.replace("\u00ad", "").replace("-", ""))


def docx_text(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return flat(
            "".join(
                re.sub(r"<[^>]+>", "", file.read(name).decode())
                for name in file.namelist()
                if name.startswith("word/") and name.endswith(".xml")
            )
        )


def both_texts(made: dossier.Dossier) -> list[str]:
    pdf = PdfReader(io.BytesIO(dossier_pdf.pdf(made)))
    return [flat("".join(page.extract_text() for page in pdf.pages)), docx_text(dossier_docx.docx(made))]


def blocks(made: dossier.Dossier) -> list[dossier.Block]:
    return [block for section in made.sections for item in section.items for block in item.blocks]


def named(tiny, **rows: str) -> Bundle:
    """A bundle with one person in one act."""
    return tiny(
        people=[PERSON],
        incidents=[{"people_ids": "P-001", "text_en": "{P-001} was held.", "text_ru": "{P-001} задержан.", **rows}],
        forms=ALL,
        form_items=ITEMS,
    )


# ── the form ─────────────────────────────────────────────────────────────────────────────────────
def test_four_dossiers_are_offered_and_they_come_from_the_forms(bundle, english, tiny):
    assert tuple(dossier.kinds(bundle, english)) == KINDS
    assert dossier.kinds(tiny(), english) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_section_and_item_of_the_form_stands_in_both_files(bundle, kind):
    made = dossier.gather(bundle, "C-001", kind, ("en",))
    forms = bundle["forms"]
    mine = forms[forms["dossiers"].str.split(";").map(lambda codes: kind in codes)]
    asked = bundle["form_items"].merge(mine[mine["part"] == "section"], on="form_field_id")
    assert {item.key for section in made.sections for item in section.items} == set(asked["form_item_id"])
    wanted = [
        *mine["fields_en"],
        *mine["section_title_en"],
        *(item.title[0].text for s in made.sections for item in s.items if not s.is_plain(item)),
    ]
    for text in both_texts(made):
        assert [title for title in wanted if flat(title) not in text] == []


def test_the_fourteen_parts_of_the_oecd_template_stand_in_their_order(bundle):
    made = dossier.gather(bundle, "C-001", "oecd_ncp", ("en",), pictures=False)
    assert [section.code for section in made.sections if section.own] == [str(n) for n in range(1, 15)]


def test_a_section_is_a_row_of_the_bundle_not_a_line_of_code(tiny):
    made = dossier.gather(tiny(forms=ALL, form_items=ITEMS), "C-1", "case_file", ("en",))
    assert [section.title[0].text for section in made.sections] == ["What it asks", "Annex D. Sources of all"]
    assert [item.state for item in made.sections[0].items] == ["consent", "given", "missing", "consent", "open"]


def test_what_is_missing_is_counted_of_the_mechanisms_own_items_and_said_first(bundle):
    made = dossier.gather(bundle, "C-001", "un_communication", ("en",), pictures=False)
    said = next(block.text[0].text for block in made.about if isinstance(block, Line) and block.look == "strong")
    assert said == f"{len(made.lacking)} of {len(made.counted)} items missing."
    assert 0 < len(made.lacking) < len(made.counted) < sum(len(section.items) for section in made.sections)


def test_what_only_applies_to_some_is_not_missing(tiny):
    made = dossier.gather(tiny(forms=ALL, form_items=ITEMS), "C-1", "case_file", ("en",))
    assert [item.key for item in made.lacking] == ["A", "C", "E"]


def test_a_case_without_acts_makes_a_file_that_says_what_is_missing(tiny):
    made = dossier.gather(tiny(incidents=[], forms=ALL, form_items=ITEMS), "C-1", "case_file", ("en",))
    assert {item.state for item in made.sections[0].items} == {"consent", "missing", "open"}
    assert all("Case" in text for text in both_texts(made))


# ── sources ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", KINDS)
def test_every_allegation_has_numbered_sources_and_every_number_is_listed(bundle, kind):
    made = dossier.gather(bundle, "C-001", kind, ("en",), pictures=False)
    entries = [block for block in blocks(made) if isinstance(block, Entry)]
    listed = {row.number: row for block in blocks(made) if isinstance(block, Sources) for row in block.rows}
    cited = {n for e in entries for line in e.lines for n in line.cited} | {
        n for b in blocks(made) if isinstance(b, Table) for row in b.cited for n in row
    }
    assert entries and all(entry.lines[0].cited for entry in entries)
    assert cited <= set(listed) == set(range(1, len(listed) + 1))
    assert all(row.address and row.line.text and row.notes[0].text for row in listed.values())


def test_articles_say_whether_their_title_was_checked(bundle, english):
    made = dossier.gather(bundle, "C-001", "case_file", ("en",), pictures=False)
    table = next(block for s in made.sections for i in s.items if i.content == "norms" for block in i.blocks if isinstance(block, Table))
    statuses = {english.label("title_status", code) for code in english.codes("title_status")}
    assert {row[1][0].text for row in table.rows} <= statuses


def test_articles_that_were_kept_or_are_disputed_stand_in_the_file_too(bundle, english):
    made = dossier.gather(bundle, "C-001", "case_file", ("en",), pictures=False)
    table = next(block for s in made.sections for i in s.items if i.content == "norms" for block in i.blocks if isinstance(block, Table))
    told = {pair[0][0].text for block in blocks(made) if isinstance(block, Entry) for pair in block.facts.rows}
    for column in ("norms_complied", "norms_disputed"):
        assert english(f"card.{column}") in told & {row[2][0].text for row in table.rows}


def test_map_and_timeline_stand_in_every_dossier_with_how_exact_they_are(bundle):
    for kind in KINDS:
        found = [block for block in blocks(dossier.gather(bundle, "C-001", kind, ("en",))) if isinstance(block, Picture)]
        assert [picture.key for picture in found] == ["map", "timeline"]
        assert all(picture.svg.startswith("<svg") and picture.alt[0].text and picture.caption[0].text for picture in found)
    assert "within" in found[0].svg  # "Berezovka, to within 0.8 km"


# ── names ────────────────────────────────────────────────────────────────────────────────────────
def test_nobody_is_named_until_the_reader_says_yes(tiny):
    bundle = named(tiny)
    for text in both_texts(dossier.gather(bundle, "C-1", "case_file", ("en", "ru"))):
        assert not re.search("Kanareev|Канареев|Zebulon", text)
        assert "DefenderD001" in text
    for text in both_texts(dossier.gather(bundle, "C-1", "case_file", ("en", "ru"), Consent(public=True))):
        assert "ZebulonKanareev" in text and "ЗебулонКанареев" in text


def test_leave_to_name_to_a_government_is_no_leave_to_name_in_public_nor_the_other_way(bundle, tiny):
    made = named(tiny)
    assert "Kanareev" not in both_texts(dossier.gather(made, "C-1", "case_file", ("en",), Consent(government=True)))[0]
    assert naming(voice(bundle, "en", False), "un_communication") == "government"


def test_a_name_without_a_basis_is_never_printed_whatever_the_reader_says(tiny):
    made = named(tiny)
    people = made["people"].assign(name_basis="pseudonym_only")
    unsafe = replace(made, tables={**made.tables, "people": people})
    for text in both_texts(dossier.gather(unsafe, "C-1", "case_file", ("en",), Consent(True, True))):
        assert "Kanareev" not in text and "DefenderD001" in text


def test_titles_and_addresses_of_sources_do_not_spell_a_hidden_name(tiny):
    source = {
        "title": "Суд над Зебулоном Канареевым",
        "url": "https://example.org/free-kanareev",
        "archive_url": "https://example.org/copy",
    }
    made = tiny(people=[PERSON], incidents=[{"people_ids": "P-001"}], sources=[source], forms=ALL, form_items=ITEMS)
    hidden = dossier.gather(made, "C-1", "case_file", ("en",))
    row = next(block for block in blocks(hidden) if isinstance(block, Sources)).rows[0]
    assert (row.line.text, row.address, row.archive) == ("Суд над [D-001]. Paper.", "-", "https://example.org/copy")
    assert not any(re.search("kanareev|Канарее", text, re.IGNORECASE) for text in both_texts(hidden))
    assert "https://example.org/freekanareev" in both_texts(dossier.gather(made, "C-1", "case_file", ("en",), Consent(public=True)))[1]


def test_a_mask_hides_a_name_in_another_case_and_script_and_no_other_word():
    hide = Mask({"sokolov": "D-7"})
    assert hide("Дело Соколовой и Sokolova, соколиная охота") == "Дело [D-7] и [D-7], соколиная охота"


def test_a_short_name_hides_no_common_word_and_a_shared_first_name_takes_nobodys_pseudonym(tiny):
    named = [("P-001", "D-1", "Giyas Ibrahimov"), ("P-002", "D-2", "Erzhan Baimenov"), ("P-003", "D-3", "Erzhan Kalmenov")]
    people = [
        {"person_id": key, "pseudonym": code, "name_en": name, "name_ru": name, "name_basis": "public_figure"} for key, code, name in named
    ]
    hide = mask_of_all(tiny(people=people, incidents=[{}]), False)
    assert hide("Gas of Giyas Ibrahimov, барлық ержан") == "Gas of [D-1], барлық ержан"
    assert hide("Free Erzhan Kalmenov! Erzhan speaks.") == "Free [D-3]! […] speaks."


def test_a_source_that_names_somebody_of_another_case_keeps_that_name_back(tiny):
    other = {**PERSON, "person_id": "P-002", "pseudonym": "D-002", "name_en": "Other Zimorodkov", "name_ru": "Зимородков", "aliases": ""}
    source = {"source_id": "S-ZIMORODKOV", "title": "Zimorodkov v. State", "publisher": "Paper", "url": "https://example.org/zimorodkov"}
    act = {"people_ids": "P-001", "source_ids": "S-ZIMORODKOV"}
    made = tiny(people=[PERSON, other], incidents=[act], sources=[{}, source], forms=ALL, form_items=ITEMS)
    assert not re.search("zimorodkov", both_texts(dossier.gather(made, "C-1", "case_file", ("en",)))[0], re.IGNORECASE)
    assert "Zimorodkov" in both_texts(dossier.gather(made, "C-1", "case_file", ("en",), Consent(public=True)))[0]


def test_the_shipped_files_name_none_of_their_people_by_default(bundle):
    for kind in KINDS:
        for case in ("C-001", "C-029"):
            people = {key for row in bundle["incidents"].query(f"case_id == '{case}'")["people_ids"] for key in row.split(";") if key}
            names = {
                part
                for key in people
                for cell in ("name_en", "name_ru")
                for part in bundle.row("people", key)[cell].split()
                if len(part) > 5
            }
            text = "".join(pdf_pages(bundle, kind, ("en",), case))
            assert [name for name in names if flat(name) in text] == []


def test_what_waits_for_consent_is_left_blank_and_said(bundle):
    text = "".join(pdf_pages(bundle, "aarhus_defenders", ("en",)))
    assert flat("Written consent of each victim") in text and flat("Left blank: only with the victim’s consent.") in text


# ── what the reader writes ───────────────────────────────────────────────────────────────────────
def test_what_the_reader_writes_goes_into_the_file_and_counts(tiny):
    bundle = tiny(forms=ALL, form_items=ITEMS)
    made = dossier.gather(bundle, "C-1", "case_file", ("en",), typed={"C": "Typed canary\nsecond line", "nowhere": "x"})
    assert [item.state for item in made.sections[0].items][2] == "typed" and "C" not in {item.key for item in made.lacking}
    assert all("Typedcanarysecondline" in text for text in both_texts(made))


@pytest.mark.parametrize("hostile", ['#eval("1+1") $x^2$ \\ @ref *b* _i_ `r` [x] // c', "<w:p><w:t>in</w:t> ]]> &amp; {P-1}", "=cmd|' /C calc'!A0", "a\x00b\x0b\ufffe\ud800c"])  # fmt: skip
def test_hostile_text_is_text(tiny, hostile):
    bundle = tiny(forms=ALL, form_items=ITEMS)
    made = dossier.gather(bundle, "C-1", "case_file", ("en", "ru"), typed={"C": hostile})
    wanted = flat(sound(hostile))
    pdf, _ = both_texts(made)
    assert wanted in pdf
    told = "".join(p.text for p in Document(io.BytesIO(dossier_docx.docx(made))).paragraphs)
    assert wanted in flat(told)


# ── the files as other programs see them ─────────────────────────────────────────────────────────
def test_a_pdf_is_tagged_speaks_its_language_and_carries_its_fonts(bundle):
    made = dossier.gather(bundle, "C-001", "un_communication", ("kk",))
    reader = PdfReader(io.BytesIO(dossier_pdf.pdf(made)))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in catalog and catalog["/Lang"].startswith("kk")
    assert b"pdfuaid:part" in catalog["/Metadata"].get_object().get_data()
    assert reader.metadata.title == dossier_pdf.heading(made)
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()]
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())


def test_kazakh_letters_can_be_read_and_found(bundle, tiny):
    assert flat("Істің жалпы құжаттамасы") in "".join(pdf_pages(bundle, "case_file", ("kk",)))
    letters = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
    made = dossier.gather(tiny(forms=ALL, form_items=ITEMS), "C-1", "case_file", ("kk",), typed={"C": letters})
    assert all(letters in text for text in both_texts(made))


@pytest.mark.parametrize(("languages", "said"), [(("en",), ["dossier.draft"]), (("ru", "kk"), ["dossier.draft"])])
def test_every_page_says_that_it_is_a_draft(bundle, languages, said):
    pages = pdf_pages(bundle, "oecd_ncp", languages)
    for code in languages:
        draft = flat(voice(bundle, code, False)(said[0]))
        assert len(pages) > 3 and all(draft in page for page in pages)


def test_two_columns_say_both_languages_and_what_is_the_same_once(bundle):
    text = "".join(pdf_pages(bundle, "case_file", ("en", "ru")))
    assert flat("General case file") in text and flat("Общее досье по делу") in text
    assert text.count(flat("HRD interview:")) == 1


def test_a_docx_has_headings_header_rows_properties_and_its_languages(bundle):
    made = dossier.gather(bundle, "C-001", "oecd_ncp", ("en", "ru"))
    document = Document(io.BytesIO(dossier_docx.docx(made)))
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert {"Title", "Heading 1", "Heading 2", "Caption"} <= set(styles) and styles.count("Heading 1") == len(made.sections)
    core = document.core_properties
    assert (core.language, core.author) == ("en", "Tamshy") and core.title and core.subject == made.draft[0].text
    assert made.draft[0].text in document.sections[0].footer.paragraphs[0].text
    assert {lang.get(qn("w:val")) for lang in document.element.iter(qn("w:lang"))} >= {"en-GB", "ru-RU"}
    ruled = [table for table in document.tables if table._tbl.tblPr.find(qn("w:tblBorders")) is not None]
    assert ruled and all(table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None for table in ruled)
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes) and len(document.inline_shapes) == 2


def test_a_docx_leads_from_a_number_to_its_source(bundle):
    document = Document(io.BytesIO(dossier_docx.docx(dossier.gather(bundle, "C-001", "case_file", ("en",), pictures=False))))
    anchors = {link.get(qn("w:anchor")) for link in document.element.iter(qn("w:hyperlink"))} - {None}
    assert anchors and anchors <= {mark.get(qn("w:name")) for mark in document.element.iter(qn("w:bookmarkStart"))}


def test_a_docx_carries_its_fonts_as_word_wants_them(bundle):
    with zipfile.ZipFile(io.BytesIO(dossier_docx.docx(dossier.gather(bundle, "C-001", "case_file", ("en",), pictures=False)))) as file:
        table = file.read("word/fontTable.xml").decode()
        rels = [dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in file.read("word/_rels/fontTable.xml.rels").decode().split("<")]
        links = {rel["Target"]: rel["Id"] for rel in rels if "odttf" in rel.get("Target", "")}
        keys = dict(re.findall(r'r:id="(\w+)" w:fontKey="\{([\w-]+)\}"', table))
        for target, link in links.items():
            key = bytes.fromhex(keys[link].replace("-", ""))[::-1]
            head = bytes(byte ^ key[at % 16] for at, byte in enumerate(file.read(f"word/{target}")[:4]))
            assert head == b"\x00\x01\x00\x00"
    assert len(links) == 4


def test_the_same_asked_twice_is_the_same_pdf(bundle):
    made = dossier.gather(bundle, "C-001", "case_file", ("en",))
    assert dossier_pdf.pdf(made) == dossier_pdf.pdf(made)


@needs_office("text")
def test_libreoffice_opens_the_docx_and_shows_all_of_it(bundle, tmp_path):
    (tmp_path / "file.docx").write_bytes(dossier_docx.docx(dossier.gather(bundle, "C-001", "un_communication", ("en", "kk"))))
    reader = PdfReader(opened(tmp_path / "file.docx", "pdf"))
    text = flat("".join(page.extract_text() for page in reader.pages))
    assert (
        len(reader.pages) > 5
        and flat("БҰҰ арнайы рәсімдеріне хабарлама") in text
        and "Annex D" in "".join(p.extract_text() for p in reader.pages)
    )
    fonts = {str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()}
    assert any("TamshySans" in name.replace(" ", "") for name in fonts)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def page() -> AppTest:
    at = AppTest.from_file(str(load.ROOT / "pages" / "case.py"), default_timeout=60)
    at.query_params["show"] = "dossier"
    return at.run()


def test_both_questions_stand_at_no_and_nothing_is_made_unasked(page):
    answers = {radio.key: radio.value for radio in page.radio if radio.key.startswith("dossier_naming")}
    assert answers == {"dossier_naming_government": False, "dossier_naming_public": False}
    assert "dossier_files" not in page.session_state and not page.exception


def prepared(page):
    """The files, once they are made."""
    page.button(key="dossier_prepare").click().run()
    making = page.session_state["makings"]["dossier"]
    making.wait(60)
    return making.made


def test_the_files_are_made_when_asked_and_go_stale_when_the_question_changes(page):
    pdf, docx = prepared(page)
    assert pdf.startswith(b"%PDF") and docx.startswith(b"PK")
    assert [button.proto.label.split()[1] for button in page.run().get("download_button") if "dossier" in button.proto.id] == [
        "PDF",
        "DOCX",
    ]
    page.radio(key="dossier_naming_public").set_value(True).run()
    assert "dossier" not in page.session_state["makings"]


def test_what_is_typed_stays_out_of_the_link_and_of_what_is_kept_for_others(page):
    field = next(area for area in page.text_area if area.key.endswith("FI021"))
    field.set_value("Canary of the sender")
    pdf, _ = prepared(page)
    assert "Canary" in "".join(PdfReader(io.BytesIO(pdf)).pages[n].extract_text() for n in range(9))
    assert "Canary" not in str(dict(page.query_params)) and "typed" not in ui_dossier.checklist.__wrapped__.__annotations__


def test_the_page_says_how_many_items_are_missing(page, bundle, english):
    checks = ui_dossier.checklist(bundle, "C-001", "un_communication", "en", Consent())
    lacking = [check for check in checks if check.counted and check.state in LACKING]
    counted = [check for check in checks if check.counted]
    assert any(f"{len(lacking)} of {len(counted)} items missing" in text.value.replace("\\", "") for text in page.markdown)


def test_a_heading_and_the_head_of_a_table_stay_with_what_follows(bundle):
    made = dossier.gather(bundle, "C-001", "un_communication", ("en", "ru"))
    document = Document(io.BytesIO(dossier_docx.docx(made)))
    heads = [
        table.rows[0]
        for table in document.tables
        if table.rows[0]._tr.trPr is not None and table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    ]
    assert heads and all(cell.paragraphs[0].paragraph_format.keep_with_next for row in heads for cell in row.cells)
    told = [paragraph for paragraph in document.paragraphs if any(paragraph.text == said.text for s in made.sections for said in s.origin)]
    assert told and all(paragraph.paragraph_format.keep_with_next for paragraph in told)


def test_remarks_on_a_company_are_sentences_each_once(bundle):
    assert _sentences(["operator", "Staff stood by.", "Staff stood by", ""]) == "Operator. Staff stood by."
