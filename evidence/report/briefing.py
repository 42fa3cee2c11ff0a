"""A briefing to carry: one HTML file that asks nobody for anything, opens from a stick without a network, and prints on A4.

Everything it shows is inside it; its own policy forbids the browser to fetch anything else or to run any script but its own.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evidence import plates
from evidence.model import Bundle
from evidence.report.briefing_parts import Brief
from evidence.report.citations import citation
from evidence.report.progress import Tell, quiet
from evidence.words import Words

_WIDE = 1080.0


@lru_cache(maxsize=1)
def _pages() -> Environment:
    """Templates in which every text is escaped unless it is marked as our own markup."""
    return Environment(loader=PackageLoader("evidence.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@lru_cache(maxsize=4)
def _ours(name: str) -> str:
    """The text of a file beside the template."""
    pages = _pages()
    assert pages.loader is not None
    return pages.loader.get_source(pages, name)[0]


def briefing(bundle: Bundle, words: Words, brief: Brief, *, address: str, today: str, tell: Tell = quiet) -> bytes:
    """The briefing as one HTML file.

    Args:
        bundle: the evidence it is of.
        words: the language it is in.
        brief: what it says, as from `briefing_parts.gather`.
        address: where the same view stands online, for the citation.
        today: the day it is made (EDTF).
        tell: called with how far it is.
    """
    script = _ours("briefing.js")
    mapped = plates.map_drawing(bundle, words, brief.frame, width=_WIDE, height=580)
    tell(0.4)
    timeline = plates.timeline_drawing(words, brief.frame, width=_WIDE)
    columns = plates.columns_drawing([(words("trend.all"), brief.years, None)], words, width=_WIDE) if brief.years is not None else None
    tell(0.7)
    drawn = {
        name: Markup(plates.bare(drawing, words.language, fonts=False, title=title))
        for name, drawing, title in (
            ("map", mapped, words("brief.map")),
            ("timeline", timeline, words("brief.time")),
            ("columns", columns, words("plate.unit_year")),
        )
        if drawing is not None
    }
    html = (
        _pages()
        .get_template("briefing.html")
        .render(
            brief=brief,
            bundle=bundle,
            words=words,
            language=words.language,
            fonts=Markup(plates.font_css()),
            style=Markup(_ours("briefing.css")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            map_alt=mapped.alt,
            cite=citation(bundle, words, title=brief.title, key=words("brief.key"), address=address, today=today),
            **{"columns": None, **drawn},
        )
    )
    return html.encode()
