"""What verbs, kinds and fields of the record are called. A room adds its own words in its application's ``ready``."""

from django.apps import apps

from haihe.messages import Text

VERBS: dict[str, Text] = {
    "create": Text("新建", "made"),
    "edit": Text("修改", "changed"),
    "delete": Text("删除", "deleted"),
    "submit": Text("提交", "submitted"),
    "approve": Text("审批通过", "approved"),
    "vouch": Text("本单位审批通过", "approved in its unit"),
    "return": Text("退回", "sent back"),
    "unapprove": Text("撤销审批", "un-approved"),
    "read": Text("查看个人信息", "read personal data"),
    "verify": Text("核验审计链", "verified the audit chain"),
    "move": Text("移动", "moved"),
    "end": Text("终止", "ended"),
    "close": Text("办结", "closed"),
    "open": Text("开启", "opened"),
    "upload": Text("上传", "uploaded"),
    "confirm": Text("确认", "confirmed"),
    "undo": Text("撤销", "undone"),
    "cancel": Text("取消", "cancelled"),
    "refuse": Text("拒收", "refused"),
    "change": Text("更新", "changed"),
    "import": Text("导入", "imported"),
    "version": Text("新建版本", "made a version"),
    "merge": Text("汇总入库", "merged"),
    "unmerge": Text("撤销汇总", "took a merge back"),
    "accept": Text("接受", "accepted"),
    "ask": Text("发起收集", "asked"),
    "send": Text("发出", "sent"),
    "remind": Text("催办", "reminded"),
    "strike": Text("删去所问项目", "struck what was asked"),
    "reopen": Text("重新开启", "opened again"),
    "state": Text("更新状态", "changed the state"),
    "enqueue": Text("提交作业", "queued"),
    "again": Text("重做", "run again"),
    "give": Text("任职", "gave a post"),
    "deactivate": Text("停用", "closed the account"),
    "reactivate": Text("恢复", "opened the account again"),
    "password": Text("更改口令", "changed the password"),
    "password-set": Text("重设口令", "set a new password"),
    "password-refused": Text("更改口令被拒", "was refused a new password"),
    "sign-in": Text("登录", "signed in"),
    "sign-in-refused": Text("登录被拒", "was refused at sign-in"),
    "sign-out": Text("退出", "signed out"),
    "sessions-ended": Text("结束其他登录", "ended other sessions"),
}
"""Verbs of entries, in words; ``kind.verb`` where it is said otherwise of one kind of object."""

QUIET = frozenset(
    {"read", "verify", "sign-in", "sign-in-refused", "sign-out", "sessions-ended", "password", "password-refused"}
)
"""Verbs that change nothing for others; the start page leaves them out."""

KINDS: dict[str, Text] = {
    "units.unit": Text("单位", "unit"),
    "units.person": Text("人员", "person"),
    "units.post": Text("任职", "post"),
    "units.token": Text("令牌", "token"),
    "audit.chain": Text("审计链", "audit chain"),
}
"""Kinds of objects, in words."""

