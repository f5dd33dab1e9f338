"""The chapter on coordination: what it is worth, by what, how it can be split, who would leave, who pays whom."""

from haihe.coalition.conventions import count_table
from haihe.coalition.joint_projects import joint_projects
from haihe.coalition.settlement import settled
from haihe.coalition.settlement_views import SettlementViews
from haihe.coalition.share import Shares, share
from haihe.coalition.share_words import UNSURE
from haihe.coalition.telling import tell_shares
from haihe.messages import HaiheError, Progress, Text
from haihe.planning.control import Control
from haihe.region import Region
from haihe.reporting.content import Block, Chapter, KeyLine, KeyLines

LEFT_OUT = ("share-yearly", "share-indicators", "share-members", "share-leaving")
"""Tables that stand in the workbook of `haihe share` only."""
WITHOUT = ("E-COA-26", "E-COA-28", "E-PLN-02")
"""Errors after which there is no value of coordination, though there is a plan."""
BY_EXCHANGE = Text(
    "各方也可以不交出数据而协同：各自求解，只交换价格与数量（haihe exchange prepare、coordinator、member），逐轮显示差距。交换不含贸易改道、"
    "劳动力、通道共用和项目，资金以产出的一成为限，所以它能达到的收益少于这里的总收益。",
    "Members can also coordinate without handing over their data: each solves on its own and they exchange prices and amounts only "
    "(haihe exchange prepare, coordinator, member), with the gap shown round by round. An exchange leaves out re-routed trade, labour, "
    "shared links and projects, and money is held to a tenth of output; so it reaches less than the gain told here.",
)


def shared(region: Region, *, control: Control | None = None, progress: Progress | None = None) -> Shares | None:
    """Work out shares for the report: the central case, without packages; None where there is nothing to share.

    Parameters
    ----------
    region : Region
        Without a table ``agreements`` nothing is worked out.
    control : Control, optional
    progress : callable, optional
    """
    if region.frame("agreements").empty:
        return None
    try:
        return share(region, reach=None, control=control, progress=progress)
    except HaiheError as error:
        if error.code not in WITHOUT:
            raise
        return None


def share_chapter(shares: Shares | None) -> Chapter | None:
    """Put shares into one chapter; None where there are none.

    Parameters
    ----------
    shares : Shares, optional
    """
    if shares is None:
        return None
    figures = shares.figures
    drawn = {figure.table.key for figure in figures.values()}
    blocks: list[Block] = [KeyLines([KeyLine(line.text, line.quality) for line in tell_shares(shares)]), UNSURE]
    blocks += figures.values()
    blocks += [table for key, table in shares.tables.items() if key not in drawn and key not in LEFT_OUT]
    if not shares.small and shares.gain > 0:
        blocks += _settlement(shares)
    blocks += [*_joint(shares.region), BY_EXCHANGE]
    return Chapter(
        "sharing",
        Text("协同：值多少、怎么分、谁付谁", "Coordination: what it is worth, how to split it, who pays whom"),
        Text(
            "成员按协同约定共享指标、要素与通道能多得多少，来自哪一项；各种分法下谁得多少、谁会想退出；按欧文点的逐年结算。"
            "各项数字的区间与其他初始分配：haihe share --bands。",
            "What members gain by sharing what the agreement names, and by which thing; who gets what under every rule and who would "
            "leave; payments by year for the Owen point. Bands and other first allocations: haihe share --bands.",
        ),
        blocks,
    )


def _settlement(shares: Shares) -> list[Block]:
    """Who pays whom for the Owen point; what is wrong where it does not hand out the gain."""
    try:
        views = SettlementViews(settled(shares))
    except HaiheError as error:
        if error.code != "E-COA-98":
            raise
        found = error.findings[0]
        return [found.message.says.format(**found.values)]
    return [*views.figures().values(), views.ledger()]


def _joint(region: Region) -> list[Block]:
    """What is built together: who pays what, who would rather build its own, who counts what it yields."""
    if region.frame("joint_projects").empty:
        return []
    joint = joint_projects(region)
    blocks: list[Block] = [*joint.figures.values(), joint.tables["joint-stability"]]
    return blocks if region.frame("conventions").empty else [*blocks, count_table(joint)]
