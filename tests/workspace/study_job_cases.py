"""What the test of studies in real workers does on a workspace in processes of its own."""

import time
from typing import Any

from haihe.workspace.jobs.models import CANCELLED, RUNNING, Job
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit

PATIENCE = 400.0


def seed() -> str:
    """Make the small city with the example as a dataset; gives the code of its version."""
    import haihe as hh
    from haihe.workspace.data.versions import create
    from workspace_cases import small_city

    city = small_city()
    region = hh.example("jing-jin-ji")
    dataset = create(city.people["planner"], city.units["TJ"], "jjj", "京津冀", "Jing-Jin-Ji", region)
    assert dataset.current is not None
    return str(dataset.current.code)


def ask(settings: dict[str, Any], who: str = "planner", unit: str = "TJ") -> str:
    """Ask for a plan; gives the code of the study."""
    from haihe.workspace.data.models import Version
    from haihe.workspace.studies.asking import ask as ask_for

    person = Person.objects.get(username=who)
    version = Version.objects.select_related("dataset").get(code="jjj-1")
    study = ask_for(person, Unit.objects.get(code=unit), version, "plan", settings=settings, channel="cli")
    return str(study.code)


def job_of(code: str) -> Job:
    """Give the job of a study as it is now."""
    found: Job = Study.objects.select_related("job").get(code=code).job  # type: ignore[assignment]
    return found


def said(code: str) -> dict[str, Any]:
    """Say how far a study is."""
    job = job_of(code)
    return {"state": job.state, "tries": job.tries, "words": job.words_en, "why": job.error, "same": job.same_as}


def wait_until_solving(code: str, words: str = "solving the plan") -> dict[str, Any]:
    """Wait until a study says that it solves, or is over."""
    end = time.monotonic() + PATIENCE
    seen = False
    while time.monotonic() < end:
        job = job_of(code)
        seen = seen or words in job.words_en
        if seen or job.over:
            break
        time.sleep(0.05)
    return said(code)


def cancels(moments: list[float]) -> list[list[Any]]:
    """Ask for plans one by one, cancel each some seconds after its worker began; gives what it said, and seconds until it ended."""
    from haihe.workspace.studies.asking import stop

    found: list[list[Any]] = []
    for at, moment in enumerate(moments):
        code = ask({"band": True, "goals": f"value_added = {0.001 * (at + 1):.3f}"})
        end = time.monotonic() + PATIENCE
        while job_of(code).state != RUNNING:
            assert time.monotonic() < end, said(code)
            time.sleep(0.02)
        time.sleep(moment)
        words = job_of(code).words_en
        began = time.monotonic()
        stop(Person.objects.get(username="planner"), Study.objects.select_related("job__unit").get(code=code), "cli")
        while not job_of(code).over:
            assert time.monotonic() < end, said(code)
            time.sleep(0.02)
        took = time.monotonic() - began
        assert job_of(code).state == CANCELLED
        found.append([words, round(took, 2)])
    return found


def numbers(code: str) -> dict[str, Any]:
    """Give the numbers that a study keeps, and how many parts, each read with its hash."""
    from haihe.workspace.studies.asking import kept_of, plan_of

    study = Study.objects.select_related("job").get(code=code)
    result = kept_of(study)
    return {"loss": result.numbers["loss_bn_yuan"], "tables": len(result.tables), "plan": plan_of(study).loss}
