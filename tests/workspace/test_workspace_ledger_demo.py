"""The rounds of the demonstration: every state, marked as made up, and ledgers that balance."""

from collections import Counter

import pytest

from haihe.region.examples import example
from haihe.workspace.audit.chain import verify
from haihe.workspace.keeping import demo as demonstration
from haihe.workspace.rounds import demo, follow, payments
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry
from haihe.workspace.rounds.models import Application, Award, Round
from haihe.workspace.rounds.states import APPLICATION_STATES
from haihe.workspace.units.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_rounds_of_the_demonstration() -> None:
    region = example("jing-jin-ji")
    units = demonstration.seed_units(region)
    demonstration.seed_people(units)
    people = {each.username: each for each in Person.objects.all()}
    accounts = demo.seed(units, people, region)
    assert len(accounts) == len({name for name, _ in accounts})
    states = Counter(Application.objects.values_list("state", flat=True))
    assert set(states) == set(APPLICATION_STATES)
    running = Round.objects.get(state="listed")
    assert running.applications.count() == 200
    assert Round.objects.filter(illustrative=False).count() == 0
    awards = list(Award.objects.select_related("round__unit", "unit", "district"))
    assert payments.unbalanced(awards) == {}
    booked = follow.sums(Entry.objects.all())[None]
    assert booked.of("committed") == sum(each.support for each in awards) > booked.of("paid") > 0
    assert Acceptance.objects.filter(state="approved", passed=True).exists()
    assert Claim.objects.filter(by_rule=True).exists()
    assert list(verify()) == []
