"""People and posts: pages of administrators, the separation of administering from deciding, the command line."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from haihe.cli import app
from haihe.messages import HaiheError
from haihe.workspace import start
from haihe.workspace.audit.chain import Actor, verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.units import staff
from haihe.workspace.units.models import Person, Post, Unit
from workspace_cases import City

pytestmark = pytest.mark.django_db
DESK = Actor("", "", "cli")
SCRIPT = "<script>alert(1)</script>"


def test_a_person_is_made_with_a_first_password_shown_once(signed: Callable[[str], Client], city: City) -> None:
    del city
    admin = signed("admin")
    asked = {"username": "Wang-1", "name_zh": f"王{SCRIPT}", "unit": "TJ-BH", "role": "editor", "below": "on"}
    page = admin.post("/people/new", asked)
    assert page.status_code == 200
    body = page.content.decode()
    password = re.findall(r"<code>([a-z0-9-]{19})</code>", body)[0]
    assert SCRIPT not in body
    person = Person.objects.get(username="wang-1")
    assert person.check_password(password)
    assert person.must_change
    assert (person.posts.get().below, person.posts.get().created_by) == (True, "admin")
    assert password not in admin.get("/people/wang-1").content.decode()
    assert password not in str(list(Entry.objects.values_list("before", "after")))
    assert admin.post("/people/new", asked).status_code == 422  # a reload makes nobody twice
    assert list(Entry.objects.values_list("verb", "actor", "unit", "channel")) == [
        ("create", "admin", "TJ", "web"),
        ("give", "admin", "TJ-BH", "web"),  # the post is the district's
    ]


def test_an_administrator_holds_no_other_role_and_changes_nothing_of_the_own(
    signed: Callable[[str], Client], city: City
) -> None:
    admin = signed("admin")
    for role in ("approver", "planner", "finance", "auditor"):
        answer = admin.post("/people/admin/posts", {"unit": "TJ", "role": role})
        assert answer.status_code == 422
        assert "E-WEB-42" in answer.content.decode()
        with pytest.raises(HaiheError, match="E-WEB-41"):
            staff.give(DESK, city.people["admin"], city.units["TJ"], role)
        with pytest.raises(HaiheError, match="E-WEB-41"):
            staff.give(DESK, city.people["planner"], city.units["TJ"], "admin")
    post = Post.objects.get(person__username="admin")
    for address in (f"/posts/{post.code}/end", "/people/admin/deactivate", "/people/admin/password"):
        assert "E-WEB-42" in admin.post(address, {"reason": "x"}).content.decode()
    assert not Entry.objects.exists()


def test_a_post_is_ended_and_kept_and_can_be_given_again(signed: Callable[[str], Client], city: City) -> None:
    admin, editor = signed("admin"), signed("bh-editor")
    assert "滨海新区" in editor.get("/units/").content.decode()
    post = Post.objects.get(person__username="bh-editor")
    assert admin.post(f"/posts/{post.code}/end", {"reason": "调离", "edition": post.edition}).status_code == 302
    post.refresh_from_db()
    assert (post.active, post.ended_by) == (False, "admin")
    assert post.ended is not None
    assert Entry.objects.get().reason == "调离"
    assert editor.get("/units/").status_code == 403  # at once
    assert "已终止" in admin.get("/people/bh-editor").content.decode()
    assert admin.post(f"/posts/{post.code}/end", {"reason": "again"}).status_code == 422
    assert admin.post("/people/bh-editor/posts", {"unit": "TJ-BH", "role": "editor"}).status_code == 302
    assert Post.objects.filter(person=city.people["bh-editor"]).count() == 2
    assert len(set(Post.objects.values_list("code", flat=True))) == Post.objects.count()
    again = admin.post("/people/bh-editor/posts", {"unit": "TJ-BH", "role": "editor"})
    assert "E-WEB-43" in again.content.decode()


def test_the_last_administrator_stays(city: City) -> None:
    post = Post.objects.get(person__username="admin")
    with pytest.raises(HaiheError, match="E-WEB-44"):
        staff.end(DESK, post)
    with pytest.raises(HaiheError, match="E-WEB-44"):
        staff.deactivate(DESK, city.people["admin"])
    staff.hire(DESK, "bh-admin", "区管理员", city.units["TJ-BH"], "admin", below=True)
    with pytest.raises(HaiheError, match="E-WEB-44"):  # one of a district does not answer for the city
        staff.end(DESK, Post.objects.get(person__username="admin"))
    staff.hire(DESK, "second", "第二管理员", city.units["TJ"], "admin", below=True)
    staff.end(DESK, Post.objects.get(person__username="admin"))


def test_a_district_administrator_keeps_to_the_district(city: City, client: Client) -> None:
    bh_admin, _ = staff.hire(DESK, "bh-admin", "区管理员", city.units["TJ-BH"], "admin", below=True)
    narrow, _ = staff.hire(DESK, "narrow-admin", "处室管理员", city.units["TJ-BH"], "admin")
    Person.objects.update(must_change=False)
    client.force_login(bh_admin)
    assert client.get("/people/hp-editor").status_code == 404
    assert client.post("/people/bh-editor/posts", {"unit": "TJ", "role": "planner"}).status_code == 422
    assert (
        client.post("/people/new", {"username": "x", "name_zh": "x", "unit": "BJ", "role": "viewer"}).status_code == 422
    )
    # somebody of the city who helps out in the district is seen, and not the district's to change
    staff.give(DESK, city.people["planner"], city.units["TJ-BH"], "viewer")
    assert client.get("/people/planner").status_code == 200
    for address in ("password", "deactivate", "edit", "posts"):
        assert client.post(f"/people/planner/{address}").status_code == 403
    assert city.people["planner"].check_password("a-long-test-password")
    page = client.get("/people/planner").content.decode()
    assert "天津市市级规划人员" not in page  # a post beyond the reach is not told
    other = Client()
    other.force_login(narrow)
    wide = other.post("/people/bh-editor/posts", {"unit": "TJ-BH", "role": "viewer", "below": "on"})
    assert wide.status_code in (403, 422)
    assert not Post.objects.filter(person__username="bh-editor", role="viewer").exists()


def test_the_auditor_sees_and_changes_nothing(signed: Callable[[str], Client]) -> None:
    auditor = signed("auditor")
    page = auditor.get("/people/bh-editor").content.decode()
    assert "滨海新区" in page
    assert "<form" not in re.sub(r"(?s)<header.*?</header>", "", page).replace('<form class="search"', "")
    assert "/people/new" not in auditor.get("/people/").content.decode()
    assert auditor.post("/people/bh-editor/deactivate", {}).status_code == 403


def test_two_administrators_at_once(signed: Callable[[str], Client], city: City) -> None:
    staff.hire(DESK, "second", "第二管理员", city.units["TJ"], "admin", below=True)
    edition = Unit.objects.get(code="TJ-BH").edition
    asked = {"name_zh": "甲", "kind_of": "district", "edition": edition}
    assert signed("admin").post("/units/TJ-BH/edit", asked).status_code == 302
    second = signed("admin").post("/units/TJ-BH/edit", asked | {"name_zh": "乙"})
    assert second.status_code == 409
    assert "E-WEB-20" in second.content.decode()
    assert Unit.objects.get(code="TJ-BH").name_zh == "甲"


def test_units_are_made_edited_and_moved_on_pages(signed: Callable[[str], Client], city: City) -> None:
    del city
    admin = signed("admin")
    asked = {"code": "PARK-1", "name_zh": f"园{SCRIPT}", "kind_of": "park", "parent": "TJ-BH"}
    assert admin.post("/units/new", asked).headers["Location"] == "/units/PARK-1"
    assert SCRIPT not in admin.get("/units/PARK-1").content.decode()
    assert admin.post("/units/new", asked | {"code": "PARK-2", "parent": "BJ"}).status_code == 422
    assert admin.post("/units/PARK-1/move", {"parent": "TJ-HP", "reason": "调整"}).status_code == 302
    assert Unit.objects.get(code="PARK-1").path == "TJ/TJ-HP/PARK-1/"
    assert admin.post("/units/TJ-HP/move", {"parent": "PARK-1"}).status_code == 422
    assert not list(verify())


def test_lists_ask_the_database_no_more_for_more_people(signed: Callable[[str], Client], city: City) -> None:
    admin = signed("admin")

    def asked(address: str) -> int:
        admin.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert admin.get(address).status_code == 200
        return len(queries)

    before = [asked(address) for address in ("/people/", "/people/?role=editor", "/units/", "/units/TJ")]
    for n in range(30):
        unit = Unit.objects.create(code=f"P{n}", name_zh="园", kind_of="park", parent=city.units["TJ"])
        staff.hire(DESK, f"more-{n}", "多", unit, "editor")
    assert [asked(address) for address in ("/people/", "/people/?role=editor", "/units/", "/units/TJ")] == before


def test_people_are_found_by_pinyin_role_and_state(signed: Callable[[str], Client], city: City) -> None:
    pytest.importorskip("pypinyin")
    staff.hire(DESK, "w1", "王海河", city.units["TJ-BH"], "reviewer")
    admin = signed("admin")
    for address in ("/people/?q=whh", "/people/?q=wanghaihe", "/people/?q=海河", "/search?q=whh"):
        assert "王海河" in admin.get(address).content.decode()
    assert "王海河" not in signed("hp-editor").get("/search?q=whh").content.decode()
    page = admin.get("/people/?role=reviewer").content.decode()
    assert "王海河" in page
    assert "bh-editor" not in page


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["user", *arguments, "--json"])


def test_the_command_line_is_on_the_record(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    del city
    monkeypatch.setattr(start, "prepare", lambda _home: None)  # the test's own database
    made = run("add", "li", "--name", "李", "--unit", "TJ-HP", "--role", "editor")
    assert made.exit_code == 0, made.output
    assert Person.objects.get(username="li").check_password(json.loads(made.stdout)["password"])
    assert run("role", "li", "--unit", "TJ-HP", "--role", "viewer", "--below").exit_code == 0
    assert run("role", "li", "--unit", "TJ-HP", "--role", "viewer", "--end").exit_code == 0
    assert run("role", "li", "--unit", "TJ-HP", "--role", "viewer", "--end").exit_code == 1
    first = json.loads(run("password", "li").stdout)["password"]
    assert Person.objects.get(username="li").check_password(first)
    assert run("deactivate", "li", "--reason", "调离").exit_code == 0
    listed = json.loads(run("list", "--unit", "TJ-HP").stdout)["people"]
    assert {each["username"]: each["active"] for each in listed} == {
        "hp-editor": True, "hp-approver": True, "li": False,
    }  # fmt: skip
    assert run("add", "li", "--name", "李", "--unit", "TJ-HP", "--role", "editor").exit_code == 1
    assert json.loads(run("password", "nobody").stdout)["findings"][0]["code"] == "E-WEB-47"
    assert json.loads(run("add", "x", "--name", "x", "--unit", "??", "--role", "editor").stdout)["ok"] is False
    entries = Entry.objects.values_list("verb", "channel")
    assert list(entries) == [(verb, "cli") for verb in ("create", "give", "give", "end", "password-set", "deactivate")]
