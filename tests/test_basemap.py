"""The basemap as a browser draws it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from evidence import basemap, load

WORLD = 2 * 20037508.342789244  # metres around the equator in Web Mercator


def back(steps: list[int]) -> np.ndarray:
    """The points of a line of steps, in metres of Web Mercator."""
    points = np.array(steps, dtype=float).reshape(-1, 2).cumsum(axis=0) / (256 * basemap.UNIT)
    return np.column_stack([points[:, 0] - 0.5, 0.5 - points[:, 1]]) * WORLD


def test_the_plane_is_web_mercator():
    points = np.array([[51.2, 53.1], [-179.9, -60.0], [0.0, 0.0], [140.0, 80.0]])
    metres = np.column_stack(Transformer.from_crs(4326, 3857, always_xy=True).transform(*points.T))
    assert np.abs(back(np.diff(basemap.plane(points), axis=0, prepend=0).ravel().tolist()) - metres).max() < WORLD / 256 / basemap.UNIT


@pytest.mark.parametrize("layer", ["countries", "regions", "water", "rivers"])
def test_each_line_ends_where_its_shape_does(layer):
    bundle = load.opened()
    told = basemap.drawn(bundle)[layer]
    shapes = [shape for _, shape in basemap.layers(bundle)[layer]]
    assert len(told) == len(shapes) > 10
    degrees = Transformer.from_crs(3857, 4326, always_xy=True)
    for (_, lines), shape in zip(told, shapes, strict=True):
        boxes = np.concatenate([np.column_stack(degrees.transform(*back(line).T)) for line in lines])
        found = [*boxes.min(axis=0), *boxes.max(axis=0)]
        assert found == pytest.approx(shape.bounds, abs=0.0005), "38 m at the equator, half of it after rounding"


def test_every_named_feature_has_its_name_where_it_lies():
    bundle = load.opened()
    names = basemap.drawn(bundle)["names"]
    aktau = next(name for name in names if name[5].get("en") == "Aktau")
    assert aktau[:3] == [pytest.approx(43.65, abs=0.1), pytest.approx(51.16, abs=0.1), "town"]
    assert {name[2] for name in names} == {"country", "region", "water", "town"}
    assert all(set(called) <= {"en", "ru", "kk"} and called for *_, called in names)


def test_the_name_of_an_archipelago_hangs_on_its_largest_island():
    islands = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(10, 20, 14, 22)])
    assert basemap._middle(islands) == (21, 12)
    assert basemap._middle(shapely.Point(51.2, 53.1)) == (53.1, 51.2)


def test_a_step_that_goes_nowhere_is_left_out():
    line = np.array([[51.0, 53.0], [51.0, 53.0], [51.0, 53.0000001], [52.0, 53.0]])
    assert len(basemap._steps(line)) == 4
