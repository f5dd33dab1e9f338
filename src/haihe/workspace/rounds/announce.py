"""What the room announces: its menu, what waits, its search, its work, its papers, its uploads, its words in the record."""

from collections.abc import Iterator

from haihe.messages import HaiheError, Text
from haihe.workspace.frame import failures, names, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit
from haihe.workspace.intake import targets
from haihe.workspace.papers.holders import holds
from haihe.workspace.rounds import ledger_announce, tasks, waiting  # noqa: F401 - tasks declares its kinds of work
from haihe.workspace.rounds.actions import APPLY, INSIDE, KEEP, READ
from haihe.workspace.rounds.applications_target import ApplicationsTarget
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.recommendations_target import RecommendationsTarget
from haihe.workspace.rounds.rules import instalments_called
from haihe.workspace.rounds.states import DECIDED, DRAFT
from haihe.workspace.units.models import Person

ROUND, APPLICATION = Text("申报批次", "round"), Text("申报", "application")


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find rounds by name, code or pinyin, and applications by title or code."""
    for each in matching(Round.objects.visible_to(person), wanted):
        yield Hit(ROUND, each.name, each.code, each.get_absolute_url())
    for each in matching(Application.objects.visible_to(person), wanted, names=("title",), pinyin=""):
        yield Hit(APPLICATION, each.name, each.code, each.get_absolute_url())


def _draft(application: Application) -> None:
    application.must_be(DRAFT)


def _undecided(round_: Round) -> None:
    if round_.state == DECIDED:
        raise HaiheError("E-RND-01", value=round_.code, state=round_.state_name)


def register() -> None:
    """Announce everything."""
    failures.answered(403, "E-RND-05", "E-RND-52", "E-RND-53")
    failures.answered(
        409, "E-RND-01", "E-RND-02", "E-RND-21", "E-RND-23", "E-RND-28", "E-RND-51", "E-RND-56", "E-RND-58"
    )
    names.SOURCES["instalments"] = instalments_called
    MENU.append(Entry(Text("申报批次", "Rounds"), "rounds:rounds", READ, 50, "funds"))
    MENU.append(Entry(Text("申报", "Applications"), "rounds:applications", READ, 51, "funds"))
    MENU.append(Entry(Text("专家评审", "Reviews"), "rounds:reviews", INSIDE, 52, "funds"))
    MENU.append(Entry(Text("异议", "Objections"), "rounds:objections", READ, 53, "funds"))
    MENU.append(Entry(Text("立项", "Awards"), "rounds:awards", READ, 54, "funds"))
    WAITING.extend((waiting.firms, waiting.districts, waiting.experts, waiting.offices))
    SEARCHES.append(found)
    targets.register(ApplicationsTarget())
    targets.register(RecommendationsTarget())
    holds(Application, APPLY, _draft)
    holds(Round, KEEP, _undecided)
    _words()
    ledger_announce.register()


def _words() -> None:
    wording.KINDS |= {
        "rounds.round": ROUND,
        "rounds.application": APPLICATION,
        "rounds.run": Text("审核与排序", "run"),
        "rounds.review": Text("评审意见", "review"),
        "rounds.objection": Text("异议", "objection"),
        "rounds.award": Text("立项", "award"),
    }
    wording.VERBS |= {
        "withdraw": Text("撤回", "withdrew"),
        "recommend": Text("提出区级意见", "recommended"),
        "unsay": Text("收回区级意见", "took back what the district said"),
        "check": Text("资格审核", "checked"),
        "rank": Text("排序", "ranked"),
        "assign-experts": Text("分派专家", "assigned experts"),
        "mark": Text("评审", "marked"),
        "reviewed": Text("评审完成", "reviewed"),
        "stand-back": Text("回避", "stood back"),
        "publish": Text("公示", "published"),
        "object": Text("提出异议", "objected"),
        "objected": Text("被提出异议", "was objected to"),
        "answer": Text("答复异议", "answered"),
        "kept": Text("异议不成立", "the objection was not upheld"),
        "award": Text("立项", "awarded"),
    }
    wording.FIELDS |= {
        "round": ROUND,
        "wanted": Text("申报条款", "articles"),
        "fields": Text("申报内容", "fields"),
        "district": Text("区", "district"),
        "recommended": Text("区是否推荐", "recommended"),
        "district_rank": Text("区内排序", "place in the district"),
        "district_words": Text("区级理由", "the district's words"),
        "promise": Text("承诺配套（分）", "matching promised (fen)"),
        "budget": Text("预算（分）", "budget (fen)"),
        "rules": Text("办法文件校验值", "hash of the rules"),
        "articles": Text("受理条款", "articles"),
        "criteria": Text("评审指标", "criteria"),
        "marks": Text("评分", "marks"),
        "words": Text("意见", "words"),
        "support": Text("支持额（分）", "support (fen)"),
        "city": Text("市级（分）", "city (fen)"),
        "district_part": Text("区级（分）", "district part (fen)"),
        "inputs": Text("输入校验值", "hash of inputs"),
        "outputs": Text("结果校验值", "hash of lines"),
        "ranking": Text("现行排序", "ranking that stands"),
        "effect": Text("决定", "decision"),
        "answer": Text("答复", "answer"),
        "decided_by": Text("决定人", "decided by"),
        "decided_at": Text("决定时间", "decided at"),
        "application": APPLICATION,
        "fund": Text("资金", "fund"),
        "tails": Text("其中以前年度尾款（分）", "tails of earlier years (fen)"),
        "how": Text("遴选方式", "selection"),
        "objective": Text("优化目标", "objective"),
        "when_short": Text("预算不足时", "when the budget is short"),
        "ties": Text("同分时", "among equals"),
        "quotas": Text("限额", "quotas"),
        "pass_score": Text("合格分", "pass mark"),
        "reserves": Text("备选数", "reserves"),
        "combine": Text("多位专家", "several experts"),
        "least_reviews": Text("至少评审份数", "least reviews"),
        "needs_promise": Text("须有配套承诺", "needs the district's promise"),
        "payer": Text("拨付单位", "paid by"),
        "opens": Text("开始申报", "opens"),
        "closes": Text("截止申报", "closes"),
        "publicity_days": Text("公示天数", "days of publicity"),
        "listed_on": Text("公示日期", "published on"),
        "objections_until": Text("异议截止", "objections until"),
        "own_code": Text("申报单位自编号", "the firm's own number"),
        "came": Text("来自上传", "came by upload"),
        "recommended_by": Text("区级经办人", "recommended by"),
        "recommended_at": Text("区级意见时间", "recommended at"),
        "purpose": Text("用途", "purpose"),
        "summary": Text("汇总", "summary"),
        "expert": Text("专家", "expert"),
        "conflict": Text("回避理由", "interest"),
        "done_at": Text("评审时间", "reviewed at"),
        "answered_by": Text("答复人", "answered by"),
        "answered_at": Text("答复时间", "answered at"),
        "line": Text("排序结果", "line of the ranking"),
    }
