"""Who may import whom: arrows point one way, and what is easy to break is drawn by one module only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from conftest import ROOT

DATA = {"model", "words"}
# What a module of the package may import of ours. A module that is not here may not exist.
OURS = {
    "__init__": set(),
    "__main__": {"load", "observations"},
    "model": set(),
    "words": {"model"},
    "load": {"model", "stories"},
    "stories": {"model"},
    "library": DATA,
    "deck": {"select", "stories", *DATA},
    "counts": {"model"},
    "lanes": {"model"},
    "docket": {"model"},
    "rules": {"model"},
    "burden": {"docket", "lanes", *DATA},
    "eligibility": {"docket", "rules", *DATA},
    "casefile": {"docket", "rules", "select", *DATA},
    "earlier": {"model"},
    "ledger": {"casefile", *DATA},
    "geo": {"model"},
    "surroundings": {"resettlement", *DATA},
    "basemap": {"model"},
    "zones": {"geo", "model"},
    "resettlement": {"model"},
    "boundary": set(),
    "series": DATA,
    "flaring": {"geo", "series", *DATA},
    "air": {"series", *DATA},
    "posts": {"air", "observations", *DATA},
    "events": DATA,
    "select": {"geo", "rules", *DATA},
    "charts": {"counts", "lanes", *DATA},
    "maps": {"geo", *DATA},
    "plates": {"basemap", "counts", "geo", "lanes", "surroundings", *DATA},
    "report": {
        "air",
        "burden",
        "casefile",
        "counts",
        "docket",
        "eligibility",
        "events",
        "flaring",
        "library",
        "observations",
        "plates",
        "resettlement",
        "rules",
        "select",
        "series",
        "zones",
        *DATA,
    },
    "tiles": {"observations"},
    "server": {"basemap", "counts", "load", "maps", "plates", "report", "select", "surroundings", "tiles", *DATA},
    "shell": {"ui"},
    "observations": {"model"},
}
PAGES = {"ui", "select", "geo", "rules", "counts", "observations", "charts", "maps", "report", "words", "model"}
# Who may import what others made. A page or a module of `ui` is called by its folder.
THEIRS = {
    "streamlit": {"dashboard", "pages", "ui", "shell", "server"},
    "streamlit_folium": {"ui"},
    "folium": {"maps"},
    "branca": {"maps"},
    "plotly": {"charts"},
    "pyproj": {"geo"},
    "duckdb": {"observations"},
    "ibis": {"observations"},
    "pyspark": {"observations"},
    "psycopg": {"observations"},
    "starlette": {"server"},
    "xstatic": {"server"},
    "babel": {"words"},
    "pint": {"series"},
}
FILES = sorted([ROOT / "dashboard.py", *(ROOT / "evidence").rglob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "tools").glob("*.py")])


def name_of(path: Path) -> str:
    """`maps` for evidence/maps.py, `ui` for evidence/ui/cards.py, `pages` and `tools` for what lies there."""
    first, *rest = path.relative_to(ROOT).parts
    if first == "evidence":
        return rest[0].removesuffix(".py")
    return first.removesuffix(".py")


def imports(source: str) -> set[str]:
    """Every module named in an import, also inside functions; `from evidence import x` is `evidence.x`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"evidence.{alias.name}" for alias in node.names} if node.module == "evidence" else {node.module}
    return found


def trespasses(who: str, source: str) -> list[str]:
    """The imports of a file that it may not have."""
    everything = set(OURS) | {"ui"}
    allowed = {"pages": PAGES, "ui": everything, "dashboard": {"load", "server"}, "tools": everything}.get(who) or OURS[who]
    wrong = []
    for name in sorted(imports(source)):
        top, _, rest = name.partition(".")
        if top == "evidence":
            if (other := rest.partition(".")[0]) not in allowed | {who}:
                wrong.append(f"{who} may not import {other}")
        elif who not in THEIRS.get(top, {who}) and who != "tools":
            wrong.append(f"{who} may not import {top}")
    return wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_it_may(path):
    assert trespasses(name_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("who", "source"),
    [
        ("charts", "from evidence.maps import view"),
        ("maps", "from evidence import report"),
        ("report", "def f():\n    import evidence.charts"),
        ("select", "from evidence import load"),
        ("model", "from evidence.words import Words"),
        ("pages", "from evidence import load"),
        ("counts", "def f():\n    import streamlit as st"),
        ("ui", "import plotly.graph_objects as go"),
        ("ui", "from folium.plugins import MarkerCluster"),
        ("geo", "from branca.element import MacroElement"),
        ("load", "from evidence.select import select"),
    ],
)
def test_a_trespass_is_seen(who, source):
    assert len(trespasses(who, source)) == 1


def test_charts_maps_and_report_do_not_know_each_other():
    drawers = {"charts", "maps", "report"}
    # The server hands out what each of them makes.
    assert all(not OURS[who] & drawers for who in OURS if who != "server")


def test_the_loader_is_called_where_a_server_starts_and_nowhere_else():
    assert {who for who, others in OURS.items() if "load" in others} == {"server", "__main__"}


def test_the_arrows_make_no_ring():
    def above(who: str, path: tuple[str, ...] = ()) -> None:
        assert who not in path, " -> ".join([*path, who])
        for other in OURS.get(who, set()):
            above(other, (*path, who))

    for who in OURS:
        if who != "shell":
            above(who)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_a_page_reads_like_the_page_and_defines_nothing(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60
    assert (ast.get_docstring(tree) or "").endswith("?")


@pytest.mark.parametrize("path", [path for path in FILES if "tools" not in path.parts], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_first_what_it_is_for(path):
    assert (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0].endswith((".", "?"))


def test_only_the_loader_and_the_server_open_files():
    readers = {"read_text", "read_bytes", "read_csv", "open", "read_parquet"}
    for path in FILES:
        if name_of(path) in {"load", "server", "tools", "observations", "plates", "earlier", "basemap"} or path.stem == "geopackage":
            # plates: their fonts; basemap: the layers; earlier: other versions; geopackage: the file GDAL has just made, which it makes on disk only
            continue
        called = {node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)}  # fmt: skip
        assert not called & readers, path
