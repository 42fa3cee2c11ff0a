"""One map, timeline or chart for a page of others: `/embed/map?type=detention_short&lang=ru`, plain HTML without Streamlit.

The words of the address are those of a page's link. Who may frame it stands in `TAMSHY_EMBEDDERS`; the frame asks nobody but us, keeps
nothing in the reader's browser, and tells the page around it its height and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from evidence import counts, load, maps, plates, select, surroundings
from evidence.model import Bundle
from evidence.plates.timeline import ROWS, timeline_drawing
from evidence.select import Selected
from evidence.server import assets, headers
from evidence.server.data import tag
from evidence.words import Words

KINDS = ("map", "timeline", "chart")
_WIDE, _NARROW = 820, 360
_PLAIN, _HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"


def policy() -> str:
    """Nothing runs or is loaded but our own files; nothing inline; framed by those the operator named."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {headers.embedders()}",
        ]
    )


def send_embed(request: Request) -> Response:
    """The frame. Not `async`: drawing takes its time in a thread of its own."""
    bundle, kind = load.opened(), request.path_params["kind"]
    said = {"Content-Security-Policy": policy(), "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache"}
    if kind not in KINDS:
        return Response(f"There is no {kind[:40]} to embed. There are: {', '.join(KINDS)}.", 404, said, _PLAIN)
    query = {word: request.query_params.getlist(word) for word in request.query_params}
    files = "".join(assets.asset(bundle, name).tag for name in ("embed.js", "embed.css"))
    said["ETag"] = tag(bundle, f"embed/{kind}/{files}", query)
    if said["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=said)
    selection, unknown = select.from_query({word: values for word, values in query.items() if word != "v"}, bundle)
    unknown += [f"{word}=" for word in query if word not in select.BY_KEY and word not in {*select.OTHER_WORDS, "v"}]
    if unknown:
        return Response(f"{unknown[0][:120]} means nothing in this data.", 400, said, _PLAIN)
    words = Words(bundle, selection.language)
    return Response(_page(bundle, words, kind, select.select(bundle, selection)), headers=said, media_type=_HTML)


def _page(bundle: Bundle, words: Words, kind: str, selected: Selected) -> str:
    body, data = _figure(bundle, words, kind, selected)
    page = "pressure" if kind == "chart" else "map"
    asked = urlencode([(w, v) for w, vs in {**select.to_query(selected.selection), "v": [bundle.version]}.items() for v in vs], safe=",:")
    made = words("plate.made", title=words.title, version=bundle.version, date=words.date(bundle.published))
    # What is in the text cannot end the element it stands in.
    held = json.dumps(data, ensure_ascii=True, separators=(",", ":"), default=float, allow_nan=False).replace("<", "\\u003c")
    address = f"{assets.base_path()}/{page}?{asked}"
    return f"""<!doctype html>
<html lang="{words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{escape(words(f"embed.{kind}"))}: {escape(words.title)}</title>
<link rel="stylesheet" href="{escape(assets.asset_url(bundle, "embed.css"))}">
<script defer src="{escape(assets.asset_url(bundle, "embed.js"))}"></script>
</head>
<body class="embed">
<main>
<h1>{escape(words(f"embed.{kind}"))}</h1>
<p>{escape(said(selected, words, kind))}</p>
{body}
<p class="credit">{escape(made)} <a href="{escape(address)}" target="_blank" rel="noopener">{escape(words("embed.open"))}</a></p>
</main>
<script type="application/json" id="embed-data">{held}</script>
</body>
</html>
"""


def said(selected: Selected, words: Words, kind: str) -> str:
    """The selection in words, as it must read where no list stands beside it."""
    phrases = [phrase for _, _, phrase in select.parts_in_words(selected.selection, words)]
    shown = words("caption.shown", n=selected.n, total=selected.total) + (": " + "; ".join(phrases) if phrases else "")
    unlocated = len(selected.unlocated) if kind == "map" else 0
    notes = [
        words("plate.unlocated", n=unlocated) if unlocated else "",
        words("caption.overhanging", n=selected.overhanging) if selected.overhanging else "",
        words("caption.context_hidden", n=selected.context_hidden) if selected.context_hidden else "",
    ]
    return ". ".join([shown, *(note.rstrip(".") for note in notes if note)]) + "."


def _figure(bundle: Bundle, words: Words, kind: str, selected: Selected) -> tuple[str, dict[str, Any]]:
    """(the figure as HTML, what its script needs)."""
    if kind == "map":
        return f'<div id="map" data-n="{selected.n}"></div>', _map(bundle, words, selected)
    if not selected.n:
        return f"<p>{escape(words('embed.none'))}</p>", {}
    drawn = []
    for look, width in (("wide", _WIDE), ("narrow", _NARROW)):
        if kind == "timeline":
            drawing = timeline_drawing(words, selected.frame, width=width, rows=ROWS if look == "wide" else 0)
        else:
            series = _years(selected)
            if series is None:
                return f"<p>{escape(words('embed.too_few', n=selected.n))}</p>", {}
            drawing = plates.columns_drawing([(words("trend.all"), series, None)], words, width=width)
        drawn.append(f'<div class="figure {look}">{plates.bare(drawing, words.language, fonts=False, title=words(f"embed.{kind}"))}</div>')
    return "".join(drawn), {}


def _years(selected: Selected) -> counts.Series | None:
    """Acts a year; None where a list says more."""
    bounds = selected.frame[["period_start", "period_end"]]
    dated = bounds.dropna()
    if len(dated) < counts.LIST_ONLY:
        return None
    return counts.per_period(
        bounds, "year", int(dated["period_start"].min().year), int((dated["period_end"].max() - timedelta(days=1)).year)
    )


def _map(bundle: Bundle, words: Words, selected: Selected) -> dict[str, Any]:
    view: Mapping[str, Any] = bundle.schema.get("view") or {}
    names = {"basemap": "basemap.json", "context": f"context-{words.language}.json"}
    addresses = {word: assets.asset_url(bundle, name) for word, name in names.items()}
    asked = urlencode({"lang": words.language, "id": ""})
    years = surroundings.flare_years(bundle)
    since, until = selected.selection.since, selected.selection.until
    if years is not None:
        years = (max(since.year if since else years[0], years[0]), min(until.year if until else years[1], years[1]))
    return {
        "options": maps.start_options(words, assets=addresses, theme="light", home=["KAZ"]),
        "view": maps.view_data(selected.frame, words, years=years, picked=None),
        "centre": [view.get("lat", 47.5), view.get("lon", 53.0)],
        "zoom": int(view.get("zoom", 5)),
        "opens": f"{assets.base_path()}/map?{asked}",
    }