FIELDS: dict[str, Text] = {
    "code": Text("代码", "code"),
    "edition": Text("版次", "edition"),
    "name_zh": Text("中文名", "name in Chinese"),
    "name_en": Text("英文名", "name in English"),
    "kind_of": Text("类型", "kind"),
    "parent": Text("上级", "above it"),
    "unit": Text("单位", "unit"),
    "person": Text("人员", "person"),
    "username": Text("用户名", "user name"),
    "role": Text("角色", "role"),
    "below": Text("含下级", "and below"),
    "active": Text("在任", "held"),
    "is_active": Text("可登录", "may sign in"),
    "must_change": Text("须改口令", "must change the password"),
    "state": Text("状态", "state"),
    "created": Text("建立时间", "made at"),
    "created_by": Text("建立人", "made by"),
    "submitted_by": Text("提交人", "submitted by"),
    "submitted_at": Text("提交时间", "submitted at"),
    "approved_by": Text("审批人", "approved by"),
    "approved_at": Text("审批时间", "approved at"),
    "vouched_by": Text("本单位审批人", "approved in its unit by"),
    "vouched_at": Text("本单位审批时间", "approved in its unit at"),
    "returned": Text("退回理由", "why sent back"),
    "due": Text("期限", "due"),
    "title": Text("标题", "title"),
    "note": Text("说明", "note"),
    "region": Text("地区", "region"),
    "chain": Text("产业链", "chain"),
    "number": Text("编号", "number"),
    "dataset": Text("数据集", "dataset"),
    "ended": Text("终止时间", "ended at"),
    "ended_by": Text("终止人", "ended by"),
    "joined": Text("加入时间", "joined at"),
    "address": Text("来源地址", "address"),
    "title_zh": Text("中文标题", "title in Chinese"),
    "title_en": Text("英文标题", "title in English"),
    "reason_zh": Text("理由（中文）", "reason in Chinese"),
    "reason_en": Text("理由（英文）", "reason in English"),
    "why_zh": Text("缘由（中文）", "why in Chinese"),
    "why_en": Text("缘由（英文）", "why in English"),
    "illustrative": Text("示例", "made up, for illustration"),
    "pinyin": Text("拼音", "pinyin"),
    "kept": Text("改动前的内容", "what stood before"),
    "base": Text("所依据的版本", "version it started from"),
    "tables": Text("数据表", "tables"),
    "table": Text("表", "table"),
    "columns": Text("列", "columns"),
    "year": Text("年份", "year"),
    "rows": Text("行数", "rows"),
    "units.token.name": Text("名称", "name"),
    "scopes": Text("权限范围", "scopes"),
    "expires": Text("失效时间", "ends at"),
    "task": Text("作业类型", "kind of work"),
    "mark": Text("标识", "mark"),
    "error": Text("错误", "error"),
    "same_as": Text("输入标识", "mark of its inputs"),
    "tries": Text("已试次数", "times tried"),
    "thing": Text("填报对象", "uploaded to"),
    "thing_zh": Text("填报对象（中文）", "uploaded to, in Chinese"),
    "thing_en": Text("填报对象（英文）", "uploaded to, in English"),
    "errors": Text("错误数", "errors"),
    "warnings": Text("警告数", "warnings"),
    "made": Text("所写入的内容", "what it made"),
    "job": Text("后台作业", "job"),
    "current": Text("生效版本", "version in force"),
    "meta": Text("数据集说明", "what the dataset says of itself"),
    "asked": Text("收集内容", "what is asked"),
    "addressees": Text("填报单位", "asked of"),
    "remind_days": Text("提前提醒天数", "reminder, days before"),
    "merges": Text("历次汇总", "what was merged"),
    "sent_at": Text("发出时间", "sent at"),
    "request": Text("数据收集", "data request"),
    "remark": Text("填报说明", "remark"),
    "reminded_at": Text("催办时间", "reminded at"),
    "merged": Text("汇总到", "merged into"),
}
"""Fields of objects, in words; ``kind.field`` where one kind of object means something of its own by it."""


def verb(code: str, kind: str = "") -> Text:
    """Say a verb; where it is said otherwise of a kind of object, `VERBS` has ``kind.verb``. One that nobody named stands."""
    return VERBS.get(f"{kind}.{code}") or VERBS.get(code, Text(code, code))


def kind(code: str) -> Text:
    """Say a kind of object."""
    return KINDS.get(code, Text(code, code))


def field(code: str, kind: str = "") -> Text:
    """Say a field; where a kind of object calls it otherwise than others do, `FIELDS` has ``kind.field``."""
    return FIELDS.get(f"{kind}.{code}") or FIELDS.get(code, Text(code, code))


def model_of(code: str) -> type | None:
    """Give the model of a kind, if there is one; entries may name kinds without a model."""
    try:
        return apps.get_model(code)
    except (LookupError, ValueError):
        return None
