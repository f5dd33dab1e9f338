"""Forms and lists: errors beside their fields, editions kept, services' refusals in the form; filters that cannot be broken."""

from collections.abc import Callable
from datetime import date

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from haihe.messages import Finding, HaiheError, Text
from haihe.workspace.frame.forms import OfficeForm, edition_of
from haihe.workspace.frame.words import words
from haihe.workspace.units.models import Unit
from workspace_cases import City

pytestmark = pytest.mark.django_db


class ParkForm(OfficeForm):
    name_zh = forms.CharField(
        label=words("中文名", "name in Chinese"), help_text=words("如“滨海高新区”", "as it is written")
    )
    name_en = forms.CharField(label=words("英文名", "name in English"), required=False)
    area = forms.IntegerField(label=words("面积", "area"), min_value=1)
    groups = ((Text("规模", "size"), ("area",)),)


def asked(city: City, sent: dict[str, str] | None = None) -> HttpRequest:
    factory = RequestFactory()
    request = factory.get("/x") if sent is None else factory.post("/x", sent)
    request.user = city.people["planner"]  # type: ignore[assignment]
    request._messages = []  # type: ignore[attr-defined]
    return request


def shown(request: HttpRequest, form: OfficeForm, lang: str = "zh") -> tuple[HttpResponse, str]:
    request.LANGUAGE_CODE = {"zh": "zh-hans", "en": "en"}[lang]
    with translation.override(request.LANGUAGE_CODE):
        answer = form.page(request, Text("新建", "New"), back="/")
    return answer, answer.content.decode()


@pytest.mark.parametrize(
    ("lang", "label", "must", "group"),
    [("zh", "中文名", "必填", "规模"), ("en", "name in Chinese", "required", "size")],
)
def test_a_form_speaks_the_pages_language(city: City, lang: str, label: str, must: str, group: str) -> None:
    request = asked(city)
    answer, page = shown(request, ParkForm.of(request), lang)
    assert answer.status_code == 200
    assert label in page
    assert must in page
    assert f"<legend>{group}</legend>" in page
    assert 'aria-describedby="id_name_zh_helptext"' in page
    assert "csrfmiddlewaretoken" in page


def test_what_is_chosen_among_is_called_by_name(city: City) -> None:
    class UnitForm(OfficeForm):
        unit = forms.ModelChoiceField(Unit.objects.all(), to_field_name="code")

    request = asked(city)
    assert '<option value="TJ-BH">滨海新区</option>' in shown(request, UnitForm.of(request))[1]
    assert '<option value="TJ-BH">Binhai</option>' in shown(request, UnitForm.of(request), "en")[1]


def test_errors_stand_beside_their_fields_and_in_a_summary_that_leads_there(city: City) -> None:
    request = asked(city, {"name_zh": "", "area": "-2"})
    form = ParkForm.of(request)
    assert not form.done(lambda: pytest.fail("a form that is not valid ran its service"))
    answer, page = shown(request, form)
    assert answer.status_code == 422
    for name in ("name_zh", "area"):
        assert f'href="#id_{name}"' in page
        assert f'id="id_{name}_error"' in page
        assert (
            f"id_{name}_error" in page.split(f'id="id_{name}"')[0].rsplit("<", 1)[-1] + page.split(f'id="id_{name}"')[1]
        )
    assert page.count('aria-invalid="true"') == 2


def test_what_is_typed_is_shown_as_text(city: City) -> None:
    request = asked(city, {"name_zh": "<script>alert(1)</script>", "area": "x"})
    _, page = shown(request, ParkForm.of(request))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_form_keeps_the_edition_of_what_it_shows(city: City) -> None:
    unit = city.units["TJ-BH"]
    form = ParkForm.of(asked(city), unit)
    assert form.initial == {"name_zh": "滨海新区", "name_en": "Binhai", "edition": 1}
    sent = ParkForm.of(asked(city, {"name_zh": "a", "area": "1", "edition": "7"}), unit)
    assert sent.done(lambda: None)
    assert sent.seen == 7
    assert sent.values() == {"name_zh": "a", "name_en": "", "area": 1}


def test_what_a_service_refuses_becomes_the_forms_error(city: City) -> None:
    request = asked(city, {"name_zh": "a", "area": "1"})
    form = ParkForm.of(request)

    def refuse() -> None:
        raise HaiheError.of(
            [Finding("E-WEB-70", column="area", values={"value": "x"}), Finding("E-WEB-72", values={"value": "y"})]
        )

    assert not form.done(refuse)
    assert "E-WEB-70" in str(form.errors["area"])
    assert "E-WEB-72" in str(form.non_field_errors())
    assert shown(request, form)[0].status_code == 422


def test_a_conflict_is_left_to_its_own_page(city: City) -> None:
    form = ParkForm.of(asked(city, {"name_zh": "a", "area": "1"}))

    def conflict() -> None:
        raise HaiheError("E-WEB-20", value="x", seen=1, edition=2)

    with pytest.raises(HaiheError, match="E-WEB-20"):
        form.done(conflict)


@pytest.mark.parametrize(
    ("said", "edition"), [("3", 3), ("", None), ("x", None), ("-1", None), ("9" * 30, None), ("²", None)]
)
def test_an_edition_is_read_or_nothing(city: City, said: str, edition: int | None) -> None:
    assert edition_of(asked(city, {"edition": said})) == edition


@pytest.mark.parametrize(
    "query",
    [
        "sort=--number",
        "sort=hash",
        "sort=;drop",
        "page=-1",
        "page=x",
        "page=99999",
        "since=2026-99-99",
        "since=x",
        "kind=none",
        "verb=%F0",
        "q=%25",
        "q='\"",
        "unit=*",
    ],
)
def test_an_address_that_makes_no_sense_is_no_error(signed: Callable[[str], Client], query: str) -> None:
    assert signed("auditor").get(f"/audit?{query}").status_code == 200


@pytest.mark.parametrize("path", ["/audit?q=%00", "/search?q=a%00b", "/history/units.unit/T%00J"])
def test_nul_is_refused(signed: Callable[[str], Client], path: str) -> None:
    assert signed("auditor").get(path).status_code == 400
    assert signed("auditor").post("/language", {"lang": "en", "back": "/\0"}).status_code == 400


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_download_is_a_file_that_is_never_run(signed: Callable[[str], Client], form: str) -> None:
    answer = signed("auditor").get(f"/audit?as={form}")
    assert answer["Content-Disposition"] == f'attachment; filename="audit.{form}"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_day_is_shown_as_browsers_take_it(city: City, lang: str) -> None:
    class DayForm(OfficeForm):
        due = forms.DateField(label=words("期限", "due"))

    request = asked(city)
    _, page = shown(request, DayForm.of(request, initial={"due": date(2027, 1, 2)}), lang)
    assert 'type="date"' in page
    assert 'value="2027-01-02"' in page
    assert DayForm.of(asked(city, {"due": "2027-01-02"})).is_valid()
