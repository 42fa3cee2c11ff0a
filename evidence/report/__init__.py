"""Frames in; files and citations out. Every file says what it is: the selection in words, the version, the licence."""

from evidence.report.citations import citation, source_line
from evidence.report.tables import DERIVED, csv, defuse, geojson

__all__ = ["DERIVED", "citation", "csv", "defuse", "geojson", "source_line"]
