"""A table under check: its key, its columns, and the rules that need two cells of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from evidence.load.cells import Known, convert, distinct, rule_of
from evidence.load.files import Files
from evidence.model import intervals


def check_tables(files: Files, schema: Mapping[str, Any], frames: dict[str, pd.DataFrame], extent: list[float] | None) -> None:
    """Check and convert every cell of every table, in place of the text frames."""
    tables = [r for r in schema["resources"] if "schema" in r]
    vocabulary = frames["vocabulary"]
    known = Known(
        keys={r["name"]: set(frames[r["name"]][r["schema"]["primaryKey"][0]]) for r in tables},
        terms={name: set(rows["code"]) for name, rows in vocabulary.groupby("list")},
        unread=frozenset(files.unread),
    )
    named = vocabulary[vocabulary["list"] == "country"]
    outlines = {code: files.outlines[name] for code, name in zip(named["code"], named["label_en"], strict=True) if name in files.outlines}
    for resource in tables:
        name = resource["name"]
        sheet = Sheet(files, resource, frames[name])
        sheet.key()
        for spec in resource["schema"]["fields"]:
            sheet.column(spec, known)
        sheet.across(extent, outlines)
        frames[name] = sheet.converted()


class Sheet:
    """One table under check: knows how to name a cell of it."""

    def __init__(self, files: Files, resource: Mapping[str, Any], frame: pd.DataFrame) -> None:
        self.files, self.file, self.frame = files, resource["path"], frame
        self.primary = resource["schema"]["primaryKey"]
        self.new: dict[str, pd.Series] = {}
        self.filled: dict[str, np.ndarray] = {}

    def bad(self, at: int, column: str, allowed: str) -> None:
        """Note what is wrong with the cell of a row, by its position."""
        row = " ".join(str(self.frame[k].iloc[at])[:60] for k in self.primary)
        line = self.files.line(self.file, at)
        self.files.add(self.file, allowed, line=line, row=row, column=column, value=str(self.frame[column].iloc[at]))

    def bad_where(self, mask: np.ndarray | pd.Series, column: str, allowed: str) -> None:
        """The same for every row that a mask picks out."""
        for at in np.flatnonzero(np.asarray(mask, dtype=bool)):
            self.bad(int(at), column, allowed)

    def key(self) -> None:
        """No id stands twice."""
        if len(self.primary) == 1 and self.frame[self.primary[0]].is_unique:
            return
        rows = self.frame[self.primary]
        twice = rows.duplicated(keep="first") & (rows[self.primary[0]] != "")
        self.bad_where(twice, self.primary[-1], "this id stands on an earlier line; ids are unique and never reused")

    def column(self, spec: Mapping[str, Any], known: Known) -> None:
        """Every cell of a column is what the schema says; then the column is converted."""
        name, cells = spec["name"], self.frame[spec["name"]]
        codes, uniques = distinct(cells)
        self.filled[name] = codes != uniques.index("") if "" in uniques else np.ones(len(cells), dtype=bool)
        if spec.get("constraints", {}).get("required"):
            self.bad_where(~self.filled[name], name, "this cell must be filled")
        rule = rule_of(spec, known)
        wrong = {i: sentence for i, value in enumerate(uniques) if value != "" and (sentence := rule(value))}
        if wrong:
            for at in np.flatnonzero(np.isin(codes, list(wrong))):
                self.bad(int(at), name, wrong[codes[at]])
        self.new[name] = cells if wrong else convert(spec, cells, codes, uniques)

    def across(self, extent: list[float] | None, outlines: Mapping[str, shapely.Geometry]) -> None:
        """Rules that need two cells of a row."""
        columns = set(self.frame.columns)
        for name in sorted(columns):
            stem, _, language = name.rpartition("_")
            if language == "en" and f"{stem}_ru" in columns and f"{stem}_kk" in columns:
                english, russian, kazakh = (self.filled[f"{stem}_{code}"] for code in ("en", "ru", "kk"))
                if stem != "title":
                    self.bad_where(english & ~russian, f"{stem}_ru", f"{stem}_en is filled, so the Russian must be too")
                if stem not in {"title", "name"}:
                    said = "another language is filled, so the English must be too"
                    self.bad_where((russian | kazakh) & ~english, f"{stem}_en", said)
        if {"lat", "lon"} <= columns:
            self._position(extent, outlines)
        for low, high in (("radius_min_m", "radius_max_m"), ("victims_min", "victims_max"), ("length_min", "length_max")):
            if {low, high} <= columns:
                self.bad_where(self._numbers(low) > self._numbers(high), high, f"must not be smaller than {low}")
        if {"value", "value_text_en"} <= columns:
            self.bad_where(~self.filled["value"] & ~self.filled["value_text_en"], "value", "either the value or its text must be filled")
        if "name_basis" in columns:
            # The rule that keeps people safe: no name leaves without the reason it may.
            named = np.logical_or.reduce([self.filled[name] for name in ("name_en", "name_ru", "name_kk", "aliases")])
            self.bad_where(
                named & (self.frame["name_basis"] == "pseudonym_only"),
                "name_basis",
                "a name or alias is filled, but the basis says pseudonym only: empty it or state the basis",
            )

    def _numbers(self, name: str) -> pd.Series:
        """A column as numbers, also where some of its cells are none: one bad cell must not hide the next."""
        column = self.new[name]
        return column if pd.api.types.is_numeric_dtype(column) else pd.to_numeric(self.frame[name].astype(object), errors="coerce")

    def _position(self, extent: list[float] | None, outlines: Mapping[str, shapely.Geometry]) -> None:
        lat, lon = self.filled["lat"], self.filled["lon"]
        self.bad_where(~lat & lon, "lat", "lon is filled, so lat must be too")
        self.bad_where(~lon & lat, "lon", "lat is filled, so lon must be too")
        if "location_precision" in self.frame.columns:
            self.bad_where(
                lat & self.frame["location_precision"].isin(["unlocated", "country"]),
                "location_precision",
                "a position is given, so its precision must be said",
            )
            if "location_radius_m" in self.frame.columns:
                self.bad_where(
                    lat & ~self.filled["location_radius_m"],
                    "location_radius_m",
                    "a position is given, so the radius it is good to must be said, in metres",
                )
        y, x = self._numbers("lat"), self._numbers("lon")
        y, x = y.where(y.between(-90, 90)), x.where(x.between(-180, 180))
        swapped = self._abroad(y, x, outlines)
        if extent is not None:
            west, south, east, north = extent
            outside = y.notna() & x.notna() & ~(x.between(west, east) & y.between(south, north))
            swapped |= outside & y.between(west, east) & x.between(south, north)
            outside &= ~swapped
            self.bad_where(outside, "lat", f"the point lies outside this bundle's extent ({west} to {east} E, {south} to {north} N)")
        self.bad_where(swapped, "lat", "latitude and longitude look swapped")

    def _abroad(self, y: pd.Series, x: pd.Series, outlines: Mapping[str, shapely.Geometry]) -> pd.Series:
        """Rows whose point lies outside their own country, but inside it once latitude and longitude change places."""
        found = pd.Series(False, index=self.frame.index)
        countries = self.frame["country"] if "country" in self.frame.columns else pd.Series("", index=self.frame.index)
        for country in countries.unique():
            rows = (countries == country) & y.notna() & x.notna()
            if country in outlines and rows.any():
                lat, lon = y[rows].to_numpy(), x[rows].to_numpy()
                found[rows] = ~shapely.contains_xy(outlines[country], lon, lat) & shapely.contains_xy(outlines[country], lat, lon)
        return found

    def converted(self) -> pd.DataFrame:
        """The table with its columns converted; one with a bad cell stays text."""
        # Arrays, not Series: they need not be held against an index that is the same for all.
        return pd.DataFrame({name: column.array for name, column in self.new.items()}, index=self.frame.index, copy=False)


def with_intervals(frame: pd.DataFrame, schema: Mapping[str, Any], name: str) -> pd.DataFrame:
    """Add `x_start` and `x_end` for every EDTF column `x`."""
    fields = next(r["schema"]["fields"] for r in schema["resources"] if r["name"] == name)
    extra = {}
    for spec in fields:
        if spec.get("meaning") == "edtf":
            codes, uniques = distinct(frame[spec["name"]])
            for side, days in zip(("start", "end"), intervals(uniques), strict=True):
                extra[f"{spec['name']}_{side}"] = days[codes]
    return frame.assign(**extra)
