"""Rounds and their money, each time with one fault put in: a test of the neighbouring files must find it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import test_workspace_ledger_services as money
import test_workspace_rounds_flow as flow
import test_workspace_rounds_pages as pages
from round_cases import listed

from haihe.workspace.rounds import (
    awarding,
    ledger,
    lines,
    models,
    payments,
    publishing,
    ranking,
    recommending,
    reviewing,
    runs,
)
from haihe.workspace.units.approval import Approved
from workspace_cases import City

pytestmark = [pytest.mark.django_db, pytest.mark.endure]
Patch = pytest.MonkeyPatch


def no_conflicts(patch: Patch) -> None:
    patch.setattr(reviewing, "conflicted", lambda *_: False)


def everybody_sees_every_case(patch: Patch) -> None:
    patch.setattr(models.Cases, "visible_to", lambda self, person, action="": self.all())


def who_ranked_may_award(patch: Patch) -> None:
    patch.setattr(awarding, "made_by", lambda _round: set())


def who_made_it_may_approve_it(patch: Patch) -> None:
    patch.setattr(Approved, "own_of", lambda self, person: False)


def applications_are_taken_at_any_time(patch: Patch) -> None:
    patch.setattr(models.Round, "takes", lambda self, today=None: True)


def objections_are_taken_at_any_time(patch: Patch) -> None:
    patch.setattr(publishing, "takes_objections", lambda round_, today=None: True)


def publicity_is_over_at_once(patch: Patch) -> None:
    patch.setattr(publishing, "working_days", lambda start, days: start - timedelta(days=days))


def promises_have_no_end(patch: Patch) -> None:
    patch.setattr(recommending, "_within", lambda *_: None)


def what_was_handed_in_is_not_compared(patch: Patch) -> None:
    patch.setattr(lines, "digest", lambda application: application.sha256)


def results_are_told_with_the_ranking(patch: Patch) -> None:
    def keep(*given: Any, **more: Any) -> Any:
        return runs.keep(*given[:7], ("score", "place"), more.get("then"))

    patch.setattr(ranking, "keep", keep)


def amounts_are_cut_to_whole_wan(patch: Patch) -> None:
    patch.setattr(lines, "fen_of", lambda value: None if value is None else int(value) // 10**6 * 10**6)


def matching_need_not_be_in_step(patch: Patch) -> None:
    patch.setattr(payments, "terms_of", lambda _round: ledger.Terms(in_step=False, tail_after_acceptance=True))


def everything_counts_as_accepted(patch: Patch) -> None:
    patch.setattr(payments, "accepted", lambda _award: True)


def who_decided_may_pay(patch: Patch) -> None:
    real = payments._handles

    def handles(person: Any, award: Any, side: str) -> None:
        real(person, award, side)
        award.decided_by = ""

    patch.setattr(payments, "_handles", handles)


def anybody_pays(patch: Patch) -> None:
    patch.setattr(payments, "_handles", lambda *_: None)


def reads_nothing(city: City) -> None:
    pages.test_an_applicant_reads_nothing_of_others(city, listed)


FOUND = (
    (no_conflicts, flow.test_an_expert_never_reviews_the_own_firm_or_district),
    (no_conflicts, flow.test_who_comes_to_a_post_in_the_firm_can_no_longer_mark),
    (everybody_sees_every_case, reads_nothing),
    (everybody_sees_every_case, pages.test_the_award_is_seen_by_its_firm_alone),
    (everybody_sees_every_case, money.test_a_firm_sees_its_own_money_and_no_more),
    (who_ranked_may_award, flow.test_who_ranked_does_not_award_and_nobody_does_before_its_time),
    (who_made_it_may_approve_it, money.test_acceptance_takes_three_people),
    (who_made_it_may_approve_it, money.test_money_from_first_payment_to_clawback),
    (applications_are_taken_at_any_time, flow.test_firms_apply_in_the_days_of_the_round_and_in_its_range_alone),
    (objections_are_taken_at_any_time, flow.test_objections_are_to_the_list_or_to_ones_own),
    (publicity_is_over_at_once, flow.test_who_ranked_does_not_award_and_nobody_does_before_its_time),
    (results_are_told_with_the_ranking, flow.test_nothing_of_the_ranking_is_told_before_publication),
    (what_was_handed_in_is_not_compared, flow.test_what_was_handed_in_cannot_be_altered_behind_the_back),
    (amounts_are_cut_to_whole_wan, flow.test_awards_are_what_the_rules_compute_to_the_fen),
    (matching_need_not_be_in_step, money.test_money_from_first_payment_to_clawback),
    (everything_counts_as_accepted, money.test_money_from_first_payment_to_clawback),
    (who_decided_may_pay, money.test_who_may_pay),
    (anybody_pays, money.test_who_may_pay),
)


@pytest.mark.parametrize(("fault", "found_by"), FOUND, ids=lambda part: part.__name__)
def test_a_fault_is_found(
    city: City, monkeypatch: Patch, fault: Callable[[Patch], None], found_by: Callable[[City], None]
) -> None:
    fault(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        found_by(city)


def test_promises_without_end_are_found(city: City, monkeypatch: Patch) -> None:
    promises_have_no_end(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        flow.test_promises_stay_within_what_the_district_can_match(city, monkeypatch)
