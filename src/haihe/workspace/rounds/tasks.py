"""Work of the room that is done in the background: checking every application, dealing them to experts, deciding a round."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from haihe.messages import Text
from haihe.rules.money import said_money
from haihe.workspace.audit.chain import Channel
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.jobs.tasks import Work, task
from haihe.workspace.rounds import awarding, ranking, reviewing
from haihe.workspace.rounds.actions import AWARD, KEEP, RANK
from haihe.workspace.rounds.models import Award, Round, Run
from haihe.workspace.rounds.states import DECIDED
from haihe.workspace.units.models import Person

CHECK, DEAL, DECIDE, GRANT = "rounds.check", "rounds.deal", "rounds.rank", "rounds.award"
TITLES = {
    CHECK: Text("资格审核：{r}", "eligibility check: {r}"),
    DEAL: Text("分派专家：{r}", "experts for {r}"),
    DECIDE: Text("排序：{r}", "ranking: {r}"),
    GRANT: Text("决定立项：{r}", "award: {r}"),
}
APPLYING = Text("读取申报并适用办法", "reading applications and applying the rules")
ABOUT = ("round", Round)


def _page(job: Job) -> str:
    return reverse("rounds:round", args=[job.inputs["round"]])


def _reviews(job: Job) -> str:
    return f"{reverse('rounds:reviews')}?round={job.inputs['round']}"


def _round(work: Work, code: str) -> Round:
    found: Round = Round.objects.visible_to(work.person).select_related("unit", "rules").get(code=code)
    return found


def _result(run: Run) -> dict[str, Any]:
    lines, support = run.lines.count(), said_money(run.summary["support"])
    words = Text("{n} 份申报，支持额合计 {s}", "{n} applications, support of {s} in all")
    return {"run": run.code, "summary": words.format(n=lines, s=support).to_dict()}


@task(
    CHECK,
    name=Text("资格审核", "eligibility check"),
    action=RANK,
    seconds=1800,
    memory_mb=3072,
    link=_page,
    about=ABOUT,
)
def check(work: Work, *, round: str, edition: int) -> dict[str, Any]:
    """Apply the rules to every application of a round; done twice, it gives a second run with equal outputs."""
    del edition
    work.say(APPLYING)
    return _result(ranking.check(_round(work, round), work.actor, work))


@task(DECIDE, name=Text("排序", "ranking"), action=RANK, seconds=1800, memory_mb=3072, link=_page, about=ABOUT)
def decide(work: Work, *, round: str, edition: int) -> dict[str, Any]:
    """Decide a round; done twice, it gives a second run with equal outputs."""
    del edition
    work.say(APPLYING)
    return _result(ranking.rank(_round(work, round), work.actor, work))


@task(DEAL, name=Text("分派专家", "assign experts"), action=KEEP, seconds=600, link=_reviews, about=ABOUT)
def deal(work: Work, *, round: str, edition: int, experts: Sequence[str], each_to: int) -> dict[str, Any]:
    """Give the applications of a round to experts; done twice, it gives nothing to anybody the second time."""
    del edition
    thing: Round = Round.objects.visible_to(work.person).select_related("unit").get(code=round)
    chosen = [each for each in reviewing.experts(work.person, thing) if each.username in experts]
    made = len(reviewing.deal(work.person, thing, chosen, each_to, "job", work))
    return {"reviews": made, "summary": Text(f"已分派 {made} 份评审", f"{made} reviews assigned").to_dict()}


@task(GRANT, name=Text("决定立项", "award"), action=AWARD, seconds=1800, link=_page, about=ABOUT)
def award(work: Work, *, round: str, edition: int) -> dict[str, Any]:
    """Award what the published list says; done twice by one person, the second time finds it done."""
    thing = _round(work, round)
    if thing.state != DECIDED or thing.decided_by != work.person.username:
        awarding.award(work.person, thing, edition, "job", work=work)
    made = Award.objects.filter(round=thing).count()
    return {"awards": made, "summary": Text(f"已立项 {made} 个", f"{made} awarded").to_dict()}


def ask(person: Person, round_: Round, code: str, channel: Channel = "web", **more: Any) -> Job:
    """Ask for the check, the dealing (``experts``, ``each_to``), the ranking or the award of a round."""
    title = TITLES[code].format(r=round_.name)
    said = {"round": round_.code, "edition": round_.edition} | more
    return enqueue(person, round_.unit, code, title=title, channel=channel, **said)
