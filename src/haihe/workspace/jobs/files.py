"""Files that take long to make: made in the background within the limits of a job, kept, and given from there."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect

from haihe.files import replace_file
from haihe.messages import Text
from haihe.workspace.frame.lists import attachment
from haihe.workspace.jobs.queue import enqueue, mark_of
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.units.models import Person, Unit

NAME = "file"
PRIVATE = 0o600


def keep(work: Work, data: bytes) -> dict[str, Any]:
    """Keep the file that a piece of work made; gives the result of the job."""
    replace_file(work.made_folder() / NAME, lambda file: file.write_bytes(data), PRIVATE)
    return {"bytes": len(data)}


def given(person: Person, unit: Unit, task: str, *, title: Text, name: str, media: str, **inputs: Any) -> HttpResponse:
    """Answer with the file that work in the background makes; where it is not made yet, with the page of the job that does.

    Parameters
    ----------
    person : Person
        Who wants it; that they may was made sure of.
    unit : Unit
        Office that the work is for.
    task : str
        Kind of work that keeps a file (`keep`).
    title : Text
        What the job is called.
    name, media : str
        Name and type of the file.
    **inputs
        Of the work. They must name the state of what the file says, so that another state is another file.
    """
    path = Path(settings.OFFICE.home) / "results" / mark_of(task, inputs) / NAME
    if path.exists():
        return attachment(path.read_bytes(), name, media)
    return redirect("jobs:job", enqueue(person, unit, task, title=title, **inputs).code)
