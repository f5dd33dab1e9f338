"""``Idempotency-Key``: the same call sent twice is done once and answered twice.

The key, the change and the kept answer are one transaction: a call that fails keeps nothing and may be sent again, and of
two at once the second waits for the first and gives its answer.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.api.models import HOLDS, KeptAnswer
from haihe.workspace.units.models import Person

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,100}")
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def done_once(
    request: HttpRequest,
    person: Person,
    do: Callable[[Any], HttpResponse],
    prepare: Callable[[], Any] | None = None,
) -> HttpResponse:
    """Do a call in one transaction, or give the answer that it had before.

    ``prepare`` does what takes long before the transaction, in which others wait for the database; ``do`` gets what it gave.
    A key that stands for another call raises ``E-API-13``, one that cannot be read ``E-API-17``.
    """
    key = request.headers.get(HEADER)
    asked = ""
    if key is not None:
        if not KEY.fullmatch(key):
            raise HaiheError("E-API-17", column=HEADER)
        asked = _hash(request)
        there = KeptAnswer.objects.filter(person=person, key=key, at__gte=timezone.now() - HOLDS).first()
        if there is not None:
            return _again(there, asked)
    ready = prepare() if prepare is not None else None
    with transaction.atomic():
        if key is None:
            return do(ready)
        KeptAnswer.objects.filter(person=person, at__lt=timezone.now() - HOLDS).delete()
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(person=person, key=key, asked=asked)
        except IntegrityError:
            return _again(KeptAnswer.objects.get(person=person, key=key), asked)
        answer = do(ready)
        if answer.status_code >= 400:
            kept.delete()
            return answer
        kept.status, kept.body = answer.status_code, answer.content.decode()
        kept.headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
        kept.save()
        return answer


def _again(kept: KeptAnswer, asked: str) -> HttpResponse:
    if kept.asked != asked:
        raise HaiheError("E-API-13", column=HEADER, value=kept.key)
    return HttpResponse(kept.body, status=kept.status, headers=kept.headers | {"Idempotency-Replayed": "true"})


def _hash(request: HttpRequest) -> str:
    said = hashlib.sha256(
        f"{request.method} {request.get_full_path()} {request.headers.get('If-Match', '')}\n".encode()
    )
    said.update(request.body)
    return said.hexdigest()
