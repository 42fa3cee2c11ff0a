"""Cut the heading font out of the serif that Streamlit ships: one weight, the letters of our three languages, 430 kB less to send.

    python tools/make_font.py        # writes evidence/static/serif.woff2

Source Serif is under the SIL Open Font License 1.1, which lets it be cut but not keep its reserved name: the cut one is called
"Tamshy Serif" (evidence/static/OFL.txt).
"""

from __future__ import annotations

from pathlib import Path

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

OUT = Path(__file__).resolve().parent.parent / "evidence" / "static" / "serif.woff2"
WEIGHT = 600
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
# Basic Latin and Latin-1 (names of Azerbaijani and Turkmen places too), Cyrillic, the punctuation of three typographies.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x400, 0x460), *map(ord, KAZAKH + "əƏ–—‘’‚“”„•…‹›«»№→−×≤≥  ")]


def main() -> None:
    """Write the font and say what it weighs."""
    source = next(iter(sorted((Path(streamlit.__file__).parent / "static/static/media").glob("SourceSerifVariable-Roman*.woff2"))))
    font = instancer.instantiateVariableFont(
        TTFont(source), {axis.axisTag: WEIGHT if axis.axisTag == "wght" else axis.defaultValue for axis in TTFont(source)["fvar"].axes}
    )
    options = subset.Options(
        flavor="woff2", layout_features=["kern", "liga", "lnum", "mark", "mkmk", "ccmp", "locl"], name_IDs=["*"], notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 6, 16, 25}:
            record.string = "TamshySerif" if record.nameID == 6 else "Tamshy Serif"
    missing = [chr(code) for code in map(ord, KAZAKH) if code not in font.getBestCmap()]
    if missing:
        raise SystemExit(f"The serif lacks {' '.join(missing)}.")
    font.flavor = "woff2"
    font.save(OUT)
    print(f"{OUT.name}: {OUT.stat().st_size / 1000:.0f} kB, {len(font.getBestCmap())} letters")


if __name__ == "__main__":
    main()
