"""What a check found, as a table of a report."""

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Findings, Severity, Text

SEVERITIES: dict[Severity, Text] = {
    "error": Text("✕ 错误", "✕ error"),
    "warning": Text("△ 警告", "△ warning"),
    "note": Text("○ 提示", "○ note"),
}
COLUMNS = (
    Column("severity", Text("程度", "Severity"), kind="text"),
    Column("code", Text("代码", "Code"), kind="text"),
    Column("where", Text("位置", "Place"), kind="text"),
    Column("says", Text("问题", "What is wrong"), kind="text"),
    Column("mend", Text("改法", "How to mend it"), kind="text"),
)
TITLE = Text("检查结果（{n} 项）", "What the check found ({n})")
SOURCE = Text("对本地区数据的检查", "check of this region's data")
NOTHING = Text("检查没有发现问题。", "The check found nothing wrong.")


def findings_block(findings: Findings, key: str) -> Table | Text:
    """Give the findings as a table, or the sentence that there are none."""
    if not findings:
        return NOTHING
    rows = [
        (
            SEVERITIES[finding.severity],
            finding.code,
            finding.where,
            finding.message.says.format(**finding.values),
            finding.message.mend.format(**finding.values),
        )
        for finding in findings
    ]
    frame = pd.DataFrame(rows, columns=[column.key for column in COLUMNS])
    title = TITLE.format(n=len(findings))
    return Table(frame, COLUMNS, key=key, title=title, source=SOURCE, quality=None)
