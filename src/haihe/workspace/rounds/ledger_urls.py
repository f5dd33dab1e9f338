"""Addresses of what follows an award. They stand before those of rounds, which begin with a round's code."""

from django.urls import path

from haihe.workspace.rounds import acceptance_pages, ledger_pages

urlpatterns = [
    path("ledger", ledger_pages.entries, name="entries"),
    path("claims", ledger_pages.claims, name="claims"),
    path("claims/<str:code>/settle", ledger_pages.settle, name="claim-settle"),
    path("claims/<str:code>/drop", ledger_pages.drop, name="claim-drop"),
    path("targets", acceptance_pages.goals, name="goals"),
    path("acceptances", acceptance_pages.acceptances, name="acceptances"),
    path("acceptances/<str:code>", acceptance_pages.one, name="acceptance"),
    path("acceptances/<str:code>/submit", acceptance_pages.submit, name="acceptance-submit"),
    path("acceptances/<str:code>/check", acceptance_pages.check, name="acceptance-check"),
    path("acceptances/<str:code>/accept", acceptance_pages.accept, name="acceptance-accept"),
    path("acceptances/<str:code>/send-back", acceptance_pages.send_back, name="acceptance-send-back"),
    path("acceptances/<str:code>/reopen", acceptance_pages.reopen, name="acceptance-reopen"),
    path("awards/<str:code>/pay", ledger_pages.pay, name="award-pay"),
    path("awards/<str:code>/release", ledger_pages.release, name="award-release"),
    path("awards/<str:code>/receive", ledger_pages.receive, name="award-receive"),
    path("awards/<str:code>/carry", ledger_pages.carry, name="award-carry"),
    path("awards/<str:code>/claim", ledger_pages.claim, name="award-claim"),
    path("awards/<str:code>/claim-by-rule", ledger_pages.claim_by_rule, name="award-claim-by-rule"),
    path("awards/<str:code>/target", acceptance_pages.goal, name="award-goal"),
    path("awards/<str:code>/report", acceptance_pages.report, name="award-report"),
    path("awards/<str:code>/trail", acceptance_pages.trail, name="trail"),
    path("<str:code>/money", acceptance_pages.money, name="money"),
    path("<str:code>/terms", acceptance_pages.terms, name="terms"),
]
