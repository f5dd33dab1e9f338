"""The facts of a region: tables declared once, read, checked and written in three interchangeable forms."""

from haihe.region.meta import Meta
from haihe.region.reading import Loaded, check_path, load, read
from haihe.region.region import Region
from haihe.region.spec import Column, TableSpec
from haihe.region.tables import TABLES
from haihe.region.template import write_template
from haihe.region.units import convert

__all__ = [
    "TABLES",
    "Column",
    "Loaded",
    "Meta",
    "Region",
    "TableSpec",
    "check_path",
    "convert",
    "load",
    "read",
    "write_template",
]
