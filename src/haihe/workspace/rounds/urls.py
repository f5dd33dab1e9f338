"""Addresses of ``rounds``."""

from django.urls import path

from haihe.workspace.rounds import application_pages, call_pages, ledger_urls, result_pages, review_pages, rule_pages

app_name = "rounds"
urlpatterns = [
    path("", call_pages.rounds, name="rounds"),
    path("new", call_pages.new, name="round-new"),
    path("applications", application_pages.applications, name="applications"),
    path("applications/<str:code>", application_pages.application, name="application"),
    path("applications/<str:code>/edit", application_pages.edit, name="application-edit"),
    path("applications/<str:code>/submit", application_pages.submit, name="application-submit"),
    path("applications/<str:code>/take-back", application_pages.take_back, name="application-take-back"),
    path("applications/<str:code>/withdraw", application_pages.withdraw, name="application-withdraw"),
    path("applications/<str:code>/recommend", application_pages.recommend, name="application-recommend"),
    path("reviews", review_pages.reviews, name="reviews"),
    path("reviews/<str:code>", review_pages.review, name="review"),
    path("reviews/<str:code>/mark", review_pages.mark, name="review-mark"),
    path("reviews/<str:code>/stand-back", review_pages.stand_back, name="review-stand-back"),
    path("runs/<str:code>", result_pages.run, name="run"),
    path("objections", result_pages.objections, name="objections"),
    path("objections/<str:code>", result_pages.objection, name="objection"),
    path("objections/<str:code>/answer", result_pages.answer, name="objection-answer"),
    path("awards", result_pages.awards, name="awards"),
    path("awards/<str:code>", result_pages.award_page, name="award"),
    *ledger_urls.urlpatterns,
    path("<str:code>", call_pages.round_, name="round"),
    path("<str:code>/edit", call_pages.edit, name="round-edit"),
    path("<str:code>/articles", rule_pages.articles, name="round-articles"),
    path("<str:code>/rules", rule_pages.rules, name="round-rules"),
    path("<str:code>/open", call_pages.open_, name="round-open"),
    path("<str:code>/close", call_pages.close, name="round-close"),
    path("<str:code>/check", call_pages.check, name="round-check"),
    path("<str:code>/rank", call_pages.rank, name="round-rank"),
    path("<str:code>/apply", application_pages.new, name="application-new"),
    path("<str:code>/deal", review_pages.deal, name="round-deal"),
    path("<str:code>/leniency", review_pages.leniency, name="round-leniency"),
    path("<str:code>/publish", result_pages.publish, name="round-publish"),
    path("<str:code>/list", result_pages.public, name="public"),
    path("<str:code>/object", result_pages.object_, name="object"),
    path("<str:code>/award", result_pages.award, name="round-award"),
]
