"""Objects of every kind that the API names, for tests: one in the district Binhai, one in the neighbouring region Beijing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from django.db import transaction
from django.test import Client

from haihe.region.draft import empty_table
from haihe.region.tables import TABLES
from haihe.workspace.api.operations import Operation
from haihe.workspace.data import store as tables_store
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.intake.models import Upload
from haihe.workspace.jobs.models import Job
from haihe.workspace.papers.models import Paper
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.rounds.models import Application, Award, Line, Round, RuleText, Run
from haihe.workspace.units import tokens
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Unit
from workspace_cases import City

SCRIPT = "<script>alert(1)</script>"
HOMES = ("TJ-BH", "BJ")


@dataclass(frozen=True)
class Things:
    """One object of each kind in a unit, by model, and the units that are parties to it."""

    unit: Unit
    objects: dict[type[Any], Any]


def tables() -> dict[str, dict[str, Any]]:
    """Keep a small table with a script among its words."""
    spec = TABLES["sources"]
    words = [spec.names.index(each.name) for each in spec.columns if each.kind == "text"]
    rows = [
        [f"s{n}" if at == 0 else SCRIPT if at in words else None for at in range(len(spec.names))] for n in range(5)
    ]
    frame = pd.DataFrame(rows, columns=spec.names).astype(empty_table(spec).dtypes.to_dict())
    return tables_store.put({"sources": frame})


def things_in(unit: Unit) -> Things:
    """Make one object of each kind in a unit; approved where drafts would be hidden."""
    who = {"unit": unit, "created_by": "somebody"}
    dataset = Dataset.objects.create(code=f"d-{unit.code}", name_zh=SCRIPT, number=1, **who)
    version = Version.objects.create(
        code=f"d-{unit.code}-1", dataset=dataset, number=1, sha256="0" * 64, tables=tables(), state=APPROVED, **who
    )
    request = Request.objects.create(
        code=f"r-{unit.code}",
        title=SCRIPT,
        dataset=dataset,
        base=version,
        due=date.today() - timedelta(days=3),
        state="open",
        **who,
    )
    answer = Answer.objects.create(code=f"a-{unit.code}", request=request, state=APPROVED, **who)
    job = Job.objects.create(
        code=f"J-{unit.code}",
        task="toy",
        title_zh=SCRIPT,
        title_en=SCRIPT,
        mark=f"api-{unit.code}",
        state="done",
        **who,
    )
    upload = Upload.objects.create(
        code=f"u-{unit.code}", target="dataset", thing=dataset.code, file_name=SCRIPT, sha256="2" * 64, size=1, **who
    )
    duty = Duty.objects.create(code=f"duty-{unit.code}", issuer=unit, name_zh=SCRIPT, **who)
    target = Target.objects.create(
        code=f"target-{unit.code}", issuer=unit, name_zh=SCRIPT, year=2027, value=25, counted_in="%", **who
    )
    report = Report.objects.create(
        code=f"report-{unit.code}", duty=duty, period="2026-01", share=5, words=SCRIPT, state=APPROVED, **who
    )
    paper = Paper.objects.create(
        code=f"paper-{unit.code}", about_kind=Duty.kind(), about=duty.code, title=SCRIPT, file_name=SCRIPT,
        sha256="3" * 64, size=1, **who,
    )  # fmt: skip
    board = Board.objects.create(code=f"board-{unit.code}", name_zh=SCRIPT, **who)
    project = Project.objects.create(
        code=f"project-{unit.code}", board=board, name_zh=SCRIPT, since=date(2026, 1, 1), investment=1, output=1, **who
    )
    move = Move.objects.create(
        code=f"move-{unit.code}", project=project, from_stage="contact", to_stage="signed", day=date(2026, 1, 1),
        why=SCRIPT, state="submitted", **who,
    )  # fmt: skip
    rounds = rounds_in(unit, who)
    made = (
        *rounds,
        unit,
        dataset,
        version,
        request,
        answer,
        job,
        upload,
        duty,
        target,
        report,
        paper,
        board,
        project,
        move,
    )
    return Things(unit, {type(each): each for each in made})


def rounds_in(unit: Unit, who: dict[str, Any]) -> tuple[Any, ...]:
    """Make a published round with a run, an application and its award."""
    rules = RuleText.objects.get_or_create(sha256="4" * 64, defaults={"file_name": "x.yaml", "text": SCRIPT})[0]
    day = date(2026, 1, 1)
    called = Round.objects.create(
        code=f"round-{unit.code}", name_zh=SCRIPT, rules=rules, day=day, year=2026, budget=1, opens=day, closes=day,
        state="open", **who,
    )  # fmt: skip
    each = Application.objects.create(
        code=f"case-{unit.code}", round=called, title=SCRIPT, state="submitted", district=unit, **who
    )
    run = Run.objects.create(
        code=f"run-{unit.code}", round=called, purpose="rank", number=1, inputs="5" * 64, outputs="6" * 64, version="0",
        **who,
    )  # fmt: skip
    line = Line.objects.create(run=run, application=each, edition=1, state="eligible", support=2, city=1, district=1)
    award = Award.objects.create(
        code=f"award-{unit.code}", round=called, application=each, line=line, support=2, city=1, district_part=1,
        decided_by="x", **who,
    )  # fmt: skip
    return called, each, run, award


def filled(city: City) -> list[Things]:
    """Make the objects of both homes."""
    return [things_in(city.units[code]) for code in HOMES]


def bearer(person: Person, *scopes: str) -> dict[str, str]:
    """Make a token and give the header that shows it."""
    return {"Authorization": f"Bearer {tokens.create(person, 'test', scopes or ('read', 'write', 'approve'), 7)[1]}"}


def body_of(operation: Operation) -> Any:
    """Give the smallest body that an operation takes."""
    return (
        {"reason": "because", "remark": "none", "code": "nothing0000", "period": "2026-01", "share": 5}
        if operation.body
        else None
    )


def called(client: Client, operation: Operation, code: str = "", **headers: str) -> Any:
    """Call an operation, undoing whatever it changes."""
    path = "/api/v1" + operation.path.replace("{code}", code or "none").replace("{table}", "sources").replace(
        "{kind}", "units.unit"
    )
    with transaction.atomic():
        sent = {"headers": headers}
        if operation.method == "GET":
            answer = client.get(path, **sent)
        elif operation.file:
            answer = client.post(path, b"nothing", content_type="application/octet-stream", **sent)
        else:
            answer = client.post(path, body_of(operation), content_type="application/json", **sent)
        transaction.set_rollback(True)
    return answer
