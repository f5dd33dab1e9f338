"""Answers that are kept, so that a call sent twice is done once."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

HOLDS = timedelta(hours=24)


class KeptAnswer(models.Model):
    """The answer to a POST that carried an ``Idempotency-Key``, kept for its person for 24 hours."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        """A key is a person's own."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return self.key
