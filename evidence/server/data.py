"""Tables at addresses that stay: `/data/incidents.csv?type=detention_short&from=2019`, for a spreadsheet or a chart tool to read live.

What an address asks for is read in `asked`. A table is streamed a few thousand rows at a time, so its size costs no memory; what has not
changed is answered 304 before anything is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from evidence import load
from evidence.model import Bundle
from evidence.report import tables
from evidence.report.codebook import package
from evidence.report.sheets import workbook
from evidence.server.asked import Asked, NotAsked, asked

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHEET_ROWS = 20_000  # a workbook is made in one piece
_PLAIN = "text/plain; charset=utf-8"


@lru_cache(maxsize=1)
def _program() -> str:
    """The program that chooses and writes rows, as a hash: a new one may write the same data otherwise."""
    files = sorted(path for path in Path(load.__file__).parent.parent.rglob("*.py") if path.parent.name not in {"ui", "charts"})
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


def tag(bundle: Bundle, what: str, query: Mapping[str, list[str]]) -> str:
    """The ETag of an address: the data, the program, and what is asked."""
    said = json.dumps([bundle.version, _program(), what, sorted((word, values) for word, values in query.items())])
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:20]}"'


def origins() -> list[str]:
    """Whose scripts may read the tables in a reader's browser: nobody's, unless the operator names them in `TAMSHY_DATA_ORIGINS`.

    With a star, any page that a reader visits could find out that their own machine runs this program, and read what it holds.
    """
    return os.environ.get("TAMSHY_DATA_ORIGINS", "").split()


def _shared(request: Request) -> dict[str, str]:
    allowed, origin = origins(), request.headers.get("origin", "")
    if "*" in allowed:
        return {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    if not allowed:
        return {}
    said = {"Vary": "Origin"}
    if origin in allowed:
        said |= {"Access-Control-Allow-Origin": origin, "Cross-Origin-Resource-Policy": "cross-origin"}
    return said


def send_table(request: Request) -> Response:
    """A table of the bundle, whole or as the address chooses. Not `async`: each question takes its time in a thread of its own."""
    bundle, name, kind = load.opened(), request.path_params["table"], request.path_params["kind"]
    headers = _shared(request)
    if name not in bundle.tables or kind not in KINDS:
        offered = ", ".join(sorted(bundle.tables))
        return Response(f"There is no {name[:60]}.{kind[:10]}. Tables: {offered}. Endings: {', '.join(KINDS)}.", 404, headers, _PLAIN)
    query = {word: request.query_params.getlist(word) for word in request.query_params}
    headers |= {"ETag": tag(bundle, f"{name}.{kind}", query), "Cache-Control": "no-cache"}
    if _has(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    try:
        found = asked(bundle, name, query)
        body = _body(bundle, found, kind)
    except NotAsked as error:
        return Response(str(error), error.status, _shared(request), _PLAIN)
    headers["Content-Disposition"] = f'attachment; filename="tamshy-{bundle.version}-{name}.{kind}"'
    headers["X-Rows"] = str(len(found.rows))
    if request.method == "HEAD":
        return Response(b"", headers=headers, media_type=KINDS[kind])
    return StreamingResponse(body, headers=headers, media_type=KINDS[kind])


def _body(bundle: Bundle, found: Asked, kind: str) -> Iterator[bytes]:
    rows = found.rows
    if kind == "csv":
        return tables.csv_stream(bundle, rows)
    if kind == "json":
        return tables.json_stream(bundle, rows, found.caption)
    if kind == "geojson":
        if not tables.has_places(bundle, rows.name):
            raise NotAsked(404, f"{rows.name} have no positions. Ask for {rows.name}.csv.")
        return tables.geojson_stream(bundle, rows, found.caption)
    if len(rows) > _SHEET_ROWS:
        raise NotAsked(
            400, f"{len(rows):,} rows are too many for a workbook made on the spot (at most {_SHEET_ROWS:,}). Ask for {rows.name}.csv."
        )
    about = [
        bundle.title,
        found.words("zip.version", title=found.words.title, version=bundle.version, date=found.words.date(bundle.published)),
        found.caption,
    ]
    return iter([workbook(bundle, found.words, [rows], [line for line in about if line])])


def send_package(request: Request) -> Response:
    """datapackage.json of the tables as they are served: anybody's Frictionless tool can hold them against it."""
    bundle = load.opened()
    headers = _shared(request) | {"ETag": tag(bundle, "datapackage.json", {}), "Cache-Control": "no-cache"}
    if _has(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    beside = "" if request.url.path.rpartition("/")[0].endswith("/data") else "data/"
    return Response(described(bundle, beside), headers=headers, media_type="application/json")


@lru_cache(maxsize=4)
def described(bundle: Bundle, beside: str) -> bytes:
    """The package; `beside` leads from it to the tables."""
    # Without a word of a link the incidents are those a page shows at first: the package holds all.
    return package(
        bundle, list(bundle.tables), lambda name: f"{beside}{name}.csv" + ("?relation=all" if name == "incidents" else ""),
        complete=True, added={"incidents": ["grade"]},
    )  # fmt: skip


def _has(request: Request, etag: str) -> bool:
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or etag in held
