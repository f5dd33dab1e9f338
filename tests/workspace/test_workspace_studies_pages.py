"""Pages of studies: asked for by the form, listed, read by group, one figure, files, what stands above it, in both languages."""

import io
from collections.abc import Callable
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from study_cases import asked, found, version_of

from haihe.workspace.jobs.worker import drain
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies.asking import kept_of
from haihe.workspace.studies.models import Study
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def page(client: Client, address: str, lang: str = "en", status: int = 200) -> str:
    client.cookies["haihe-language"] = lang
    answer = client.get(address)
    assert answer.status_code == status, answer.content[-2000:]
    return str(answer.content.decode())


def test_a_study_is_asked_for_by_its_form(city: City, signed: Signed) -> None:
    version, client = version_of(city), signed("bh-editor")
    assert version.code in page(client, "/studies/new")
    assert page(client, f"/data/versions/{version.code}").count(f"/studies/new?version={version.code}") == 1
    address = f"/studies/new?version={version.code}&kind=diagnosis"
    assert "metal" in page(client, address)
    refused = client.post(address, {"unit": "TJ-BH", "chain": "none"})
    assert refused.status_code == 422
    assert not Study.objects.exists()
    assert client.post(address, {"unit": "TJ", "chain": ""}).status_code == 422, "not an office of theirs"
    answer = client.post(address, {"unit": "TJ-BH", "chain": "metal", "name_zh": "金属链诊断"})
    study = Study.objects.get()
    assert urlsplit(answer["Location"]).path == study.get_absolute_url()
    assert (study.unit.code, study.settings, study.name.en) == ("TJ-BH", {"chain": "metal"}, "金属链诊断")
    waits = page(client, study.get_absolute_url())
    assert "hx-get" in waits, "the page follows the job"
    drain()
    assert "Chains" in page(client, study.get_absolute_url())


def test_what_a_kind_lacks_is_said_before(city: City, signed: Signed) -> None:
    version = version_of(city)
    type(version).objects.filter(pk=version.pk).update(
        tables={name: kept for name, kept in version.tables.items() if name != "accounts"}
    )
    address = f"/studies/new?version={version.code}&kind=plan"
    assert "核算" in page(signed("planner"), address, "zh", 422)


def test_the_list_filters_and_asks_few_questions(city: City, signed: Signed) -> None:
    client = signed("planner")
    assert "/studies/new" in page(client, "/studies/")
    for at in range(3):
        asked(city, settings={"goals": f"jobs = {at + 1}"})
    done = found(city, "diagnosis", title=None)
    assert done.code in page(client, "/studies/?kind=diagnosis")
    assert "wait" not in page(client, "/studies/?state=failed").split("<tbody>")[-1]
    assert page(client, "/studies/?kind=plan&dataset=small").count("<tr>") == 1 + 3
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, "/studies/")
    for at in range(4):
        asked(city, settings={"goals": f"jobs = {at + 10}"})
    with CaptureQueriesContext(connection) as many:
        page(client, "/studies/")
    assert len(many) == len(few)
    assert client.get("/studies/?as=csv").status_code == 200


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_result_says_what_it_rests_on(city: City, signed: Signed, lang: str) -> None:
    version = version_of(city)
    scenario = Scenario.objects.create(
        code="more", name_zh="多产钢", name_en="More steel", dataset=version.dataset, version=version,
        unit=city.units["TJ"], edits=[["regions", "north", "name_en", "The North", "改名"]],
    )  # fmt: skip
    study = found(city, "diagnosis", scenario=scenario)
    client = signed("auditor")
    text = page(client, study.get_absolute_url(), lang)
    for said in (version.code, version.sha256[:12], study.mark, "The North", "改名", scenario.name(lang)):  # type: ignore[arg-type]
        assert said in text
    assert ("含示例数据" if lang == "zh" else "rests on illustrative data") in text
    assert "The North" in " ".join(line.en for line in kept_of(study).lines) or "The North" in text
    result = kept_of(study)
    for line in result.lines:
        assert line(lang) in text.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")  # type: ignore[arg-type]
    shown = {key for key in result.pieces if f'data-key="{key}"' in text}
    first = {piece.key for piece in result.groups[0][1]}
    assert shown == first, "one group at a time"
    whole = page(client, f"{study.get_absolute_url()}?group=all", lang)
    assert all(f'data-key="{key}"' in whole for key in result.pieces)
    assert page(client, f"{study.get_absolute_url()}?group=999", lang)
    assert page(client, f"{study.get_absolute_url()}?group=x", lang)


def test_a_figure_has_an_address_and_files(city: City, signed: Signed) -> None:
    study, client = found(city, "diagnosis"), signed("planner")
    base, key = study.get_absolute_url(), "structure-quotients"
    chart = page(client, f"{base}/figures/{key}")
    assert f'id="figure-{key}"' in chart
    assert "haihe-data" in chart
    numbers = page(client, f"{base}/figures/{key}?tab=table&view={key};off=1")
    assert 'class="chart"' not in numbers
    assert f"view={key}%3Boff%3D1" in numbers, "the other tab keeps what the address says"
    assert page(client, f"{base}/figures/none", status=422)
    assert client.get(f"{base}/figures/{key}/exe").status_code == 404
    assert client.get(f"{base}/figures/{key}/csv").content.startswith(b"\xef\xbb\xbf")
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{base}/workbook").content))
    assert len(book.sheetnames) == len(kept_of(study).pieces)


def test_the_job_says_nothing_of_what_was_found(city: City, signed: Signed) -> None:
    study = found(city, "diagnosis")
    line = kept_of(study).lines[0]
    assert study.job is not None
    assert line.en not in page(signed("planner"), study.job.get_absolute_url())
    assert line.en not in str(study.job.result)
    assert study.get_absolute_url() in page(signed("planner"), study.job.get_absolute_url())


def test_it_is_found_and_a_scenario_leads_to_one(city: City, signed: Signed) -> None:
    study, client = asked(city, "diagnosis"), signed("planner")
    assert f'href="{study.get_absolute_url()}"' in page(client, "/search?q=chanye")
    scenario = Scenario.objects.create(
        code="led", name_zh="情景", dataset=study.version.dataset, version=study.version, unit=city.units["TJ"]
    )
    address = f"/studies/new?version={study.version.code}&scenario=led"
    assert address.replace("&", "&amp;") in page(client, scenario.get_absolute_url())
    chosen = page(client, f"{address}&kind=plan")
    assert '<option value="led" selected>' in chosen
    assert "hx-get" not in page(signed("auditor"), "/studies/")
