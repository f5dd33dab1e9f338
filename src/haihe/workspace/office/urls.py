"""Addresses of ``office``."""

from django.urls import path

from haihe.workspace.office import history, passwords, people, settings_page, signing, start, tokens, units

app_name = "office"
urlpatterns = [
    path("", start.start, name="start"),
    path("search", start.search, name="search"),
    path("history/<str:kind>/<str:code>", history.history, name="history"),
    path("audit", history.audit, name="audit"),
    path("audit/proof", history.proof, name="proof"),
    path("audit/prove", history.prove, name="prove"),
    path("settings", settings_page.settings_page, name="settings"),
    path("healthz", settings_page.health, name="health"),
    path("me", start.me, name="me"),
    path("me/password", passwords.password, name="password"),
    path("me/sessions", signing.own_sessions, name="sessions"),
    path("me/sessions/end", signing.end_others, name="sessions-end"),
    path("me/tokens", tokens.tokens, name="tokens"),
    path("me/tokens/end", tokens.end, name="tokens-end"),
    path("units/", units.units, name="units"),
    path("units/new", units.new, name="unit-new"),
    path("units/<slug:code>", units.unit, name="unit"),
    path("units/<slug:code>/edit", units.edit, name="unit-edit"),
    path("units/<slug:code>/move", units.move, name="unit-move"),
    path("people/", people.people, name="people"),
    path("people/new", people.new, name="person-new"),
    path("people/<slug:code>", people.person, name="person"),
    path("people/<slug:code>/edit", people.edit, name="person-edit"),
    path("people/<slug:code>/posts", people.give, name="post-give"),
    path("people/<slug:code>/password", people.renew, name="person-password"),
    path("people/<slug:code>/deactivate", people.deactivate, name="person-deactivate"),
    path("people/<slug:code>/reactivate", people.reactivate, name="person-reactivate"),
    path("posts/<slug:code>/end", people.end_post, name="post-end"),
    path("language", start.language, name="language"),
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-out", signing.sign_out, name="sign-out"),
]
