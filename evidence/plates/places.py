"""The map of a plate: the basemap, what stands around, and the incidents with how exactly each place is known.

A Lambert conformal conic projection made for what is shown: discs of precision keep their form, and a scale bar holds across the map.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
import shapely.geometry

from evidence import basemap, geo, surroundings
from evidence.model import Bundle, split
from evidence.plates import letters
from evidence.plates.drawing import ACT, DIM, INK, PAPER, Drawing, circle, glyph, path, rect, tag, text
from evidence.words import Words

SEA, LAND, HOME, BORDER, REGION, RIVER = "#d3dde1", "#f4f0e7", "#fbf8f1", "#b9b09d", "#d8cfbd", "#a9bcc4"
LABEL, WATER, FLARE = "#5b5548", "#47636f", "#D99A1C"
# The basemap ends here (geo/README.md): no map may look beyond.
WINDOW = (26.5, 34.5, 89.5, 59.5)
CLOSEST_KM = 100.0  # a map of one village still shows what lies around it
INSET_KM = 900.0  # a map of less shows in a small one where it lies
KINDS_LISTED = 12
_LINE = 23.0


@dataclass(frozen=True)
class View:
    """Where a map looks: degrees to pixels, and how many pixels a metre is."""

    project: Callable[..., Any]
    left: float
    top: float
    scale: float
    width: float
    height: float

    def at(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """Pixels of a position."""
        x, y = self.project(lon, lat)
        return (np.asarray(x) - self.left) * self.scale, (self.top - np.asarray(y)) * self.scale

    @property
    def zoom(self) -> float:
        """How close this is, as the interactive map counts."""
        return math.log2(156_543 * math.cos(math.radians(47)) * self.scale)


def look(box: tuple[float, float, float, float], width: float, height: float, closest_km: float = CLOSEST_KM) -> View:
    """A view that shows a box of degrees (west, south, east, north), never closer than `closest_km` across nor beyond the basemap."""
    west, east = (float(min(max(value, WINDOW[0]), WINDOW[2])) for value in box[::2])
    south, north = (float(min(max(value, WINDOW[1]), WINDOW[3])) for value in box[1::2])
    project = geo.conic(round(west, 3), round(south, 3), round(max(east, west + 0.01), 3), round(max(north, south + 0.01), 3))
    edge = np.linspace(0, 1, 15)
    lons = np.concatenate([west + (east - west) * edge, west + (east - west) * edge, np.full(15, west), np.full(15, east)])
    lats = np.concatenate([np.full(15, south), np.full(15, north), south + (north - south) * edge, south + (north - south) * edge])
    x, y = project(lons, lats)
    across, down = max(np.ptp(x), 1.0), max(np.ptp(y), 1.0)
    scale = min(width / (across * 1.14), height / (down * 1.2), width / (closest_km * 1000))
    middle = (float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2)
    return View(project, middle[0] - width / 2 / scale, middle[1] + height / 2 / scale, scale, width, height)


# ── basemap ──────────────────────────────────────────────────────────────────────────────────────
def _shape(view: View, shape: Any) -> list[list[tuple[float, float]]]:
    """The rings or lines of a shape in pixels, cut to the map and no finer than it can show."""
    if shape.is_empty:
        return []
    moved = shapely.transform(shape, lambda points: np.column_stack(view.at(points[:, 0], points[:, 1])))
    cut = shapely.clip_by_rect(moved.simplify(0.35, preserve_topology=False), 0, 0, view.width, view.height)
    found = []
    for part in getattr(cut, "geoms", [cut]):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part] if part.geom_type == "LineString" else []
        found += [list(ring.coords) for ring in rings if not ring.is_empty]
    return found


def _ground(bundle: Bundle, view: View, home: Collection[str]) -> str:
    layers = basemap.layers(bundle)
    # The basemap ends inside some views: beyond it is land, for its seas are shapes of their own.
    drawn = [rect(0, 0, view.width, view.height, LAND)]
    look_of = {
        "countries": lambda p: {"closed": True, "fill": HOME if p.get("id") in home else LAND, "stroke": BORDER, "stroke_width": 0.9},
        "regions": lambda _: {"closed": True, "fill": "none", "stroke": REGION, "stroke_width": 0.9, "stroke_dasharray": "3 3"},
        "water": lambda _: {"closed": True, "fill": SEA, "stroke": RIVER, "stroke_width": 0.6},
        "rivers": lambda _: {"closed": False, "fill": "none", "stroke": RIVER, "stroke_width": 1.0},
    }
    window = _degrees(view)
    for name, style in look_of.items():
        for properties, shape in layers.get(name, []):
            if shape.intersects(window):
                drawn.append(
                    path(_shape(view, shape.intersection(window) if shape.is_valid else shape), fill_rule="evenodd", **style(properties))
                )
    return "".join(drawn)


def _degrees(view: View) -> Any:
    """A box of degrees that surely holds the view, so that what lies far away need not be projected."""
    x = view.left + np.array([0, view.width / 2, view.width] * 3) / view.scale
    y = view.top - np.repeat([0, view.height / 2, view.height], 3) / view.scale
    lon, lat = view.project(x, y, direction="INVERSE")
    return shapely.box(lon.min() - 2, lat.min() - 1, lon.max() + 2, lat.max() + 1)


# ── names ────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class _Names:
    """Names that do not run into each other nor into marks: the most important first, the rest only where there is room."""

    width: float
    height: float
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    drawn: list[str] = field(default_factory=list)

    def keep(self, x: float, y: float, r: float) -> None:
        self.taken.append((x - r, y - r, x + r, y + r))

    def put(
        self, x: float, y: float, name: str, *, size: float, fill: str, weight: int = 400, beside: float = 0, spaced: float = 0
    ) -> bool:
        """Write a name beside its mark (right, left, above, below) or on its point; False if there is no room."""
        if name in self.written:
            return False  # the basemap and the bundle both know some towns
        wide, high = letters.width(name, size, weight) + spaced * len(name), size * 1.15
        if beside:
            r = beside + 5
            corners = [(r, -high / 2), (-r - wide, -high / 2), (-wide / 2, -high - r + 2), (-wide / 2, r - 2), (r - 3, -high), (r - 3, 2), (-r - wide + 3, -high), (-r - wide + 3, 2)]  # fmt: skip
        else:
            corners = [(-wide / 2, -high / 2)]
        for dx, dy in corners:
            box = (x + dx - 2, y + dy, x + dx + wide + 2, y + dy + high)
            inside = box[0] >= 2 and box[1] >= 2 and box[2] <= self.width - 2 and box[3] <= self.height - 2
            if inside and not any(box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in self.taken):
                self.taken.append(box)
                self.written.add(name)
                spacing = {"letter_spacing": spaced} if spaced else {}
                self.drawn.append(text(box[0] + 2, box[3] - size * 0.3, name, size=size, weight=weight, fill=fill, halo=PAPER, **spacing))
                return True
        return False


def _named(properties: Mapping[str, Any], language: str) -> str:
    return properties.get(f"name_{language}") or properties.get("name_ru") or properties.get("name_en") or ""


def _basemap_names(bundle: Bundle, view: View, language: str, names: _Names) -> str:
    """Countries, seas, towns and regions, as far as the zoom has room for them; the dots of towns."""
    wanted: list[tuple[float, float, float, str, str]] = []
    dots = []
    inside = shapely.box(0, 0, view.width, view.height)
    for kind, name in (("country", "countries"), ("water", "water"), ("town", "towns"), ("region", "region_labels")):
        for properties, shape in basemap.layers(bundle).get(name, []):
            rank = properties.get("rank", 1)
            first = {"country": 0, "region": 6.2, "water": {1: 0, 2: 6}.get(rank, 8), "town": {1: 4.6, 2: 6, 3: 7, 4: 9}.get(rank, 9)}[kind]
            if view.zoom < first or not (word := _named(properties, language)):
                continue
            point = shape if shape.geom_type == "Point" else None
            if point is None:
                # A country or a sea is named in the middle of the part that is seen.
                rings = [ring for ring in _shape(view, shape) if len(ring) > 3]
                parts = [part for ring in rings if (part := shapely.Polygon(ring).buffer(0).intersection(inside)).area > 4_000]
                if not parts:
                    continue
                x, y = max(parts, key=lambda part: part.area).representative_point().coords[0]
            else:
                x, y = (float(value) for value in view.at(point.x, point.y))
            if 0 < x < view.width and 0 < y < view.height:
                wanted.append(({"country": 1, "region": 6, "water": 1 + rank, "town": 2 + rank}[kind], x, y, kind, word))
    looks = {
        "country": {"size": 13.5, "fill": LABEL, "weight": 600, "spaced": 1.2},
        "water": {"size": 13.0, "fill": WATER},
        "town": {"size": 13.0, "fill": LABEL, "beside": 3},
        "region": {"size": 12.5, "fill": "#7d7565"},
    }
    for _, x, y, kind, word in sorted(wanted, key=lambda each: each[0])[:260]:
        if names.put(x, y, word.upper() if kind == "country" else word, **looks[kind]) and kind == "town":
            dots.append(circle(x, y, 1.8, LABEL))
    return "".join(dots)


# ── marks ────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Mark:
    """Incidents of one place, or of places too close to tell apart here: where in pixels, how many of each type, how exactly placed."""

    x: float
    y: float
    places: list[str]
    kinds: Counter[str]
    precision: float
    ids: list[str]

    @property
    def n(self) -> int:
        """How many incidents."""
        return self.kinds.total()

    @property
    def r(self) -> float:
        """The radius of its badge in pixels."""
        return 7.5 if self.n == 1 else 12.0 + 4.2 * math.log10(self.n)


def marks(frame: pd.DataFrame, view: View) -> list[Mark]:
    """The located incidents that lie inside the view, a mark a place, places nearer than their badges as one. Their `n` add up."""
    shown = frame[frame["located"].to_numpy(dtype=bool)]
    found = []
    for (place, lat, lon), rows in shown.groupby(["place_id", "lat", "lon"], sort=False, observed=True):
        x, y = (float(value) for value in view.at(lon, lat))
        if 0 <= x <= view.width and 0 <= y <= view.height:
            radius = float(rows["radius_m"].iloc[0]) * view.scale
            found.append(Mark(x, y, [str(place)], Counter(rows["kind"].astype(str)), radius, rows["incident_id"].tolist()))
    kept: list[Mark] = []
    for mark in sorted(found, key=lambda each: (-each.n, each.places)):
        near = next((other for other in kept if math.hypot(other.x - mark.x, other.y - mark.y) < (other.r + mark.r) * 0.92), None)
        if near is None:
            kept.append(mark)
        else:
            near.places += mark.places
            near.kinds += mark.kinds
            near.ids += mark.ids
            near.precision = 0.0
    return kept


def _badge(mark: Mark, words: Words, faded: bool) -> str:
    """A number ringed by the shares of the families of acts in it; a single act is its glyph."""
    fade = {"data_ids": " ".join(mark.ids)} | ({"opacity": 0.45} if faded else {})
    if mark.n == 1:
        term = words.term("act_type", next(iter(mark.kinds)))
        return glyph(term.get("glyph") or "circle", mark.x, mark.y, mark.r, term.get("colour") or ACT, stroke="#ffffff", width=1.4, **fade)
    shares: Counter[str] = Counter()
    for kind, n in mark.kinds.items():
        shares[words.term("act_type", kind).get("colour") or ACT] += n
    r, around, at = mark.r - 2, 2 * math.pi * (mark.r - 2), 0.0
    ring = [circle(mark.x, mark.y, mark.r + 1, "#ffffff")]
    for colour, n in shares.most_common():
        part = around * n / mark.n
        ring.append(circle(mark.x, mark.y, r, "none", stroke=colour, stroke_width=4.0, stroke_dasharray=f"{part:.2f} {around - part + 0.01:.2f}", stroke_dashoffset=f"{around / 4 - at:.2f}"))  # fmt: skip
        at += part
    size = 12.5 if mark.n < 1000 else 10.5
    ring.append(text(mark.x, mark.y + size * 0.36, words.number(mark.n), size=size, weight=600, anchor="middle"))
    return tag("g", "".join(ring), **fade)


# ── the map ──────────────────────────────────────────────────────────────────────────────────────
def extent(bundle: Bundle, frame: pd.DataFrame) -> tuple[float, float, float, float] | None:
    """The box around the located incidents and the fields near them that they concern, or None without any."""
    shown = frame[frame["located"].to_numpy(dtype=bool)]
    if shown.empty:
        return None
    west, south, east, north = shown["lon"].min(), shown["lat"].min(), shown["lon"].max(), shown["lat"].max()
    concerned = {key for cell in shown["asset_ids"].unique() for key in split(cell)}
    assets = bundle["assets"]
    near = assets[
        assets["asset_id"].isin(concerned) & assets["lon"].between(west - 1.5, east + 1.5) & assets["lat"].between(south - 1, north + 1)
    ]
    lons, lats = near["lon"].tolist(), near["lat"].tolist()
    return min([west, *lons]), min([south, *lats]), max([east, *lons]), max([north, *lats])


def map_drawing(
    bundle: Bundle,
    words: Words,
    frame: pd.DataFrame,
    *,
    width: float = 1136.0,
    height: float = 600.0,
    box: tuple[float, float, float, float] | None = None,
    years: tuple[int, int] | None = None,
    highlight: Collection[str] = (),
    layers: Collection[str] = ("incidents", "flares", "places", "assets"),
    home: Collection[str] = ("KAZ",),
    land: Mapping[str, Any] | None = None,
) -> Drawing:
    """A map of incidents with its legend. See the package for the arguments.

    `land` is what the interactive map of the Resettlement page is given: `ring`, `earlier` and `boundary` as GeoJSON shapes, `arcs` as
    [from, to, width, told], `settlements` as [lat, lon, error in m, judged, name, id], `fit` as the corners to show.
    """
    if land is not None and land.get("fit"):
        (south, west), (north, east) = land["fit"]
        box = (west, south, east, north)
    view = look(box or extent(bundle, frame) or (46.0, 41.5, 60.0, 52.0), width, height)
    context = surroundings.context_layers(bundle, words)
    here = marks(frame, view) if "incidents" in layers else []
    names = _Names(view.width, view.height)
    for mark in here:
        names.keep(mark.x, mark.y, mark.r + 2)
    inset = _inset(bundle, view, home) if view.width / view.scale < INSET_KM * 1000 else ""
    if inset:
        names.taken.append((view.width - 206, 0, view.width, 150))
    names.taken.append((0, view.height - 34, 230, view.height))
    years = years or surroundings.flare_years(bundle)
    for mark in sorted(here, key=lambda each: -each.n):
        place = words.name("places", mark.places[0])
        name = place if len(mark.places) == 1 else words("plate.and_more", name=place, n=len(mark.places) - 1)
        if inset and mark.precision and mark.precision <= mark.r + 3:
            # A disc that its mark would hide is said instead.
            name = words("plate.within", name=place, km=round(mark.precision / view.scale / 1000, 1))
        names.put(mark.x, mark.y, name, size=14.5, fill=INK, weight=600, beside=mark.r)
        names.written.add(place)
    laid, marked = _laid(land, view, words, names) if land is not None else ("", [])
    around, used, over = _context(context, view, words, names, layers, years)
    dots = _basemap_names(bundle, view, words.language, names)
    discs = "".join(
        circle(mark.x, mark.y, mark.precision, ACT, fill_opacity=0.08, stroke=ACT, stroke_width=1.1, stroke_dasharray="4 3")
        for mark in here
        if mark.precision > mark.r + 3
    )
    chosen = set(highlight)
    badges = "".join(_badge(mark, words, bool(chosen) and not chosen & set(mark.ids)) for mark in reversed(here))
    drawn = _ground(bundle, view, home) + laid + around + dots + discs + badges + "".join(names.drawn) + _scale(view, words) + inset
    # A clipping path takes a third of the time of a picture, and only a disc can reach beyond: shapes are cut already.
    if over or any(_reaches_over(view, mark.x, mark.y, mark.precision) for mark in here) or laid:
        clip = tag("defs", tag("clipPath", rect(0, 0, view.width, view.height, "#000"), id="frame"))
        drawn = clip + tag("g", drawn, clip_path="url(#frame)")
    border = rect(0.5, 0.5, view.width - 1, view.height - 1, "none", stroke=BORDER)
    entries, deep = _legend(here, used, bool(discs), years, words, width, marked)
    legend = tag("g", entries, transform=f"translate(0 {view.height + 6:g})") if entries else ""
    shown, located = sum(mark.n for mark in here), int(frame["located"].sum()) if len(frame) else 0
    alt = (
        words("plate.land_alt")
        if land is not None
        else words("plate.map_alt", n=shown, places=len({place for mark in here for place in mark.places}))
    )
    if located > shown and "incidents" in layers:
        legend += text(0, view.height + deep + 22, words("plate.map_beyond", n=located - shown), size=14, fill=DIM)
        deep += 24
    return Drawing(width, view.height + deep + 4, drawn + border + legend, alt)


def _context(
    context: Mapping[str, Sequence[Mapping[str, Any]]], view: View, words: Words, names: _Names, layers: Collection[str], years: tuple[int, int] | None,
) -> tuple[str, set[str], bool]:  # fmt: skip
    """Flares, settlements and fields, with the names of the last two; which of them were drawn; whether one reaches over the edge."""
    drawn, used, over = [], set(), False

    def inside(things: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], float, float]]:
        placed = ((thing, *(float(v) for v in view.at(thing["at"][1], thing["at"][0]))) for thing in things)
        return [(thing, x, y) for thing, x, y in placed if 6 <= x <= view.width - 6 and 6 <= y <= view.height - 6]

    if "flares" in layers and years:
        for flare, x, y in inside(context["flares"]):
            first = flare["first"]
            volume = sum(flare["volumes"][max(years[0] - first, 0) : max(years[1] - first + 1, 0)])
            if volume > 0:
                used.add("flares")
                fill, edge = ("#9a9a9a", "#7d7d7d") if flare["background"] else (FLARE, "#8a5a00")
                r = max(1.5, math.sqrt(volume) * 0.55)
                over |= _reaches_over(view, x, y, r)
                # A flare listed in fewer years is a ring, as on the interactive map.
                lasting = sum(one > 0 for one in flare["volumes"]) >= geo.LASTING_YEARS
                drawn.append(circle(x, y, r, fill, fill_opacity=0.5 if lasting else 0.0, stroke=edge, stroke_width=0.8))
    places = inside(context["places"]) if "places" in layers else []
    for place, x, y in places:
        used.add("places")
        over |= _reaches_over(view, x, y, place["radius"] * view.scale)
        if place["radius"] * view.scale > 5:
            drawn.append(
                circle(x, y, place["radius"] * view.scale, place["colour"], fill_opacity=0.22, stroke=place["colour"], stroke_width=1.1)
            )
        drawn.append(circle(x, y, 4, place["colour"], fill_opacity=0.75, stroke=place["colour"], stroke_width=1.2))
    assets = inside(context["assets"]) if "assets" in layers else []
    for _, x, y in assets:
        used.add("assets")
        drawn.append(glyph("diamond", x, y, 5.5, INK, stroke="#ffffff", width=0.9))
    for asset, x, y in assets:
        names.put(x, y, asset["name"], size=13.0, fill=INK, beside=5)
    for place, x, y in sorted(places, key=lambda each: not each[0]["key"]):
        if view.zoom >= (6.5 if place["key"] else 8.2):
            names.put(x, y, place["name"], size=13.0, fill="#3d5745", beside=min(max(place["radius"] * view.scale, 5), 18))
    return "".join(drawn), used, over


def _reaches_over(view: View, x: float, y: float, r: float) -> bool:
    """True if a disc would run out of the map."""
    return r > min(x, y, view.width - x, view.height - y)


# As on the interactive map (land.js): what surely lies inside is full, what may is open, what does not is grey-brown.
JUDGED = {"inside": ("#0b5a63", 0.55), "touches": ("#0b5a63", 0.08), "between": ("#8a5a00", 0.2)}


def _laid(land: Mapping[str, Any], view: View, words: Words, names: _Names) -> tuple[str, list[tuple[str, str]]]:
    """What a question lays on the map: areas of a distance, ways people went, settlements as they were judged; and what each means."""
    drawn: list[str] = []
    marked: list[tuple[str, str]] = []
    looks = {
        "earlier": {"fill": "none", "stroke": DIM, "stroke_width": 1.4, "stroke_dasharray": "3 4"},
        "ring": {"fill": "#0b5a63", "fill_opacity": 0.06, "stroke": "#0b5a63", "stroke_width": 1.8, "stroke_dasharray": "8 4"},
        "boundary": {"fill": "none", "stroke": INK, "stroke_width": 1.6},
    }
    for key, style in looks.items():
        if land.get(key):
            rings = _shape(view, shapely.geometry.shape(land[key]))
            drawn.append(path(rings, closed=True, fill_rule="evenodd", **style))
            marked.append((tag("path", d="M0 -5H18", **{**style, "fill": "none"}), words(f"plate.land_{key}")))
    for (lat, lon), (lat_to, lon_to), weight, _ in land.get("arcs") or []:
        (x1, y1), (x2, y2) = ((float(v) for v in view.at(*point)) for point in ((lon, lat), (lon_to, lat_to)))
        bend = (y2 - y1) * 0.18, (x1 - x2) * 0.18
        curve = f"M{x1:.1f} {y1:.1f}Q{(x1 + x2) / 2 + bend[0]:.1f} {(y1 + y2) / 2 + bend[1]:.1f} {x2:.1f} {y2:.1f}"
        counted = (
            {"stroke": "#4F6E5A", "stroke_width": float(weight)}
            if weight
            else {"stroke": DIM, "stroke_width": 1.6, "stroke_dasharray": "4 4"}
        )
        drawn.append(tag("path", d=curve, fill="none", stroke_opacity=0.8, **counted))
        drawn.append(circle(x2, y2, 4.5, "#4F6E5A" if weight else DIM, stroke=PAPER, stroke_width=1.0))
    for lat, lon, error, judged, name, _ in land.get("settlements") or []:
        x, y = (float(v) for v in view.at(lon, lat))
        colour, opacity = JUDGED.get(judged, (DIM, 0.2))
        drawn.append(circle(x, y, max(error * view.scale, 4), colour, fill_opacity=opacity, stroke=colour, stroke_width=1.4))
        names.put(x, y, name.partition(":")[0], size=14, weight=600, fill=colour, beside=min(max(error * view.scale, 5), 18))
    for kind in dict.fromkeys(judged for _, _, _, judged, _, _ in land.get("settlements") or []):
        if kind in JUDGED:
            colour, opacity = JUDGED[kind]
            marked.append((circle(9, -5, 5.5, colour, fill_opacity=opacity, stroke=colour, stroke_width=1.4), words(f"plate.land_{kind}")))
    return "".join(drawn), marked


def _scale(view: View, words: Words) -> str:
    """A bar of a round number of kilometres."""
    step = next(km for km in (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1) if km * 1000 * view.scale < 190)
    wide, y = step * 1000 * view.scale, view.height - 14
    bar = path([[(12, y - 5), (12, y), (12 + wide, y), (12 + wide, y - 5)]], closed=False, fill="none", stroke=INK, stroke_width=1.4)
    return bar + text(18 + wide, y + 2, words("plate.km", n=step), size=13, halo=PAPER)


def _inset(bundle: Bundle, view: View, home: Collection[str]) -> str:
    """A small map of the country with a frame where the large one looks."""
    shapes = [shape for properties, shape in basemap.layers(bundle).get("countries", []) if properties.get("id") in home]
    if not shapes:
        return ""
    small = look(shapely.union_all(shapes).bounds, 196.0, 132.0)
    ground = _ground_small(bundle, small, home)
    x = view.left + np.array([0, view.width]) / view.scale
    y = view.top - np.array([0, view.height]) / view.scale
    lon, lat = view.project(np.array([x[0], x[1], x[1], x[0]]), np.array([y[0], y[0], y[1], y[1]]), direction="INVERSE")
    px, py = small.at(lon, lat)
    where = rect(
        min(px) - 1.5, min(py) - 1.5, max(float(np.ptp(px)), 5) + 3, max(float(np.ptp(py)), 5) + 3, "none", stroke=ACT, stroke_width=2.0
    )
    edge = rect(0.5, 0.5, 195, 131, "none", stroke=BORDER)
    inner = tag("g", ground + where, clip_path="url(#inset)") + edge
    clip = tag("defs", tag("clipPath", rect(0, 0, 196, 132, "#000"), id="inset"))
    return tag("g", clip + inner, transform=f"translate({view.width - 204:g} 8)")


def _ground_small(bundle: Bundle, view: View, home: Collection[str]) -> str:
    drawn = [rect(0, 0, view.width, view.height, LAND)]
    for properties, shape in basemap.layers(bundle).get("countries", []):
        fill = HOME if properties.get("id") in home else LAND
        drawn.append(path(_shape(view, shape), closed=True, fill=fill, stroke=BORDER, stroke_width=0.6, fill_rule="evenodd"))
    drawn += [
        path(_shape(view, shape), closed=True, fill=SEA, fill_rule="evenodd") for properties, shape in basemap.layers(bundle).get("water", []) if properties.get("rank") == 1
    ]  # fmt: skip
    return "".join(drawn)


# ── legend ───────────────────────────────────────────────────────────────────────────────────────
def _legend(
    here: Sequence[Mark],
    used: Collection[str],
    discs: bool,
    years: tuple[int, int] | None,
    words: Words,
    width: float,
    marked: Sequence[tuple[str, str]] = (),
) -> tuple[str, float]:
    """The types of acts with their numbers, then what stands around; returned with its height."""
    kinds: Counter[str] = Counter()
    for mark in here:
        kinds += mark.kinds
    entries = []
    for kind, n in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:KINDS_LISTED]:
        term = words.term("act_type", kind)
        entries.append(
            (glyph(term.get("glyph") or "circle", 9, -5, 6.5, term.get("colour") or ACT), words.label("act_type", kind), words.number(n))
        )
    if rest := sum(sorted(kinds.values())[: max(len(kinds) - KINDS_LISTED, 0)]):
        entries.append((circle(9, -5, 5, "none", stroke=DIM, stroke_width=1.2), words("plate.other_kinds"), words.number(rest)))
    around = list(marked)
    if "flares" in used and years:
        span = str(years[0]) if years[0] == years[1] else f"{years[0]}–{years[1]}"
        around.append((circle(9, -5, 7, FLARE, fill_opacity=0.5, stroke="#8a5a00", stroke_width=0.8), f"{words('map.flares')}, {span}"))
    if "assets" in used:
        around.append((glyph("diamond", 9, -5, 5.5, INK), words("map.assets")))
    if "places" in used:
        around.append((circle(9, -5, 4.5, "#5E7A66", fill_opacity=0.75, stroke="#5E7A66"), words("map.places")))
    if discs:
        around.append((circle(9, -5, 7, ACT, fill_opacity=0.08, stroke=ACT, stroke_dasharray="4 3"), words("plate.precision")))
    drawn, y = [], 0.0
    columns = max(1, min(4, int(width // 270)))
    wide = width / columns
    rows = math.ceil(len(entries) / columns)
    for at, (mark, label, n) in enumerate(entries):
        x, y = (at // rows) * wide, (at % rows + 1) * _LINE
        name = letters.shorten(label, wide - 44 - letters.width(n, 14, 600), 14)
        drawn.append(tag("g", mark + text(25, 0, name, size=14) + text(31 + letters.width(name, 14), 0, n, size=14, weight=600), transform=f"translate({x:.0f} {y:.0f})"))  # fmt: skip
    y = rows * _LINE
    x = 0.0
    for mark, label in around:
        long = 25 + letters.width(label, 14) + 28
        if x == 0 or x + long > width:
            x, y = 0.0, y + _LINE + (4 if not x and rows else 0)
        drawn.append(
            tag("g", mark + text(25, 0, letters.shorten(label, width - 30, 14), size=14, fill=DIM), transform=f"translate({x:.0f} {y:.0f})")
        )
        x += long
    return "".join(drawn), y + 8
