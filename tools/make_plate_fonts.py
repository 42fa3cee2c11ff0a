"""Cut the letters that plates, briefings and slides are set in out of the fonts that Streamlit ships: three weights, our three languages.

    python tools/make_plate_fonts.py        # writes evidence/plates/*.ttf and *.woff2

TrueType for what is drawn on the server, WOFF2 for what a file carries along. Source Sans and Source Serif are under the SIL Open
Font License 1.1, which lets them be cut but not keep their reserved name: the cut ones are "Tamshy Sans" and "Tamshy Serif"
(evidence/static/OFL.txt).
"""

from __future__ import annotations

from pathlib import Path

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from make_font import KAZAKH, LETTERS

OUT = Path(__file__).resolve().parent.parent / "evidence" / "plates"
CUTS = (
    ("sans-400", "SourceSansVF-Upright*.woff2", "Tamshy Sans", "Regular", 400),
    ("sans-600", "SourceSansVF-Upright*.woff2", "Tamshy Sans", "SemiBold", 600),
    ("serif-600", "SourceSerifVariable-Roman*.woff2", "Tamshy Serif", "SemiBold", 600),
)
# Superscripts, marks of a legend and arrows that texts of ours use beside letters.
MORE = "⁰¹²³⁴⁵⁶⁷⁸⁹₂₃←→↑↓°±·●○◆■▲"


def cut(pattern: str, family: str, style: str, weight: int) -> TTFont:
    """One weight of one family, with our letters only."""
    source = next(iter(sorted((Path(streamlit.__file__).parent / "static/static/media").glob(pattern))))
    whole = TTFont(source)
    at = {axis.axisTag: weight if axis.axisTag == "wght" else axis.defaultValue for axis in whole["fvar"].axes}
    font = instancer.instantiateVariableFont(whole, at)
    options = subset.Options(
        layout_features=["kern", "liga", "lnum", "tnum", "mark", "mkmk", "ccmp", "locl"], name_IDs=["*"], notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[*LETTERS, *map(ord, MORE)])
    cutter.subset(font)
    full = f"{family} {style}"
    names = {1: full if style == "SemiBold" else family, 2: "Regular", 3: full, 4: full, 6: full.replace(" ", ""), 16: family, 17: style}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID in {21, 22, 25}:
            font["name"].names.remove(record)
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    if missing := [letter for letter in KAZAKH if ord(letter) not in font.getBestCmap()]:
        raise SystemExit(f"{full} lacks {' '.join(missing)}.")
    return font


def main() -> None:
    """Write the fonts and say what they weigh."""
    for name, pattern, family, style, weight in CUTS:
        for flavor, suffix in ((None, "ttf"), ("woff2", "woff2")):
            font = cut(pattern, family, style, weight)
            font.flavor = flavor
            path = OUT / f"{name}.{suffix}"
            font.save(path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB, {len(font.getBestCmap())} letters")


if __name__ == "__main__":
    main()
