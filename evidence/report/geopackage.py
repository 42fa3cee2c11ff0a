"""Tables in, one GeoPackage out: a layer of points a table, as QGIS and every GIS reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from evidence.model import LIST_SEPARATOR, Bundle
from evidence.report.progress import Step, quiet
from evidence.report.published import Rows, fields
from evidence.report.tables import has_places, located


def geopackage(bundle: Bundle, parts: Sequence[Rows], step: Step = quiet) -> bytes:
    """The rows that have a public position, a layer a table; empty bytes if none has one."""
    import geopandas  # imported here: most pages never make one
    import pyogrio
    import shapely

    # The day of the data stands in the file, not the moment it was made: the same rows are the same bytes.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{bundle.published}T00:00:00.000Z"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tamshy.gpkg")
        for rows in parts:
            found = list(located(bundle, rows, step)) if has_places(bundle, rows.name) else []
            if not found:
                continue
            frame = pd.DataFrame([{name: _flat(value) for name, value in row.items()} for row, _ in found])
            numbers = {spec["name"] for spec in fields(bundle, rows.name) if spec["type"] in {"integer", "number"}} | {
                "location_radius_m",
                "place_radius_m",
            }
            frame = frame.astype({name: "float64" if name in numbers else "str" for name in frame.columns if frame[name].dtype == object})
            points = shapely.points([at[0] for _, at in found], [at[1] for _, at in found])
            layer = geopandas.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")
            pyogrio.write_dataframe(layer, path, driver="GPKG", layer=rows.name, append=path.exists())
        return path.read_bytes() if path.exists() else b""


def _flat(value: object) -> object:
    return LIST_SEPARATOR.join(value) if isinstance(value, list) else value
