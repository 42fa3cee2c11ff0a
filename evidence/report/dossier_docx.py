"""A dossier as DOCX: real headings, tables with header rows, numbered sources that can be clicked, our letters inside the file.

Made to be worked on: a lawyer edits it. Every text is put in as text, so nothing in it can be markup.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from evidence import plates
from evidence.report.dossier_parts import Block, Dossier, Entry, Facts, Line, Picture, Said, Section, Sources, Table, Texts
from evidence.report.dossier_pdf import heading

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SANS, SERIF = "Tamshy Sans", "Tamshy Serif"
INK, DIM, ACCENT = RGBColor(0x1C, 0x1B, 0x19), RGBColor(0x57, 0x52, 0x4A), RGBColor(0x0B, 0x5A, 0x63)
RULE, PAPER = "D9D2C3", "F6F2EA"
ROOM = Mm(168)  # between the margins of an A4 sheet
PNG_WIDTH = 1400


def docx(made: Dossier) -> bytes:
    """The file."""
    return _Writer(made).write()


def distinct(texts: Texts) -> list[Said]:
    """Each text once where the languages say the same."""
    return list({said.text: said for said in reversed(texts) if said.text}.values())[::-1]


class _Writer:
    """One document being written."""

    def __init__(self, made: Dossier) -> None:
        self.made = made
        self.document = Document()
        self.listed = {row.number for s in made.sections for i in s.items for b in i.blocks if isinstance(b, Sources) for row in b.rows}
        self.bookmarks = 0

    def write(self) -> bytes:
        self._styles()
        self._page()
        self._properties()
        self._first_page()
        for section in self.made.sections:
            self._section(section)
        self._fonts()
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()

    # ── the sheet ────────────────────────────────────────────────────────────────────────────────
    def _styles(self) -> None:
        styles = self.document.styles
        looks = {
            "Normal": (SANS, 10, INK, 0, 6), "Title": (SERIF, 20, INK, 4, 10), "Heading 1": (SERIF, 15, INK, 20, 5),
            "Heading 2": (SANS, 11, INK, 12, 3), "Heading 3": (SANS, 10, INK, 12, 3), "Caption": (SANS, 8.5, DIM, 3, 10),
        }  # fmt: skip
        for name in ("Header", "Footer"):  # their tabs in the middle are not ours
            styles[name].paragraph_format.tab_stops.clear_all()
        for name, (font, size, colour, above, below) in looks.items():
            style = styles[name]
            style.font.size, style.font.color.rgb, style.font.bold, style.font.italic = (
                Pt(size),
                colour,
                name not in {"Normal", "Caption"},
                False,
            )
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(above), Pt(below)
            _font(style.element.get_or_add_rPr(), font)
            if name == "Title":
                for edge in style.element.pPr.findall(qn("w:pBdr")):
                    style.element.pPr.remove(edge)
        defaults = self.document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        _tongue(defaults, self.made.languages[0])

    def _page(self) -> None:
        made, sheet = self.made, self.document.sections[0]
        sheet.orientation, sheet.page_width, sheet.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
        sheet.left_margin = sheet.right_margin = Mm(21)
        sheet.top_margin = sheet.bottom_margin = Mm(23)
        head = sheet.header.paragraphs[0]
        _tab(head)
        self._run(head, made.case[0], size=8, colour=DIM)
        self._run(head, Said(f"\t{made.case_id} · {made.version}", "en"), size=8, colour=DIM)
        foot = sheet.footer.paragraphs[0]
        _tab(foot)
        for at, said in enumerate(distinct(made.draft)):
            self._run(foot, Said((" · " if at else "") + said.text, said.language), size=8, colour=DIM)
        self._run(foot, Said("\t", "en"), size=8)
        # Kazakh says how many pages there are before it says which.
        first, second = sorted(("{page}", "{pages}"), key=made.page[0].text.find)
        start, _, rest = made.page[0].text.partition(first)
        middle, _, end = rest.partition(second)
        for text, code in ((start, first), (middle, second), (end, "")):
            self._run(foot, Said(text, made.languages[0]), size=8, colour=DIM)
            if code:
                _field(foot, "PAGE" if code == "{page}" else "NUMPAGES")

    def _properties(self) -> None:
        made, core = self.made, self.document.core_properties
        when = datetime.fromisoformat(made.published).replace(tzinfo=UTC)
        core.title, core.subject, core.author, core.last_modified_by = heading(made)[:255], made.draft[0].text, "Tamshy", "Tamshy"
        core.keywords, core.language = f"{made.code}, {made.case_id}, {made.version}"[:255], made.languages[0]
        core.comments, core.category, core.content_status = made.draft[0].text, made.title[0].text[:255], "Draft"
        core.created = core.modified = when
        core.revision = 1

    # ── parts ────────────────────────────────────────────────────────────────────────────────────
    def _first_page(self) -> None:
        made = self.made
        for said in distinct(made.draft):
            mark = self._run(self._shaded(self.document.add_paragraph()), said, size=10, colour=ACCENT)
            mark.bold = True
        for said in distinct(made.title):
            self._run(self.document.add_paragraph(), said, colour=DIM)
        self._heading(made.case, "Title")
        for block in made.about:
            self._block(block)
        if made.guidance:
            self._heading(made.before, "Heading 1")
            for block in made.guidance:
                self._block(block)

    def _section(self, section: Section) -> None:
        self._heading(section.title, "Heading 1")
        # A heading and what is said under it do not end a page.
        for said in distinct(section.origin):
            self._run(_held(self._close(self.document.add_paragraph())), said, size=8, colour=DIM)
        self._both(section.asks, held=True, size=9, colour=DIM, italic=True)
        if section.note:
            self._both(section.note, held=True, size=9, colour=DIM)
        for item in section.items:
            plain = section.is_plain(item)
            if not plain:
                self._heading(item.title, "Heading 2")
            for block in item.blocks:
                self._block(block, "Heading 2" if plain else "Heading 3")

    def _block(self, block: Block, level: str = "Heading 3") -> None:
        if isinstance(block, Line):
            self._line(block)
        elif isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Picture):
            self._picture(block)
        elif isinstance(block, Sources):
            self._sources(block)
        elif isinstance(block, Entry):
            self._heading(block.head, level, f"{block.number}. ")
            for line in block.lines:
                self._line(line)
            self._facts(block.facts)

    def _heading(self, texts: Texts, style: str, number: str = "") -> None:
        paragraph = self.document.add_paragraph(style=style)
        for at, said in enumerate(distinct(texts)):
            if at:
                paragraph.add_run().add_break()
            self._run(paragraph, Said(("" if at else number) + said.text, said.language), colour=DIM if at else None)

    def _line(self, line: Line) -> None:
        if line.look == "blank":
            for said in distinct(line.text):
                self._run(_held(self._shaded(self.document.add_paragraph())), said, size=8.5, colour=DIM)
            self.document.add_paragraph()  # room to write in
            return
        look = {"note": {"size": 9, "colour": DIM}, "strong": {"bold": True}}.get(line.look, {})
        self._both(line.text, line.cited, **look)

    def _both(self, texts: Texts, cited: Sequence[int] = (), *, held: bool = False, **look: Any) -> None:
        """A paragraph; side by side where there are two languages; `held` to what follows."""
        told = distinct(texts)
        if len(told) < 2:
            paragraphs = [self.document.add_paragraph() for _ in told]
        else:
            row = _plain_table(self.document, 2, (ROOM // 2, ROOM // 2), splits=True).rows[0]
            paragraphs = [cell.paragraphs[0] for cell in row.cells]
        for paragraph, said in zip(paragraphs, told, strict=True):
            for part, text in enumerate(said.text.split("\n")):
                if part:
                    paragraph.add_run().add_break()
                self._run(paragraph, Said(text, said.language), **look)
            self._cites(paragraph, cited)
            if held:
                _held(paragraph)

    def _facts(self, facts: Facts) -> None:
        if not facts.rows:
            return
        two = len(self.made.languages) > 1
        shares = (ROOM // 2, ROOM // 2) if two else (int(ROOM * 0.29), int(ROOM * 0.71))
        table = _plain_table(self.document, 2, shares, rows=len(facts.rows))
        for row, (name, value) in zip(table.rows, facts.rows, strict=True):
            for at, cell in enumerate(row.cells):
                paragraph = self._close(cell.paragraphs[0])
                if two:
                    self._run(paragraph, Said(name[at].text + ": ", name[at].language), size=8.5, colour=DIM)
                    self._run(paragraph, value[min(at, len(value) - 1)])
                elif at:
                    self._run(paragraph, value[0])
                else:
                    self._run(paragraph, name[0], size=8.5, colour=DIM)
        self._close(self.document.add_paragraph())

    def _table(self, block: Table) -> None:
        shares = [int(ROOM * share / sum(block.shares)) for share in block.shares]
        table = _plain_table(self.document, len(shares), shares, rows=len(block.rows) + 1, ruled=True)
        head = table.rows[0]
        head._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for cell, texts in zip(head.cells, block.heads, strict=True):
            self._cell(cell, texts, size=8, bold=True)
            _held(cell.paragraphs[0])  # a header does not end a page
        cells = table._cells  # asked for once: python-docx counts them anew each time
        for at, (row, cited) in enumerate(zip(block.rows, block.cited, strict=True), 1):
            mine = cells[at * len(shares) : (at + 1) * len(shares)]
            for cell, texts in zip(mine, row, strict=False):
                self._cell(cell, texts, size=9)
            self._cites(self._close(mine[-1].paragraphs[0]), cited, bare=True)
        self._close(self.document.add_paragraph())

    def _cell(self, cell: Any, texts: Texts, **look: Any) -> None:
        paragraph = self._close(cell.paragraphs[0])
        for at, said in enumerate(distinct(texts)):
            if at:
                paragraph.add_run().add_break()
            self._run(paragraph, said, **{**look, **({"colour": DIM} if at else {})})

    def _picture(self, picture: Picture) -> None:
        shape = self.document.add_picture(io.BytesIO(plates.png(picture.svg, PNG_WIDTH)), width=ROOM)
        told = shape._inline.docPr
        told.set("descr", picture.alt[0].text)
        told.set("title", picture.caption[0].text)
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        for said in distinct(picture.caption):
            self._run(self.document.add_paragraph(style="Caption"), said)

    def _sources(self, block: Sources) -> None:
        for row in block.rows:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Mm(9), Mm(-9)
            self._bookmark(paragraph, row.number)
            self._run(paragraph, Said("\t", "en"))
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(9))
            self._run(paragraph, row.line, size=9)
            for name, address in (("address", row.address), ("archive", row.archive)):
                self._where(paragraph, name, address, block)
            for said in distinct(row.notes):
                paragraph.add_run().add_break()
                self._run(paragraph, said, size=8, colour=DIM)

    def _where(self, paragraph: Any, name: str, address: str, block: Sources) -> None:
        if not address and name == "address":
            return
        label = " / ".join(said.text for said in distinct(block.labels[name if address else "no_archive"]))
        language = self.made.languages[0]
        paragraph.add_run().add_break()
        if not address:
            self._run(paragraph, Said(label, language), size=8, colour=DIM)
        elif address == "-":
            kept = " / ".join(said.text for said in distinct(block.labels["kept_back"]))
            self._run(paragraph, Said(f"{label}: {kept}", language), size=8, colour=DIM)
        else:
            self._run(paragraph, Said(f"{label}: ", language), size=8, colour=DIM)
            link = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), self.document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
            link.append(self._run(paragraph, Said(address, "en"), size=8, colour=ACCENT)._r)
            paragraph._p.append(link)

    # ── letters ──────────────────────────────────────────────────────────────────────────────────
    def _run(
        self, paragraph: Any, said: Said, *, size: float | None = None, colour: RGBColor | None = None, bold: bool | None = None, italic: bool | None = None
    ) -> Any:  # fmt: skip
        run = paragraph.add_run(said.text)
        if size is not None:
            run.font.size = Pt(size)
        if colour is not None:
            run.font.color.rgb = colour
        if bold:
            run.bold = True
        if italic:
            run.italic = True
        _tongue(run._r.get_or_add_rPr(), said.language)
        return run

    def _cites(self, paragraph: Any, numbers: Sequence[int], *, bare: bool = False) -> None:
        """ " [1, 2]", each number a way to the list of sources."""
        if not numbers:
            return
        if not bare:
            self._run(paragraph, Said("\u00a0[", "en"), size=8, colour=ACCENT)
        for at, number in enumerate(numbers):
            if at:
                self._run(paragraph, Said(", ", "en"), size=8, colour=ACCENT)
            run = self._run(paragraph, Said(str(number), "en"), size=8, colour=ACCENT)
            if number in self.listed:
                link = OxmlElement("w:hyperlink")
                link.set(qn("w:anchor"), f"source_{number}")
                link.append(run._r)
                paragraph._p.append(link)
        if not bare:
            self._run(paragraph, Said("]", "en"), size=8, colour=ACCENT)

    def _bookmark(self, paragraph: Any, number: int) -> None:
        self.bookmarks += 1
        for name in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(name)
            mark.set(qn("w:id"), str(self.bookmarks))
            if name == "w:bookmarkStart":
                mark.set(qn("w:name"), f"source_{number}")
                paragraph._p.append(mark)
                self._run(paragraph, Said(str(number), "en"), size=9, colour=ACCENT, bold=True)
            else:
                paragraph._p.append(mark)

    def _close(self, paragraph: Any) -> Any:
        """A paragraph without air below."""
        paragraph.paragraph_format.space_after = Pt(2)
        return paragraph

    def _shaded(self, paragraph: Any) -> Any:
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{PAPER}"/>'))
        return self._close(paragraph)

    # ── fonts inside the file ────────────────────────────────────────────────────────────────────
    def _fonts(self) -> None:
        """Put our fonts in, as Word wants them: the first 32 bytes turned with a key that stands beside them."""
        package = self.document.part.package
        table = next(part for part in package.iter_parts() if part.partname == "/word/fontTable.xml")
        root = parse_xml(table.blob)
        faces = {(SANS, "embedRegular"): ("sans", 400), (SANS, "embedBold"): ("sans", 600), (SERIF, "embedRegular"): ("serif", 600), (SERIF, "embedBold"): ("serif", 600)}  # fmt: skip
        entries: dict[str, Any] = {}
        for number, ((name, slot), (family, weight)) in enumerate(faces.items(), 1):
            guid = str(uuid5(NAMESPACE_URL, f"tamshy:{name}:{slot}")).upper()
            key = bytes.fromhex(guid.replace("-", ""))[::-1]
            data = plates.font_bytes(family, weight)
            turned = bytes(byte ^ key[at % 16] for at, byte in enumerate(data[:32])) + data[32:]
            part = Part(
                PackURI(f"/word/fonts/font{number}.odttf"), "application/vnd.openxmlformats-officedocument.obfuscatedFont", turned, package
            )
            link = table.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font")
            if name not in entries:
                entries[name] = entry = parse_xml(f'<w:font {nsdecls("w")} w:name="{name}"/>')
                entry.append(parse_xml(f'<w:family {nsdecls("w")} w:val="{"swiss" if name == SANS else "roman"}"/>'))
                root.append(entry)
            entries[name].append(parse_xml(f'<w:{slot} {nsdecls("w", "r")} r:id="{link}" w:fontKey="{{{guid}}}"/>'))
        from lxml import etree

        table._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        settings = self.document.settings.element
        zoom = settings.find(qn("w:zoom"))
        settings.insert(0 if zoom is None else list(settings).index(zoom) + 1, parse_xml(f"<w:embedTrueTypeFonts {nsdecls('w')}/>"))


# ── Word's own grammar ───────────────────────────────────────────────────────────────────────────
def _font(properties: Any, name: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for attribute in [key for key in fonts.attrib if "heme" in key]:
        del fonts.attrib[attribute]
    for side in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{side}"), name)


def _tongue(properties: Any, language: str) -> None:
    """Say in which language this is, for spelling and for who listens."""
    found = properties.find(qn("w:lang"))
    if found is None:
        found = OxmlElement("w:lang")
        properties.append(found)
    found.set(qn("w:val"), {"en": "en-GB", "ru": "ru-RU", "kk": "kk-KZ"}.get(language, language if len(language) == 2 else "en-GB"))


def _tab(paragraph: Any) -> None:

    paragraph.paragraph_format.tab_stops.add_tab_stop(ROOM, WD_TAB_ALIGNMENT.RIGHT)


def _field(paragraph: Any, code: str) -> None:
    """A number that the program fills in: PAGE, NUMPAGES."""
    field = parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr="{code}"><w:r><w:rPr><w:color w:val="57524A"/><w:sz w:val="16"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>'
    )
    paragraph._p.append(field)


def _held(paragraph: Any) -> Any:
    """A paragraph that stays on the page of the next."""
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def _plain_table(document: Any, columns: int, widths: Sequence[int], *, rows: int = 1, ruled: bool = False, splits: bool = False) -> Any:
    """A table of fixed widths, without lines or with one under each row; a row that `splits` may go on over the page."""
    table = document.add_table(rows, columns)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    properties = table._tbl.tblPr
    if ruled:
        line = f'w:val="single" w:sz="4" w:space="0" w:color="{RULE}"'
        properties.append(parse_xml(f"<w:tblBorders {nsdecls('w')}><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"))
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = width
    for row in table._tbl.tr_lst:
        if not splits:
            row.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width
    return table
