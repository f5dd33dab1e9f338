"""Seeds of the browser tests of rounds: a published round, whose people can all sign in."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from round_cases import WAN, hired, listed

from haihe.workspace.papers import services as papers
from haihe.workspace.rounds.models import Application, Award, Round
from haihe.workspace.units.models import Person
from workspace_cases import PASSWORD, small_city


@transaction.atomic
def seed() -> dict[str, str]:
    """Publish a round of five applications, of which two are not on the list; give the codes."""
    city = small_city()
    case = listed(city, budget=160 * WAN, payer=city.units["FIN"])
    hired("bh-money", city.units["TJ-BH"], "finance")
    papers.attach(
        city.people["planner"], case.round, "call.csv", "名称,日期\n示例,2026-06-30\n".encode(), "申报通知（虚构）"
    )
    for person in Person.objects.filter(must_change=True):
        person.set_password(PASSWORD)
        person.must_change = False
        person.save()
    states = dict(zip([each.code for each in case.applications], case.states(), strict=True))
    return {
        "round": case.round.code,
        "loser": next(
            each.code for each in case.applications if states[each.code] == "not_listed" and each.unit.code != "F4"
        ),
        "loser_unit": next(
            each.unit.code for each in case.applications if states[each.code] == "not_listed" and each.unit.code != "F4"
        ),
        "winner": next(each.code for each in case.applications if states[each.code] == "listed"),
    }


def end_publicity(code: str) -> str:
    """Let the days of publicity be over."""
    Round.objects.filter(code=code).update(objections_until=timezone.localdate() - timedelta(days=1))
    return code


def award_of(application: str) -> str:
    """Give the code of an application's award."""
    return str(Award.objects.get(application__code=application).code)


def state_of(application: str) -> str:
    """Give the state of an application."""
    return str(Application.objects.get(code=application).state)
