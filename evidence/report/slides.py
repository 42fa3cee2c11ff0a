"""A briefing as slides: native text, tables and charts that PowerPoint and LibreOffice can edit; map and timeline as pictures with a text.

The same parts as the briefing's page (briefing_parts.py). Sources of a slide stand in its notes, the full list at the end.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from evidence import plates
from evidence.counts import Series
from evidence.model import Bundle
from evidence.plates import letters
from evidence.report.briefing_parts import Brief, Entry, Source, Told
from evidence.report.citations import citation
from evidence.report.progress import Tell, quiet
from evidence.words import Words, clean, lower
from evidence.words import brief as shorten

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

# Serif, sans and how much wider the sans runs than the one our measures are of. None can be carried inside the file, so they are ones
# that office programs have or have a twin of; the twins of LibreOffice lack the Kazakh letters, which its own DejaVu has.
FONTS = {"en": ("Times New Roman", "Arial", 1.1), "ru": ("Times New Roman", "Arial", 1.1), "kk": ("DejaVu Serif", "DejaVu Sans", 1.27)}
INK, DIM, RULE, PAPER, ACCENT, ACT, PALE = "1C1B19", "57524A", "D9D2C3", "FAF7F1", "0B5A63", "B8431B", "E2AE98"
TAGS = {"en": "en-GB", "ru": "ru-RU", "kk": "kk-KZ"}
WIDE, HIGH, MARGIN = 13.333, 7.5, 0.6  # inches
TOP, BOTTOM = 1.55, 6.8  # where what is under a title begins and ends
LONGEST = 1_100  # letters of a text that a slide can still hold
ACTS_LISTED = 36  # the latest; a talk has no room for more, and the briefing's page holds all


def slides(bundle: Bundle, words: Words, brief: Brief, *, address: str, today: str, tell: Tell = quiet) -> bytes:
    """The briefing as a PPTX file. Arguments as of `briefing.briefing`."""
    from pptx import Presentation

    deck = Presentation()
    deck.slide_width, deck.slide_height = _inch(WIDE), _inch(HIGH)
    about = deck.core_properties
    about.title, about.author, about.subject = clean(brief.title)[:250], bundle.title[:250], clean(brief.selection)[:250]
    about.comments, about.language = words("brief.version", version=bundle.version), words.language
    talk = _Talk(deck, bundle, words, tell)
    talk.cover(brief)
    talk.numbers(brief)
    talk.picture(words("brief.map"), plates.map_drawing(bundle, words, brief.frame, width=1136, height=430), _map_note(brief, words))
    talk.share = 0.3
    talk.picture(words("brief.time"), plates.timeline_drawing(words, brief.frame, width=1136, rows=14), brief.selection)
    if brief.years is not None:
        talk.years(brief.years, brief)
    talk.share = 0.4
    by_number = {source.number: source for source in brief.sources}
    used: dict[int, Source] = {}

    def note(entries: Sequence[Entry]) -> str:
        cited = {number: by_number[number] for entry in entries for number in entry.cited}
        used.update(cited)
        return "\n".join(f"[{number}] {source.line} {source.address}".strip() for number, source in sorted(cited.items()))

    for case in brief.cases:
        talk.case(case, note)
    latest = brief.acts[-ACTS_LISTED:]
    left = len(brief.frame) - len(latest)
    if not (len(brief.cases) == 1 and not left and {entry.key for entry in latest} <= {entry.key for entry in brief.cases[0].chain}):
        heads = (words("brief.when"), words("brief.what"), words("card.place"), words("card.by_whom"), words("brief.numbers_short"))
        rows = [(entry.when, _acted(entry, words), shorten(entry.where, 90), shorten(entry.by, 150), _cites(entry)) for entry in latest]
        title = words("brief.latest", n=len(latest), total=len(brief.frame)) if left else words("brief.acts")
        talk.table(title, heads, rows, (2.0, 3.9, 2.2, 3.2, 0.83), [note([entry]) for entry in latest])
    talk.share = 0.6
    if brief.answers:
        heads = (words("brief.asked"), words("brief.against"), words("brief.filed"), words("brief.state"), words("brief.numbers_short"))
        told = brief.answers[:ACTS_LISTED]
        rows = [(entry.what, shorten(entry.who, 80), entry.when, entry.state, _cites(entry)) for entry in told]
        some = (
            words("brief.answers_some", n=len(told), total=len(brief.answers)) if len(told) < len(brief.answers) else words("brief.answers")
        )
        talk.table(some, heads, rows, (5.2, 2.3, 2.0, 1.8, 0.83), [note([entry]) for entry in told])
    talk.share = 0.8
    listed = [source for _, source in sorted(used.items())]
    rows = [(words.number(source.number), f"{source.line} {source.address}".strip(), source.read) for source in listed]
    talk.table(
        words("brief.sources"),
        (words("brief.numbers_short"), words("card.sources"), words("source.read")),
        rows,
        (0.9, 9.1, 2.13),
        [],
        size=11,
    )
    cite = citation(bundle, words, title=brief.title, key=words("brief.key"), address=address, today=today)
    talk.method(cite)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _map_note(brief: Brief, words: Words) -> str:
    unlocated = words("plate.unlocated", n=brief.unlocated) if brief.unlocated else ""
    return " ".join(part for part in (brief.selection, unlocated, words("map.credit")) if part)


def _acted(entry: Entry, words: Words) -> str:
    contested = f" ({words('brief.contested_short')})" if entry.contested else ""
    return f"{entry.what}{contested}. {shorten(entry.who, 150)}"


def _cites(entry: Entry) -> str:
    return ", ".join(str(number) for number in entry.cited)


def _inch(value: float) -> Any:
    from pptx.util import Emu

    return Emu(round(value * 914_400))


class _Talk:
    """The deck while it is made: one method a kind of slide."""

    def __init__(self, deck: Presentation, bundle: Bundle, words: Words, tell: Tell) -> None:
        self._deck, self._bundle, self._words, self._tell = deck, bundle, words, tell
        self.share = 0.1  # how far the deck is, told at every slide
        self._serif, self._sans, self._wider = FONTS[words.language]
        self._layout = next(layout for layout in deck.slide_layouts if layout.name == "Title Only")

    # ── parts of a slide ─────────────────────────────────────────────────────────────────────────
    def _slide(self, title: str, *, size: float = 28, top: float = 0.42, high: float = 1.0) -> Slide:
        from pptx.enum.text import MSO_ANCHOR

        self._tell(self.share)
        slide = self._deck.slides.add_slide(self._layout)
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = _rgb(PAPER)
        heading = slide.shapes.title
        assert heading is not None
        heading.left, heading.top, heading.width, heading.height = (_inch(v) for v in (MARGIN, top, WIDE - 2 * MARGIN, high))
        _bare(heading.text_frame, MSO_ANCHOR.TOP)
        self._write(heading.text_frame.paragraphs[0], title, size=size, bold=True, serif=True)
        self._bar(slide, MARGIN, top - 0.1)
        foot = self._words("brief.foot", title=self._words.title, version=self._bundle.version, n=len(self._deck.slides))
        self._text(slide, MARGIN, 7.05, WIDE - 2 * MARGIN, 0.3, [foot], size=10, colour=DIM)
        return slide

    def _bar(self, slide: Slide, left: float, top: float) -> None:
        from pptx.enum.shapes import MSO_SHAPE

        bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, _inch(left), _inch(top), _inch(0.55), _inch(0.05))
        bar.fill.solid()
        bar.fill.fore_color.rgb = _rgb(ACCENT)
        bar.line.fill.background()
        _describe(bar, "")

    def _text(
        self, slide: Slide, left: float, top: float, wide: float, high: float, parts: Iterable[str], *,
        size: float = 16, bold: bool = False, colour: str = INK, serif: bool = False, space: float = 4,
    ) -> None:  # fmt: skip
        from pptx.util import Pt

        frame = slide.shapes.add_textbox(_inch(left), _inch(top), _inch(wide), _inch(high)).text_frame
        _bare(frame)
        for at, part in enumerate(parts):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(space)
            self._write(paragraph, part, size=size, bold=bold, colour=colour, serif=serif)

    def _write(self, paragraph: Any, text: str, *, size: float, bold: bool = False, colour: str = INK, serif: bool = False) -> None:
        from pptx.util import Pt

        run = paragraph.add_run()
        run.text = clean(text)
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, self._serif if serif else self._sans
        run.font.color.rgb = _rgb(colour)
        run._r.get_or_add_rPr().set("lang", TAGS[self._words.language])

    # ── slides ───────────────────────────────────────────────────────────────────────────────────
    def cover(self, brief: Brief) -> None:
        """What this is, of which selection and version."""
        words, bundle = self._words, self._bundle
        slide = self._slide(brief.title, size=40, top=1.7, high=1.9)
        self._text(slide, MARGIN, 3.6, 10.5, 2.2, [shorten(brief.selection, 420)], size=20)
        made = words("plate.made", title=words.title, version=bundle.version, date=words.date(bundle.published))
        parts = [words("synthetic.banner"), made] if bundle.synthetic else [made]
        self._text(slide, MARGIN, 6.2, 11.5, 0.7, parts, size=14, colour=DIM)

    def numbers(self, brief: Brief) -> None:
        """The key figures, each with what it counts."""
        slide = self._slide(self._words("brief.numbers"))
        wide = (WIDE - 2 * MARGIN) / len(brief.numbers)
        label = max(_lines(number.label, wide - 0.25, 18, self._wider) for number in brief.numbers) * 18 / 72 * 1.25
        for at, number in enumerate(brief.numbers):
            left = MARGIN + at * wide
            self._text(slide, left, 2.1, wide - 0.25, 1.0, [number.value], size=54, bold=True, serif=True)
            self._text(slide, left, 3.2, wide - 0.25, label, [number.label], size=18)
            self._text(slide, left, 3.25 + label, wide - 0.25, 1.0, [number.note], size=12, colour=DIM)
        self._text(slide, MARGIN, 6.2, WIDE - 2 * MARGIN, 0.7, [self._words("foot.method")], size=14, colour=DIM)

    def picture(self, title: str, drawing: plates.Drawing, note: str) -> None:
        """A figure as a picture, with what it shows as its text for who does not see it."""
        slide = self._slide(title, high=0.75)
        room_wide, room_high, top = WIDE - 2 * MARGIN, 5.0, 1.3
        scale = min(room_wide / drawing.width, room_high / drawing.height)
        picture = plates.png(plates.bare(drawing, self._words.language, fonts=False), width=1800)
        left = MARGIN + (room_wide - drawing.width * scale) / 2
        shape = slide.shapes.add_picture(io.BytesIO(picture), _inch(left), _inch(top), width=_inch(drawing.width * scale))
        _describe(shape, f"{title}. {drawing.alt}")
        self._text(slide, MARGIN, 6.4, room_wide, 0.6, [shorten(note, 330)], size=11.5, colour=DIM)

    def years(self, series: Series, brief: Brief) -> None:
        """Acts per year as a chart that can be edited."""
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
        from pptx.util import Pt

        words = self._words
        slide = self._slide(words("plate.unit_year"), high=0.75)
        data = CategoryChartData(number_format="0.#")
        data.categories = [str(start.year) for start in series.table["start"]]
        data.add_series(words("plate.certain"), [int(n) for n in series.table["certain"]])
        if series.table["shared"].any():
            data.add_series(words("plate.shared"), [round(float(n), 2) for n in series.table["shared"]])
        shape = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_STACKED, _inch(MARGIN), _inch(1.3), _inch(WIDE - 2 * MARGIN), _inch(4.9), data)
        first, last = data.categories[0].label, data.categories[-1].label
        _describe(shape, words("trend.alt", title=words("trend.all"), n=series.n, since=first, until=last))
        chart = shape.chart
        chart.font.size, chart.font.name = Pt(13), self._sans
        chart.font.color.rgb = _rgb(DIM)
        chart.has_title = False
        chart.has_legend = True
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        plot = chart.plots[0]
        plot.gap_width, plot.overlap = 40, 100
        for drawn, colour in zip(plot.series, (ACT, PALE), strict=False):
            drawn.format.fill.solid()
            drawn.format.fill.fore_color.rgb = _rgb(colour)
        chart.value_axis.major_gridlines.format.line.color.rgb = _rgb(RULE)
        chart.value_axis.format.line.fill.background()
        chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = "0", False
        chart.category_axis.format.line.color.rgb = _rgb(INK)
        self._text(slide, MARGIN, 6.4, WIDE - 2 * MARGIN, 0.6, [shorten(brief.selection, 330)], size=11.5, colour=DIM)

    def case(self, case: Told, note: Any) -> None:
        """A case: what it is and how it stands; its chain as tables; what is missing."""
        words = self._words
        slide = self._slide(case.title)
        self._text(slide, MARGIN, TOP + 0.2, 11.4, 4.0, [shorten(case.summary, 900)], size=18)
        self._text(slide, MARGIN, 6.2, 11.4, 0.6, [f"{words('case.status')}: {case.status}"], size=15, bold=True)
        heads = (words("brief.when"), words("brief.what"), words("brief.told"), words("brief.numbers_short"))
        rows = [
            (
                entry.when,
                entry.what
                + (f" ({words('brief.contested_short')})" if entry.contested else "")
                + (f". {entry.state}" if entry.state else ""),
                shorten(entry.text or entry.who, LONGEST),
                _cites(entry),
            )
            for entry in case.chain
        ]
        self.table(
            f"{case.title}: {lower(words('case.chain'))}", heads, rows, (2.0, 3.2, 6.1, 0.83), [note([entry]) for entry in case.chain]
        )
        if case.missing:
            slide = self._slide(words("case.missing"))
            self._text(slide, MARGIN, TOP + 0.2, 11.4, 4.8, case.missing, size=18, space=9)

    def table(
        self,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        wide: Sequence[float],
        notes: Sequence[str],
        size: float = 12.5,
    ) -> None:
        """Rows as native tables, as many slides as they need; the notes of a slide are those of its rows."""
        line = size / 72 * 1.2
        heights = [max(_lines(cell, room, size, self._wider) for cell, room in zip(row, wide, strict=True)) * line + 0.13 for row in rows]
        pages = spread(heights, BOTTOM - TOP - 0.45)
        for number, page in enumerate(pages, 1):
            part = f" ({self._words('brief.part', at=number, of=len(pages))})" if len(pages) > 1 else ""
            slide = self._slide(title + part, size=24, high=0.85)
            shape = slide.shapes.add_table(len(page) + 1, len(heads), _inch(MARGIN), _inch(TOP), _inch(sum(wide)), _inch(0.4))
            _describe(shape, title + part)
            _plain(shape)
            for column, room in zip(shape.table.columns, wide, strict=True):
                column.width = _inch(room)
            for column, head in enumerate(heads):
                self._cell(shape.table.cell(0, column), head, size=size - 1, bold=True, colour=DIM, rule=INK)
            for row, at in enumerate(page, 1):
                shape.table.rows[row].height = _inch(heights[at])
                for column, cell in enumerate(rows[at]):
                    self._cell(shape.table.cell(row, column), cell, size=size, bold=column == 1 and len(heads) > 3, rule=RULE)
            told = "\n".join(dict.fromkeys(line for at in page if at < len(notes) for line in notes[at].split("\n") if line))
            if told:
                slide.notes_slide.notes_text_frame.text = clean_lines(told)

    def _cell(self, cell: Any, text: str, *, size: float, bold: bool = False, colour: str = INK, rule: str) -> None:
        from pptx.util import Pt

        cell.margin_left, cell.margin_right, cell.margin_top, cell.margin_bottom = Pt(0), Pt(8), Pt(3), Pt(3)
        cell.text_frame.word_wrap = True
        self._write(cell.text_frame.paragraphs[0], text, size=size, bold=bold, colour=colour)
        _under(cell, rule)

    def method(self, cite: str) -> None:
        """How to read the numbers, the version, how to cite."""
        words, bundle = self._words, self._bundle
        slide = self._slide(words("brief.method"))
        parts = [words(key) for key in ("foot.method", "brief.method_people", "brief.method_places", "brief.method_intervals")]
        parts.append(words("foot.data", title=words.title, version=bundle.version, date=words.date(bundle.published)))
        self._text(slide, MARGIN, TOP + 0.2, 11.6, 5.0, [*parts, f"{words('citation.label')}: {cite}"], size=14.5, space=8)


def spread(heights: Sequence[float], room: float) -> list[list[int]]:
    """Rows on as few pages as they need, and on these as evenly as their order lets: no page with a single row left over."""

    def filled(most: float) -> list[list[int]]:
        pages: list[list[int]] = [[]]
        used = 0.0
        for at, height in enumerate(heights):
            if pages[-1] and used + height > most:
                pages.append([])
                used = 0.0
            pages[-1].append(at)
            used += height
        return pages

    fewest = len(filled(room))
    steps = (room * share / 20 for share in range(1, 21))
    return next((pages for most in steps if len(pages := filled(most)) == fewest), filled(room))


def clean_lines(text: str) -> str:
    """Text from data without invisible controls, its lines kept."""
    return "\n".join(clean(line) for line in text.split("\n"))


def _lines(text: str, room: float, size: float, wider: float) -> int:
    """How many lines a text takes in a cell of so many inches."""
    return len(letters.wrap(text, (room * 72 - 10) / wider, size))


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour)


def _bare(frame: Any, anchor: Any = None) -> None:
    """A text frame without margins that wraps and keeps its size."""
    from pptx.enum.text import MSO_AUTO_SIZE

    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    if anchor is not None:
        frame.vertical_anchor = anchor
    from pptx.enum.text import PP_ALIGN

    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT


def _describe(shape: Any, text: str) -> None:
    """The alternative text of a picture, chart, table or (empty) ornament."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", clean(text))


def _plain(shape: Any) -> None:
    """A table without the look that PowerPoint gives by default."""
    table = shape._element.graphic.graphicData.tbl
    table.tblPr.find("{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId").text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
    shape.table.horz_banding = False


def _under(cell: Any, colour: str) -> None:
    """A thin line under a cell."""
    from pptx.oxml import parse_xml

    line = parse_xml(
        f'<a:lnB xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="9525"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:lnB>'
    )
    cell._tc.get_or_add_tcPr().insert(0, line)
