"""The facts of a region: tables declared once, read, checked and written in three interchangeable forms."""

from haihe.region.meta import Meta
from haihe.region.reading import Loaded, check_path, load, read
from haihe.region.region import Region, worst_quality
from haihe.region.spec import QUALITIES, QUALITY_NAMES, Column, TableSpec
from haihe.region.tables import TABLES
from haihe.region.template import write_template
from haihe.region.units import convert
from haihe.region.writing import write

__all__ = [
    "QUALITIES",
    "QUALITY_NAMES",
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
    "worst_quality",
    "write",
    "write_template",
]
