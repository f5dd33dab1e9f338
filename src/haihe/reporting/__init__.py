"""Gather results into one page and one workbook.

A `Report` is a list of chapters, a `Chapter` a list of blocks, and a block one of: a `Figure` or `Table` of
`haihe.figures`, a `Text` (a paragraph), `KeyLines` (a few telling statements), `Findings` (what a check found).

>>> from datetime import datetime, timezone
>>> import pandas as pd
>>> from haihe.figures import Column, Table, bars
>>> from haihe.messages import Text
>>> from haihe.reporting import Chapter, KeyLine, KeyLines, Meta, Report
>>> table = Table(
...     pd.DataFrame({"region": ["120000"], "gdp": [18549.2]}),
...     [
...         Column("region", Text("地区", "Region"), labels={"120000": Text("天津", "Tianjin")}),
...         Column("gdp", Text("地区生产总值", "GDP"), unit=Text("亿元", "100 million yuan"), digits=0),
...     ],
...     key="gdp",
...     title=Text("地区生产总值，2017年", "GDP, 2017"),
...     source=Text("国家统计局，2017年", "National Bureau of Statistics, 2017"),
...     quality="official",
... )
>>> report = Report(
...     Text("京津冀规划报告", "Jing-Jin-Ji: planning report"),
...     Meta(
...         region=Text("京津冀", "Beijing, Tianjin and Hebei"),
...         scenario=Text("基准情景", "Baseline"),
...         data_version="3f9a2c41",
...         made=datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc),
...         draft=True,
...     ),
...     [
...         Chapter(
...             "standing",
...             Text("地区现状", "Where the region stands"),
...             Text("各地区有什么产业、规模多大。", "Which industries each region has, and how large they are."),
...             [
...                 KeyLines([KeyLine(Text("天津产出……", "Tianjin's output …"), "official")]),
...                 Text("一段正文。", "A paragraph."),
...                 bars(table, "region", "gdp"),
...                 table,
...             ],
...         )
...     ],
... )

``report.to_html("report.html")`` writes one page without any network request, ``report.to_excel("report.xlsx", "zh")``
one workbook with a sheet a table; both replace the file only when it is complete. Keys of figures and tables are
unique in a report, except that a table may stand again under its own figure's key.
"""

from haihe.reporting.content import Block, Chapter, KeyLine, KeyLines, Meta
from haihe.reporting.report import Report

__all__ = ["Block", "Chapter", "KeyLine", "KeyLines", "Meta", "Report"]
