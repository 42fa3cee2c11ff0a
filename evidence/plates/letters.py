"""Letters: the fonts a plate is set in, how wide a text runs in them, where its lines break.

The fonts lie beside this module (tools/make_plate_fonts.py cuts them), so a plate looks the same on every server.
"""

from __future__ import annotations

import base64
import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

_FOLDER = Path(__file__).parent
_FACES = {("sans", 400): "sans-400", ("sans", 600): "sans-600", ("serif", 600): "serif-600"}
# What stands in for our fonts where a program ignores the ones inside the file, as drawing programs do.
FAMILIES = {
    "sans": "'Tamshy Sans','Source Sans 3','Source Sans Pro','Noto Sans',Arial,sans-serif",
    "serif": "'Tamshy Serif','Source Serif 4','Source Serif Pro','Noto Serif',Georgia,serif",
}
_SIZE = 100  # texts are measured at this size and scaled


def files() -> list[str]:
    """The TrueType files, for what draws on the server."""
    return [str(_FOLDER / f"{name}.ttf") for name in _FACES.values()]


@lru_cache(maxsize=len(_FACES))
def data(family: str, weight: int) -> bytes:
    """One of them as bytes, for a document that carries its fonts along."""
    return (_FOLDER / f"{_FACES[family, weight]}.ttf").read_bytes()


@lru_cache(maxsize=1)
def css() -> str:
    """The fonts as `@font-face` rules with their bytes inside: a file that carries them asks nobody for anything."""
    rules = []
    for (family, weight), name in _FACES.items():
        packed = base64.b64encode((_FOLDER / f"{name}.woff2").read_bytes()).decode()
        rules.append(
            f"@font-face{{font-family:'Tamshy {family.capitalize()}';font-weight:{weight};src:url(data:font/woff2;base64,{packed}) format('woff2')}}"
        )
    return "".join(rules)


@lru_cache(maxsize=len(_FACES))
def _face(family: str, weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FOLDER / f"{_FACES[family, weight]}.ttf"), _SIZE, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=20_000)
def width(text: str, size: float, weight: int = 400, family: str = "sans") -> float:
    """How many pixels a text takes in one line."""
    return _face(family, weight).getlength(text) * size / _SIZE


def wrap(text: str, room: float, size: float, weight: int = 400, family: str = "sans", limit: int | None = None) -> list[str]:
    """A text broken into lines that fit `room`; a word too long for a line is cut, at its hyphen if it has one. At most `limit` lines, the last ending in "…"."""
    lines, line = [], ""
    for word in text.replace("\n", " ").split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined, size, weight, family) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        while width(word, size, weight, family) > room and len(word) > 1:
            cut = _fitting(word, room, size, weight, family)
            cut = word.rfind("-", 0, cut) + 1 or cut
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    lines.append(line)
    if limit is not None and len(lines) > limit:
        lines = [*lines[: limit - 1], shorten(" ".join(lines[limit - 1 :]), room, size, weight, family)]
    return lines


def shorten(text: str, room: float, size: float, weight: int = 400, family: str = "sans") -> str:
    """The beginning of a text that fits, ending in "…" if it had to be cut."""
    if width(text, size, weight, family) <= room:
        return text
    return text[: _fitting(text, room - width("…", size, weight, family), size, weight, family)].rstrip(" ,;:") + "…"


def _fitting(text: str, room: float, size: float, weight: int, family: str) -> int:
    """How many letters of a text fit, at least one; an accent is not torn from its letter."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle], size, weight, family) <= room else (low, middle - 1)
    while low > 1 and low < len(text) and unicodedata.combining(text[low]):
        low -= 1
    return low
