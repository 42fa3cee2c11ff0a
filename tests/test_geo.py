"""Where things are, and how far apart."""

import numpy as np
import pytest
import shapely

from evidence import geo
from evidence.geo import area_km2, circle, distance_m


def test_a_degree_of_latitude_at_the_equator_is_110_574_metres():
    assert distance_m(0, 0, np.array([1.0, 0.0]), np.array([0.0, 0.0])) == pytest.approx([110_574, 0], abs=1)


def test_an_area_is_geodesic_and_a_hole_is_taken_out_of_it_however_it_is_drawn():
    square, hole = shapely.box(53, 51, 53.1, 51.1), shapely.box(53.02, 51.02, 53.04, 51.04)
    assert area_km2(square) == pytest.approx(78.0, abs=0.1)  # 7.01 km by 11.13 km
    for ring in (hole.exterior.coords, hole.reverse().exterior.coords):
        assert area_km2(shapely.Polygon(square.exterior.coords, [ring])) == pytest.approx(area_km2(square) - area_km2(hole))


def test_a_circle_lies_as_far_off_as_asked():
    ring = np.array(circle(51.27, 53.05, 5_000).exterior.coords)
    assert distance_m(51.27, 53.05, ring[:, 1], ring[:, 0]) == pytest.approx(5_000, abs=0.01)
    assert circle(51.27, 53.05, 0).is_empty


def test_moves_far_from_one_another_are_not_shown_in_one_view():
    near, beside, far = ((51.2, 53.3), (51.2, 53.0)), ((51.3, 53.2), (51.25, 51.4)), ((45.9, 53.6), (47.1, 51.9))
    assert geo.together([near, far, beside], 250_000) == [[0, 2], [1]]
    assert geo.together([], 1) == []
