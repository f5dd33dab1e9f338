"""A round from call to award: what each step does, what it refuses, and that awards are what the rules compute, to the fen."""

from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from django.utils import timezone
from round_cases import (
    ASKS,
    CRITERIA,
    MARKS,
    SCHEME,
    WAN,
    awarded,
    firm,
    handed_in,
    hired,
    listed,
    opened,
    ranked,
    reviewed,
    terms,
)

from haihe.messages import HaiheError
from haihe.rules import evaluate, read_scheme_text
from haihe.workspace.audit.chain import verify
from haihe.workspace.rounds import applying, awarding, calling, publishing, ranking, recommending, reviewing, rules
from haihe.workspace.rounds.models import Application, Award, Line, Round, RuleText
from haihe.workspace.rounds.review_models import Review
from workspace_cases import City

pytestmark = pytest.mark.django_db


def refused(code: str) -> "pytest.RaisesContext[HaiheError]":  # type: ignore[name-defined]
    return pytest.raises(HaiheError, match=code)


def code_of(error: "pytest.ExceptionInfo[HaiheError]") -> str:
    return error.value.findings[0].code


def refuses(code: str, action: object, *args: object, **more: object) -> None:
    with pytest.raises(HaiheError) as error:
        action(*args, **more)  # type: ignore[operator]
    assert code_of(error) == code


def test_awards_are_what_the_rules_compute_to_the_fen(city: City) -> None:
    case, made = awarded(city, budget=500 * WAN)
    frame = pd.DataFrame(
        [
            {"application": each.code, "enterprise": each.unit.code, "region": each.region, "cost": cost,
             "equipment": equipment, "honest": honest}
            for each, (_, cost, equipment, honest) in zip(case.applications, ASKS, strict=True)
        ]
    )  # fmt: skip
    result = evaluate(read_scheme_text(SCHEME), frame, date(2026, 6, 30))
    rows = {row["application"]: row for row in result.frame.to_dict("records")}
    assert {each.application.code for each in made} == {
        code for code, row in rows.items() if row["state"] == "eligible"
    }
    for each in made:
        row = rows[each.application.code]
        assert (each.support, each.city, each.district_part) == (row["support"], row["city"], row["district"])
        paid = result.payments[result.payments["application"] == each.application.code]
        assert each.granted[0]["instalments"] == [[p.instalment, p.amount] for p in paid.itertuples()]
        assert sum(fen for part in each.granted for _, fen in part["instalments"]) == each.support


