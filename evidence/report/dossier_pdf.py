"""A dossier as PDF: typeset by Typst from data alone, tagged for screen readers (PDF/UA-1), every font inside."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidence import plates
from evidence.report.dossier_parts import Dossier, Section, Sources

TEMPLATE = Path(__file__).with_name("dossier.typ")


def pdf(made: Dossier) -> bytes:
    """The file. What is said goes in as JSON and is never read as markup."""
    import typst  # imported here: only who takes a file pays for it

    fonts = sorted({str(Path(file).parent) for file in plates.font_files()})
    # The clock of the data, not of the server: the same bundle gives the same file.
    when = datetime.fromisoformat(made.published).replace(tzinfo=UTC)
    return typst.compile(
        str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts, ignore_system_fonts=True, format="pdf", sys_inputs={"dossier": told(made)},
        pdf_standards=["ua-1"], timestamp=when,
    )  # fmt: skip


def told(made: Dossier) -> str:
    """The dossier as JSON, as the template reads it."""
    blocks = [block for section in made.sections for item in section.items for block in item.blocks]
    document = {
        "code": made.code, "case_id": made.case_id, "version": made.version, "languages": made.languages, "title": heading(made),
        "kind_title": made.title, "case": made.case, "draft": made.draft, "page": made.page, "before": made.before,
        "listed": any(isinstance(block, Sources) for block in blocks),
        "about": [_plain(block) for block in made.about], "guidance": [_plain(block) for block in made.guidance],
        "sections": [_section(section) for section in made.sections],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False)


def heading(made: Dossier) -> str:
    """The title of the file, for its properties."""
    return f"{made.title[0].text}: {made.case[0].text}"


def _section(section: Section) -> dict[str, Any]:
    # A single item named like its section needs no heading of its own.
    items = [
        {"title": item.title, "plain": section.is_plain(item), "blocks": [_plain(block) for block in item.blocks]} for item in section.items
    ]
    return {"title": section.title, "origin": section.origin, "asks": section.asks, "note": section.note, "items": items}


def _plain(block: Any) -> Any:
    """A block and all in it as JSON has it."""
    if isinstance(block, tuple) and hasattr(block, "_fields"):  # a text and its language
        return list(block)
    if isinstance(block, list | tuple):
        return [_plain(part) for part in block]
    if hasattr(block, "__dataclass_fields__"):
        return {"kind": type(block).__name__, **{name: _plain(getattr(block, name)) for name in block.__dataclass_fields__}}
    return {key: _plain(value) for key, value in block.items()} if isinstance(block, dict) else block
