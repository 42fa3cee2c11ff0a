"""The frame of a plate: what a figure must say wherever it is pasted, burned into it; and the plate as SVG or PNG."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.model import Bundle
from evidence.plates import letters
from evidence.plates.drawing import ACCENT, DIM, INK, PAPER, RULE, Drawing, line, rect, said, tag, text
from evidence.words import Words

MARGIN = 32.0
WIDTH = 1200.0
INNER = WIDTH - 2 * MARGIN  # how wide the figure of a plate may be
_TITLE, _UNIT, _NOTE = 27.0, 16.0, 14.5
_LEADING = 1.32
_PNG_WIDTH = 1800  # enough for half a page of print; twice as many pixels would take twice as long


@dataclass(frozen=True)
class About:
    """What is burned into a plate: a sentence as title, what is counted in which unit, the selection in words with its n, notes, the
    source, and a last line with version, date, licence and credit. Plain texts, each in the reader's language."""

    title: str
    unit: str
    selection: str
    source: str
    made: str
    notes: str = ""


def about(
    bundle: Bundle, words: Words, *, title: str, unit: str, selection: str, sources: int | None = None, notes: str = "", credit: str = ""
) -> About:
    """Fill in what every plate of a bundle says.

    Args:
        bundle: whose version, date and licence are printed.
        words: the reader's language.
        title: a sentence that says what the figure says.
        unit: what is counted or measured, in which unit.
        selection: the selection in words, with n.
        sources: how many sources the rows shown cite.
        notes: what else must be known to read the figure.
        credit: whom the layers of the figure are owed to, if not to the bundle.
    """
    source = words("plate.source", n=sources) if sources is not None else words("plate.source_each")
    made = words("plate.made", title=words.title, version=bundle.version, date=words.date(bundle.published))
    return About(title, unit, selection, source, f"{made} {credit}".strip(), notes)


def frame(drawing: Drawing, told: About, language: str) -> str:
    """A plate: the figure between its title and what must be known of it, as a self-contained SVG."""
    room = max(drawing.width, 420.0)
    y, head, foot = MARGIN + 2, [], []
    for part in letters.wrap(told.title, room, _TITLE, 600, "serif"):
        y += _TITLE * 1.18
        head.append(text(MARGIN, y - 6, part, size=_TITLE, weight=600, family="serif"))
    for part in letters.wrap(told.unit, room, _UNIT) if told.unit else []:
        y += _UNIT * _LEADING
        head.append(text(MARGIN, y, part, size=_UNIT, fill=DIM))
    top = y + 16
    y = top + drawing.height + 18
    foot.append(line(MARGIN, y, MARGIN + room, y, RULE))
    y += 8
    for words, fill in ((told.selection, INK), (told.notes, DIM), (told.source, DIM), (told.made, DIM)):
        for part in letters.wrap(words, room, _NOTE) if words else []:
            y += _NOTE * _LEADING
            foot.append(text(MARGIN, y, part, size=_NOTE, fill=fill))
        y += 3
    height = y + MARGIN * 0.75
    accent = rect(MARGIN, MARGIN - 10, 44, 4, ACCENT)
    figure = tag("g", drawing.body, transform=f"translate({MARGIN:g} {top:.1f})")
    body = rect(0, 0, room + 2 * MARGIN, height, PAPER) + accent + "".join(head) + figure + "".join(foot)
    return _document(room + 2 * MARGIN, height, body, told.title, f"{told.unit}. {drawing.alt} {told.selection}", language)


def bare(drawing: Drawing, language: str, *, fonts: bool = True, title: str = "") -> str:
    """The figure alone, as a self-contained SVG; without `fonts` for a document that brings them itself."""
    return _document(drawing.width, drawing.height, drawing.body, title, drawing.alt, language, fonts=fonts)


def _document(width: float, height: float, body: str, title: str, description: str, language: str, *, fonts: bool = True) -> str:
    look = f"<style>{letters.css()}</style>" if fonts else ""
    told = (tag("title", said(title)) if title else "") + tag("desc", said(description) or " ")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'xml:lang="{said(language)}" font-family="{letters.FAMILIES["sans"]}">{told}{look}{body}</svg>'
    )


def png(svg: str, width: int | None = None) -> bytes:
    """A plate as PNG, half again as fine as its size in pixels, or so many pixels wide. Drawn here, by resvg, with our own fonts only."""
    import resvg_py  # imported here: most pages never draw a picture

    size = {"width": width} if width else {"width": _PNG_WIDTH} if 'width="1200"' in svg[:120] else {"zoom": 2}
    # The fonts inside the file are for others; resvg takes them from where they lie.
    plain = svg.replace(f"<style>{letters.css()}</style>", "")
    return bytes(resvg_py.svg_to_bytes(svg_string=plain, font_files=letters.files(), skip_system_fonts=True, sans_serif_family="Tamshy Sans", serif_family="Tamshy Serif", **size))  # fmt: skip
