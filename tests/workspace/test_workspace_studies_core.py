"""Studies: asked for, run once for equal inputs, kept exactly, seen by whom they are about, deleted by who asked."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from study_cases import asked, found, fresh, version_of

from haihe.messages import HaiheError
from haihe.planning import plan
from haihe.workspace.audit.models import Entry
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of
from haihe.workspace.jobs.models import CANCELLED, DONE, QUEUED, Job
from haihe.workspace.jobs.worker import drain
from haihe.workspace.keeping.backup import FOLDERS
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies import asking
from haihe.workspace.studies.asking import ask, kept_of, plan_of
from haihe.workspace.studies.models import Study
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def code_of(error: "pytest.ExceptionInfo[HaiheError]") -> str:
    return error.value.findings[0].code


def test_a_plan_is_kept_as_the_library_says_it(city: City) -> None:
    study = found(city)
    result = kept_of(study)
    made = plan(region_of(version_of(city)), band=False)
    assert [line.zh for line in result.lines] == [line.text.zh for line in made.lines]
    tables = {figure.table.key: figure.table for figure in made.figures.values()} | made.tables
    kept = {table.key: table for table in result.tables.values()}
    assert kept.keys() == tables.keys()
    for key, table in tables.items():
        for lang in ("zh", "en"):
            assert kept[key].to_csv(lang) == table.to_csv(lang)  # type: ignore[arg-type]
        assert kept[key].shown_rows() == table.shown_rows()
    back = plan_of(study)
    assert (back.loss, back.gain) == (made.loss, made.gain)
    assert result.numbers["loss_bn_yuan"] == made.loss
    assert {key for key, piece in result.pieces.items() if piece.charted} == set(made.figures)


def test_equal_inputs_are_solved_once_whoever_asks(city: City) -> None:
    first = found(city)
    runs = []

    def counted(*args: object, **more: object) -> object:
        runs.append(args)
        raise AssertionError("it was solved again")

    with patch("haihe.workspace.studies.tasks.keep", counted):
        second = asked(city, by="chief")
        assert second.job is not None
        assert second.job.same_as == first.job.code
        district = asked(city, by="bh-editor", unit="TJ-BH", settings={"projects": True, "path": "uniform"})
        assert fresh(district).done
        drain()
    assert not runs
    assert kept_of(fresh(district)).lines == kept_of(fresh(first)).lines
    other = asked(city, settings={"projects": False})
    assert other.job is not None
    assert other.job.state == QUEUED


def test_equal_content_of_another_version_is_not_solved_again(city: City) -> None:
    first = found(city, "diagnosis")
    version = version_of(city)
    twin = Version.objects.create(
        code="small-9", number=9, dataset=version.dataset, unit=version.unit, state=version.state, sha256=version.sha256,
        tables=version.tables, meta=version.meta, created_by="planner",
    )  # fmt: skip
    study = ask(city.people["planner"], city.units["TJ"], twin, "diagnosis")
    assert study.done
    assert study.mark == first.mark


def test_equal_work_of_two_offices_is_done_once_though_both_wait(city: City) -> None:
    mine, theirs = asked(city, "diagnosis"), asked(city, "diagnosis", by="bh-editor", unit="TJ-BH")
    assert [fresh(each).state for each in (mine, theirs)] == [QUEUED, QUEUED]
    drain()
    first, second = fresh(mine), fresh(theirs)
    assert first.done
    assert second.done
    assert second.job is not None
    assert first.job is not None
    assert second.job.same_as == first.job.code
    assert Entry.objects.filter(kind="jobs.job", code=second.job.code, verb="done").exists()


def test_a_scenario_is_copied_and_its_reasons_change_nothing_of_the_result(city: City) -> None:
    version, planner = version_of(city), city.people["planner"]
    edits = [["limits", "cap|2019", "value", "0.85", "试算"]]
    scenario = Scenario.objects.create(
        code="looser", name_zh="放宽", dataset=version.dataset, version=version, unit=city.units["TJ"], edits=edits
    )
    study = ask(planner, city.units["TJ"], version, "plan", scenario=scenario, settings={"projects": False})
    drain()
    study = fresh(study)
    assert study.done, study.job and study.job.error
    assert study.edits == edits
    scenario.edits = [["limits", "cap|2019", "value", "0.85", "另一个理由"]]
    scenario.save()
    again = ask(planner, city.units["TJ"], version, "plan", scenario=scenario, settings={"projects": False})
    assert again.done
    scenario.edits = [["limits", "cap|2019", "value", "0.9", ""]]
    scenario.save()
    assert fresh(study).edits == edits, "what a study was run on never changes"
    assert not ask(planner, city.units["TJ"], version, "plan", scenario=scenario, settings={"projects": False}).done
    plain = found(city, settings={"projects": False})
    assert plan_of(study).loss < plan_of(plain).loss


def test_who_does_not_see_the_data_or_the_scenario_does_not_see_the_study(city: City, signed: Signed) -> None:
    study = found(city, "diagnosis")
    assert signed("auditor").get(study.get_absolute_url()).status_code == 200
    assert signed("bj-planner").get(study.get_absolute_url()).status_code == 404
    assert signed("bh-editor").get(study.get_absolute_url()).status_code == 404, "the city's own"
    theirs = asked(city, by="bh-editor", unit="TJ-BH", settings={"upgrades": False})
    assert theirs in Study.objects.visible_to(city.people["planner"])
    scenario = Scenario.objects.create(
        code="draft", name_zh="草案", dataset=theirs.version.dataset, version=theirs.version, unit=city.units["TJ-BH"]
    )
    hidden = asked(city, by="bh-editor", unit="TJ-BH", scenario=scenario)
    assert hidden in Study.objects.visible_to(city.people["bh-editor"])
    assert hidden not in Study.objects.visible_to(city.people["planner"]), "the scenario is a draft of the district"
    assert signed("bj-planner").get("/studies/").content.decode().count(study.code) == 0
    viewer = signed("auditor")
    assert viewer.get("/studies/new").status_code == 403
    assert viewer.post(f"/studies/{study.code}/again").status_code == 403


def test_settings_and_tables_are_asked_for_before_anything_is_queued(city: City) -> None:
    version, planner, unit = version_of(city), city.people["planner"], city.units["TJ"]
    for kind, said, code in (
        ("none", {}, "E-STU-01"),
        ("plan", {"path": "nowhere"}, "E-STU-03"),
        ("plan", {"colour": "red"}, "E-STU-03"),
        ("plan", {"goals": "jobs = a lot"}, "E-STU-03"),
        ("diagnosis", {"chain": "none"}, "E-STU-03"),
    ):
        with pytest.raises(HaiheError) as error:
            ask(planner, unit, version, kind, settings=said)
        assert code_of(error) == code
    version.tables = {name: kept for name, kept in version.tables.items() if name != "accounts"}
    with pytest.raises(HaiheError) as error:
        ask(planner, unit, version, "plan")
    assert code_of(error) == "E-STU-02"
    assert not Job.objects.filter(task__startswith="studies.").exists()
    assert not Study.objects.exists()


def test_a_study_is_deleted_by_who_asked_and_its_folder_goes_with_the_last(city: City) -> None:
    first, second = found(city, "diagnosis"), asked(city, "diagnosis", by="chief")
    folder = Path(asking.folder_of(fresh(first).job))  # type: ignore[arg-type]
    assert folder.exists()
    assert folder.relative_to(settings.OFFICE.home).parts[0] in FOLDERS, "backups hold it"
    with pytest.raises(PermissionDenied):
        asking.delete(city.people["planner"], fresh(second))
    asking.delete(city.people["planner"], fresh(first))
    assert Entry.objects.filter(kind="studies.study", verb="delete", code=first.code).exists()
    assert kept_of(fresh(second)).lines, "another has the same result"
    asking.delete(city.people["chief"], fresh(second))
    assert Job.objects.filter(result__isnull=False, task="studies.run-diagnosis").count() == 0
    third = asked(city, "diagnosis")
    assert third.job is not None
    assert third.job.state == QUEUED, "what was forgotten is computed anew"


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks: Callable[..., object]) -> Callable[..., object]:
    return django_capture_on_commit_callbacks


def test_the_folder_goes_when_the_deletion_stands(city: City, on_commit: Callable[..., object]) -> None:
    study = found(city, "diagnosis")
    folder = Path(asking.folder_of(study.job))  # type: ignore[arg-type]
    with on_commit(execute=True):  # type: ignore[attr-defined]
        asking.delete(city.people["planner"], study)
    assert not folder.exists()


def test_what_was_changed_since_is_not_shown(city: City, signed: Signed) -> None:
    study = found(city)
    assert study.job is not None
    folder = asking.folder_of(study.job)
    (folder / "plan.bin").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(HaiheError) as error:
        plan_of(study)
    assert code_of(error) == "E-STU-05"
    page = folder / "index.json"
    page.write_bytes(page.read_bytes().replace(b"2025", b"2026"))
    body = signed("planner").get(study.get_absolute_url())
    assert body.status_code == 200
    assert "index.json" in body.content.decode()
    (folder / "index.json").unlink()
    assert signed("planner").get(f"{study.get_absolute_url()}/workbook").status_code == 422


def test_a_cancelled_study_is_run_again(city: City, signed: Signed) -> None:
    study = asked(city, "diagnosis")
    client = signed("planner")
    assert client.post(f"/studies/{study.code}/delete", {"edition": study.edition}).status_code == 409, "it waits"
    assert client.post(f"/studies/{study.code}/cancel", {"edition": study.edition}).status_code == 302
    assert fresh(study).state == CANCELLED
    assert client.post(f"/studies/{study.code}/again", {"edition": study.edition}).status_code == 302
    drain()
    assert fresh(study).state == DONE
    with pytest.raises(HaiheError):
        kept_of(asked(city, settings={"upgrades": False}))


def test_an_office_keeps_as_many_as_the_setting_says(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(city)
    monkeypatch.setitem(settings.OFFICE.values, "STUDIES_PER_UNIT", 1)
    with pytest.raises(HaiheError) as error:
        asked(city, by="chief", settings={"upgrades": False})
    assert code_of(error) == "E-STU-07"
