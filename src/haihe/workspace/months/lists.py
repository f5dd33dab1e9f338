"""The lists of the room: returns and indicators."""

from haihe.messages import Text
from haihe.region.units import typed
from haihe.workspace.duties import periods
from haihe.workspace.frame.lists import Choice, Column, Listing, Typed
from haihe.workspace.frame.names import who
from haihe.workspace.months.models import SCOPES, SENSES, Indicator, Return
from haihe.workspace.units.approval import STATES

RETURNS = Listing(
    Text("月度报表", "Monthly returns"),
    (
        Column(Text("月份", "Month"), lambda each: periods.words(each.month), "month", Return.get_absolute_url),
        Column(Text("单位", "Unit"), lambda each: each.unit.name, "unit__path"),
        Column(Text("指标数", "Figures"), lambda each: len(each.rows)),
        Column(Text("状态", "State"), lambda each: each.state_name, "state", mark=lambda each: each.mark),
        Column(Text("审批次数", "Times approved"), lambda each: each.revision),
        Column(Text("填报人", "Entered by"), who("created_by"), "created_by"),
        Column(Text("审批人", "Approved by"), who("approved_by"), "approved_by"),
    ),
    search=("month", "unit__name_zh", "unit__name_en", "unit__pinyin"),
    choices=(Choice("state", Text("状态", "State"), tuple(STATES.items())),),
    typed=(Typed("month", Text("月份", "Month"), "month"),),
    empty=Text(
        "还没有月度报表。填报人员新建当月报表，下载模板，填好后上传。",
        "No monthly return yet. An editor begins one, downloads its template, and uploads it when filled.",
    ),
    file="returns",
    comes_in="month",
)

INDICATORS = Listing(
    Text("月度指标", "Monthly indicators"),
    (
        Column(Text("指标", "Indicator"), lambda each: each.name, "name_zh", Indicator.get_absolute_url),
        Column(Text("代码", "Code"), lambda each: each.code, "code"),
        Column(Text("计量单位", "Counted in"), lambda each: typed(each.counted_in), "counted_in"),
        Column(Text("方向", "Sense"), lambda each: SENSES[each.sense], "sense"),
        Column(Text("范围", "Scope"), lambda each: each.scope_name, "scope"),
        Column(Text("口径", "Measure"), lambda each: each.measure_name, "measure"),
        Column(Text("填报单位数", "Reporters"), lambda each: len(each.reporting)),
        Column(Text("维护单位", "Kept by"), lambda each: each.unit.name, "unit__path"),
        Column(Text("启用", "In use"), lambda each: Text("是", "yes") if each.active else Text("否", "no"), "active"),
    ),
    search=("name_zh", "name_en", "code", "pinyin"),
    choices=(Choice("scope", Text("范围", "Scope"), tuple(SCOPES.items())),),
    empty=Text(
        "还没有月度指标。规划人员可新建指标并选择填报单位。",
        "No indicator yet. A planner makes one and says who reports it.",
    ),
    file="indicators",
    comes_in="indicators",
)