def test_amounts_by_hand(city: City) -> None:
    """8 % of the equipment, at most 200 万元, half each, in whole fen by the scheme's rounding."""
    case = reviewed(city)
    line = {each.application.title: each for each in Line.objects.filter(run__round=case.round)}
    assert line["虚构项目1号"].support == 200 * WAN
    by_hand = (Decimal("777.77") * WAN * 8 / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert line["虚构项目2号"].support == int(by_hand)
    assert line["虚构项目2号"].city == int((by_hand / 2).quantize(Decimal(1), ROUND_DOWN))
    assert line["虚构项目4号"].state == "ineligible"


def test_scores_weigh_the_criteria(city: City) -> None:
    case = ranked(city)
    for at, each in enumerate(case.applications):
        line = Line.objects.get(run=case.round.ranking, application=each)
        if line.state != "eligible":
            continue
        marks = [MARKS[expert][at] for expert in ("r1", "r2")]
        by_hand = sum(Decimal(t) * 60 / 100 + Decimal(g) * 40 / 50 for t, g in marks) / 2
        assert line.score == by_hand.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_budget_cuts_the_list_and_the_reason_says_what_was_short(city: City) -> None:
    case = listed(city, budget=110 * WAN)
    shown = {each.title for each in publishing.listed(case.round)}
    assert shown == {"虚构项目1号"}
    last = Application.objects.get(title="虚构项目2号")
    assert last.state == "not_listed"
    assert last.reason
    assert last.place == 2
    assert any("批次预算" in each["zh"] and "立项" in each["zh"] for each in last.reason)


def test_nothing_of_the_ranking_is_told_before_publication(city: City) -> None:
    case = ranked(city)
    for each in Application.objects.filter(round=case.round):
        assert each.state == "ranked"
        assert each.score is None
        assert each.place is None


def test_two_runs_of_the_same_inputs_give_the_same_outputs(city: City) -> None:
    case = ranked(city)
    again = ranking.rank(case.round, city.people["planner"].actor())
    assert case.round.ranking is not None
    assert (again.inputs, again.outputs) == (case.round.ranking.inputs, case.round.ranking.outputs)
    other = handed_in_again(city)
    assert other != again.inputs


def handed_in_again(city: City) -> str:
    """The inputs' hash when one promise differs."""
    each = Application.objects.filter(state="ranked").first()
    assert each is not None
    Application.objects.filter(pk=each.pk).update(promise=1)
    return ranking.rank(Round.objects.get(), city.people["planner"].actor()).inputs


def test_what_was_handed_in_cannot_be_altered_behind_the_back(city: City) -> None:
    case = handed_in(city)
    each = case.applications[0]
    Application.objects.filter(pk=each.pk).update(fields={"cost": "9000", "equipment": "9000", "honest": True})
    refuses("E-RND-17", ranking.check, case.round, city.people["planner"].actor())


def test_rules_are_kept_by_their_hash(city: City) -> None:
    first = rules.keep(SCHEME, "a.yaml")
    assert rules.keep(SCHEME, "b.yaml") == first
    RuleText.objects.filter(pk=first.pk).update(text=SCHEME.replace("8 %", "80 %"))
    refuses("E-RND-03", rules.book_of, RuleText.objects.get(pk=first.pk))


def test_a_round_takes_only_articles_in_force_on_its_day(city: City) -> None:
    planner, unit = city.people["planner"], city.units["TJ"]
    refuses("E-RND-06", calling.new, planner, unit, terms(day=date(2025, 12, 31)))
    refuses("E-RND-06", calling.new, planner, unit, terms(articles=["our-fund/other"]))
    refuses("E-RND-07", calling.new, planner, unit, terms(closes=date(2000, 1, 1)))
    refuses("E-RND-08", calling.new, planner, unit, terms(publicity_days=8))
    refuses("E-RND-09", calling.new, planner, unit, terms(tails=181 * WAN))
    refuses("E-RND-05", calling.new, city.people["bh-editor"], unit, terms())
    refuses("E-RND-10", calling.open_, planner, calling.new(planner, unit, terms()))


def test_firms_apply_in_the_days_of_the_round_and_in_its_range_alone(city: City) -> None:
    case = opened(city)
    late = timezone.localdate() + timedelta(days=21)
    refuses("E-RND-12", applying.submit, case.people["f1"], case.applications[0], today=late)
    refuses("E-RND-12", applying.new, case.people["f1"], case.round, case.applications[1].unit, {"title": "x"})
    outside = firm("F9", "京企业", city.units["BJ"])
    person = hired("f9", outside, "applicant")
    assert case.round.firms(person) == []
    refuses("E-RND-12", applying.new, person, case.round, outside, {"title": "x", "fields": {}})


def test_values_are_read_as_the_scheme_declares(city: City) -> None:
    case = opened(city)
    person, each = case.people["f1"], case.applications[0]
    with pytest.raises(HaiheError) as error:
        applying.change(person, each, {"fields": {"cost": "一百万"}})
    assert error.value.findings[0].column == "cost"
    refuses("E-RND-11", applying.change, person, Application.objects.get(pk=each.pk), {"wanted": ["our-fund/no"]})


def test_promises_stay_within_what_the_district_can_match(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(city)
    monkeypatch.setattr(recommending, "abilities", lambda _round: {"TJ-BH": 150 * WAN})
    for at, each in enumerate(case.applications, 1):
        applying.submit(case.people[f"f{at}"], each)
    approver = city.people["bh-approver"]
    first, second = case.applications[0], case.applications[1]
    recommending.recommend(approver, first, True, "", 1, 100 * WAN)
    refuses("E-RND-15", recommending.recommend, approver, second, True, "", 2, 50 * WAN + 1)
    refuses("E-RND-16", recommending.recommend, approver, second, True, "", 1, 1)
    refuses("E-RND-14", recommending.recommend, approver, second, False, " ")
    recommending.recommend(approver, second, True, "", 2, 50 * WAN)


def test_a_promise_that_is_short_is_a_condition_that_fails(city: City) -> None:
    case = handed_in(city, needs_promise=True)
    first = Application.objects.get(pk=case.applications[0].pk)
    Application.objects.filter(pk=first.pk).update(promise=100 * WAN - 1)
    ranking.check(case.round, city.people["planner"].actor())
    states = case.states()
    assert states[0] == "ineligible"
    assert states[1] == "eligible"
    first.refresh_from_db()
    assert "配套" in first.reason[0]["zh"]


def test_an_expert_never_reviews_the_own_firm_or_district(city: City) -> None:
    case = handed_in(city)
    planner = city.people["planner"]
    ranking.check(case.round, planner.actor())
    own = case.applications[0]
    insider = hired("insider", own.unit, "viewer")
    hire_reviewer(city, insider)
    refuses("E-RND-18", reviewing.assign, planner, case.round, insider, [own])
    local = hired("local", city.units["TJ-BH"], "reviewer")
    refuses("E-RND-18", reviewing.assign, planner, case.round, local, [own])
    made = reviewing.deal(planner, case.round, [local, case.people["r1"]], 1)
    assert {review.expert.username for review in made if review.application.region == "TJ-BH"} == {"r1"}


def hire_reviewer(city: City, person: object) -> None:
    """Give somebody a post as a reviewer in the bureau."""
    from haihe.workspace.audit.chain import Actor
    from haihe.workspace.units import staff

    staff.give(Actor("", "", "cli"), person, city.units["IIB"], "reviewer")


def test_who_comes_to_a_post_in_the_firm_can_no_longer_mark(city: City) -> None:
    from haihe.workspace.audit.chain import Actor
    from haihe.workspace.units import staff
    from haihe.workspace.units.models import Person

    case = handed_in(city)
    ranking.check(case.round, city.people["planner"].actor())
    [review] = reviewing.assign(city.people["planner"], case.round, case.people["r1"], [case.applications[0]])
    staff.give(Actor("", "", "cli"), case.people["r1"], case.applications[0].unit, "viewer")
    refuses("E-RND-18", reviewing.mark, Person.objects.get(username="r1"), review, {"tech": "1", "gain": "1"}, "")


def test_marks_are_whole_and_in_range(city: City) -> None:
    case = handed_in(city)
    ranking.check(case.round, city.people["planner"].actor())
    [review] = reviewing.assign(city.people["planner"], case.round, case.people["r1"], [case.applications[0]])
    for marks in (
        {"tech": "90"},
        {"tech": "90", "gain": "51"},
        {"tech": "-1", "gain": "1"},
        {"tech": "NaN", "gain": "1"},
    ):
        refuses("E-RND-19", reviewing.mark, case.people["r1"], review, marks, "")


def test_who_stands_back_sees_the_application_no_more_and_counts_not(city: City) -> None:
    case = handed_in(city)
    planner, expert = city.people["planner"], case.people["r1"]
    ranking.check(case.round, planner.actor())
    own = case.applications[0]
    [review] = reviewing.assign(planner, case.round, expert, [own])
    assert own in Application.objects.visible_to(expert)
    reviewing.stand_back(expert, review, "亲属任职")
    assert own not in Application.objects.visible_to(expert)
    refuses("E-RND-23", reviewing.mark, expert, Review.objects.get(pk=review.pk), {"tech": "1", "gain": "1"}, "")


def test_who_stood_back_is_replaced_when_experts_are_dealt_again(city: City) -> None:
    case = handed_in(city)
    planner, experts = city.people["planner"], [case.people["r1"], case.people["r2"]]
    ranking.check(case.round, planner.actor("rounds.rank"))
    reviewing.deal(planner, case.round, experts, 2)
    first = case.applications[0]
    reviewing.stand_back(experts[0], first.reviews.get(expert=experts[0]), "亲属任职")
    with pytest.raises(HaiheError) as caught:
        reviewing.deal(planner, case.fresh(), experts, 2)
    assert caught.value.code == "E-RND-22"
    third = hired("r3", city.units["IIB"], "reviewer")
    (made,) = reviewing.deal(planner, case.fresh(), [*experts, third], 2)
    assert (made.application_id, made.expert_id) == (first.pk, third.pk)


def test_an_application_is_reviewed_once_the_last_expert_stood_back(city: City) -> None:
    case = handed_in(city)
    planner, experts = city.people["planner"], [case.people["r1"], case.people["r2"]]
    ranking.check(case.round, planner.actor("rounds.rank"))
    reviewing.deal(planner, case.round, experts, 2)
    one, other = case.applications[0].reviews.order_by("expert__username")
    reviewing.mark(one.expert, one, {"tech": "80", "gain": "40"}, "")
    assert case.states()[0] == "eligible"
    reviewing.stand_back(other.expert, other, "亲属任职")
    assert case.states()[0] == "reviewed"


def test_leniency_compares_experts_on_the_same_applications(city: City) -> None:
    case = reviewed(city)
    table = reviewing.leniency(case.round).set_index("reviewer")
    shared = [at for at, state in enumerate(case.states()) if state == "reviewed"]
    means = {
        expert: sum(float(t) * 0.6 + float(g) * 0.8 for t, g in (MARKS[expert][at] for at in shared)) / len(shared)
        for expert in MARKS
    }
    assert table.loc["r1", "mean"] == pytest.approx(means["r1"])
    assert table.loc["r1", "others"] == pytest.approx(means["r2"])
    assert table.loc["r1", "difference"] == pytest.approx(means["r1"] - means["r2"])
    assert table.loc["r1", "leniency"] == pytest.approx((means["r1"] - means["r2"]) / 2)
    assert CRITERIA[0]["weight"] == "60"


def test_who_ranked_does_not_award_and_nobody_does_before_its_time(city: City) -> None:
    case = listed(city)
    after = timezone.localdate() + timedelta(days=30)
    refuses("E-WEB-22", awarding.award, city.people["planner"], case.round, today=after)
    refuses("E-RND-29", awarding.award, case.people["second"], case.round)
    objection = publishing.object_(
        case.people["f2"], case.round, case.applications[1].unit, first_listed(case.round), "不实"
    )
    refuses("E-RND-30", awarding.award, case.people["second"], case.round, today=after)
    publishing.answer(city.people["planner"], objection, "经查属实，予以剔除", "struck")
    made = awarding.award(case.people["second"], Round.objects.get(), today=after)
    assert objection.application_id not in {each.application_id for each in made}


def first_listed(round_: Round) -> Application:
    found = publishing.listed(round_).exclude(unit__code="F2").first()
    assert found is not None
    return found


def test_an_objection_may_send_the_round_back_to_ranking(city: City) -> None:
    case = listed(city)
    mine = Application.objects.get(pk=case.applications[3].pk)
    objection = publishing.object_(case.people["f4"], case.round, mine.unit, mine, "投资额有误")
    publishing.answer(city.people["planner"], objection, "重新审核", "again")
    round_ = case.fresh()
    assert round_.state == "reviewing"
    assert round_.ranking is None
    assert all(each.place is None for each in Application.objects.filter(round=round_))
    ranking.rank(round_, city.people["planner"].actor())
    assert case.fresh().state == "ranked"


def test_objections_are_to_the_list_or_to_ones_own(city: City) -> None:
    case = listed(city, budget=110 * WAN)
    other = Application.objects.get(pk=case.applications[2].pk)
    unit = case.applications[1].unit
    assert other.state == "not_listed"
    refuses("E-RND-26", publishing.object_, case.people["f2"], case.round, unit, other, "x")
    late = timezone.localdate() + timedelta(days=30)
    mine = Application.objects.get(pk=case.applications[1].pk)
    refuses("E-RND-25", publishing.object_, case.people["f2"], case.round, unit, mine, "x", today=late)


def test_publicity_counts_working_days() -> None:
    friday = date(2026, 11, 20)
    assert calling.working_days(friday, 3) == date(2026, 11, 25)
    assert calling.working_days(date(2026, 11, 23), 5) == date(2026, 11, 30)


def test_two_who_award_at_once_one_wins(city: City) -> None:
    case = listed(city)
    after = timezone.localdate() + timedelta(days=30)
    third = hired("third", city.units["TJ"], "approver")
    mine, theirs = case.fresh(), case.fresh()
    awarding.award(case.people["second"], mine, today=after)
    count = Award.objects.count()
    refuses("E-WEB-20", awarding.award, third, theirs, today=after)
    assert Award.objects.count() == count > 0


def test_a_change_during_the_computation_keeps_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    case = handed_in(city)
    real = ranking.lines

    def slow(found: object, traced: bool) -> list[Line]:
        made = real(found, traced)  # type: ignore[arg-type]
        applying.withdraw(case.people["f1"], Application.objects.get(pk=case.applications[0].pk), "不再申报")
        return made

    monkeypatch.setattr(ranking, "lines", slow)
    refuses("E-RND-21", ranking.check, case.round, city.people["planner"].actor())
    assert Line.objects.count() == 0
    assert case.states()[1] == "recommended"


def test_the_record_of_a_whole_round_holds(city: City) -> None:
    awarded(city)
    assert list(verify()) == []
