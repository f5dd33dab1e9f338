"""The chapter that diagnoses a region: what it is, how alike its neighbours are, on whom it depends, where chains are weak."""

from collections.abc import Sequence

from haihe.diagnosis.diagnosis import Diagnosis
from haihe.diagnosis.statements import statements
from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.reporting.content import Chapter, KeyLine, KeyLines

DETAILED = 4
"""Chains shown where none are named: the first ones of the table ``chains``; the rest stands in `haihe diagnose`."""
STRUCTURE = (
    "structure-quotients-home",
    "structure-specialised",
    "structure-similarity-pairs",
    "structure-similarity-sectors",
    "structure-shift-share-home",
    "structure-kinds-chart",
)
"""What is shown of the structure; the rest stands in the workbook of the diagnosis."""

Part = Table | Figure | Text | KeyLines


def diagnosis_chapter(diagnosis: Diagnosis, chains: Sequence[str] | None = None) -> Chapter:
    """Put a diagnosis into one chapter, in the order in which a planner asks.

    Parameters
    ----------
    diagnosis : Diagnosis
        From `haihe.diagnosis.diagnosis.diagnose`.
    chains : sequence of str, optional
        Chains to show in detail; the first four of the table ``chains`` where not given.

    Returns
    -------
    Chapter
        A few telling sentences; strengths and how they moved; likeness; dependence; weak links of each chain; what a halt
        costs; our reading beside official labels; firms where given; what was left out.
    """
    name, year = diagnosis.places.names[diagnosis.places.home], diagnosis.years[-1]
    blocks: list[Part] = [KeyLines([KeyLine(said.text, said.quality) for said in statements(diagnosis)])]
    shown = {part.key: part for part in diagnosis.structure.shown()}
    blocks += [shown[key] for key in STRUCTURE if key in shown]
    blocks += list(diagnosis.trade.shown())[:-1]
    blocks += _chains(diagnosis, chains)
    if diagnosis.firms is not None:
        blocks += list(diagnosis.firms.shown())
    blocks += [Text(finding.text("zh"), finding.text("en")) for finding in diagnosis.findings]
    return Chapter(
        "diagnosis",
        Text("诊断：专长、分工、依存与弱项", "Diagnosis: strengths, likeness, dependence, weak links"),
        Text(
            f"从{name.zh}出发，{year} 年：擅长什么、怎样变化，与邻区有多相似，靠谁供给，重点产业链弱在哪里，停产的代价由谁承担。"
            "每张图表下方写明方法、数据与年份。",
            f"Seen from {name.en}, {year}: what it is good at and how that moved, how alike its neighbours are, on whom it depends, "
            "where its key chains are weak, and who bears the cost of a halt. Method, data and years stand under every figure.",
        ),
        blocks,
    )


def _chains(diagnosis: Diagnosis, wanted: Sequence[str] | None) -> list[Part]:
    """Blocks on chains: halts, details of some, the lists, labels."""
    view = diagnosis.chains
    if view is None or diagnosis.halts is None or diagnosis.labels is None:
        return []
    detailed = view.chains.codes[:DETAILED] if wanted is None else [c for c in wanted if c in view.chains.codes]
    blocks: list[Part] = [view.dependence_figure()]
    count = len(view.chains.codes)
    if len(detailed) < count:
        blocks.append(
            Text(
                f"以下逐一列出 {count} 条链中的 {len(detailed)} 条（按链表次序）；其余见 haihe diagnose --chain。",
                f"Of {count} chains, {len(detailed)} follow one by one, in the order of the table; for the others see "
                "haihe diagnose --chain.",
            )
        )
    for chain in detailed:
        blocks += view.brief(chain)
    halts: list[Part] = [diagnosis.halts.halts_figure(), diagnosis.halts.summary_table()]
    return [*blocks, view.lists_table(), *halts, *diagnosis.labels.shown()]
