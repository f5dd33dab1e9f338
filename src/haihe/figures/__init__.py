"""What every result gives to be looked at: tables and figures with unit, source, quality and words in both languages.

A `Table` wraps a frame and says in Chinese and English what its columns are; a chart is made from a table by naming
columns, and carries the table with it:

>>> import pandas as pd
>>> from haihe.figures import Column, Table, bars
>>> from haihe.messages import Text
>>> names = {"110000": Text("北京", "Beijing"), "120000": Text("天津", "Tianjin")}
>>> table = Table(
...     pd.DataFrame({"region": ["110000", "120000"], "gdp": [28014.9, 18549.2]}),
...     [
...         Column("region", Text("地区", "Region"), labels=names),
...         Column("gdp", Text("地区生产总值", "GDP"), unit=Text("亿元", "100 million yuan"), digits=0),
...     ],
...     key="gdp",
...     title=Text("地区生产总值，2017年", "GDP, 2017"),
...     source=Text("国家统计局，2017年", "National Bureau of Statistics, 2017"),
...     quality="official",
... )
>>> figure = bars(table, "region", "gdp", horizontal=True)
>>> figure.options("en")["yAxis"]["data"]
['Beijing', 'Tianjin']

`bars`, `lines` (courses, bands and fronts), `heat`, `scatter`, `ranges` (a value with its band), `flows` (Sankey),
`frames` (bars that play over time), `tile_map` and `shape_map` each give a `Figure`. `Figure.to_html()` is one page without any network request.
"""

from haihe.figures.bars import bars
from haihe.figures.figure import Figure
from haihe.figures.flows import flows
from haihe.figures.frames import frames
from haihe.figures.heat import heat
from haihe.figures.lines import lines
from haihe.figures.maps import shape_map, tile_map
from haihe.figures.numbers import MISSING, format_number
from haihe.figures.points import ranges, scatter
from haihe.figures.quality import quality_label, worst
from haihe.figures.table import Column, Table

__all__ = [
    "MISSING",
    "Column",
    "Figure",
    "Table",
    "bars",
    "flows",
    "format_number",
    "frames",
    "heat",
    "lines",
    "quality_label",
    "ranges",
    "scatter",
    "shape_map",
    "tile_map",
    "worst",
]
