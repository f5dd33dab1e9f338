"""Reviews: what one expert says of one application. No applicant may read the kind."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.rounds.actions import INSIDE, INSPECT, KEEP, REVIEW
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.states import ASSIGNED, REVIEW_STATES
from haihe.workspace.units.models import Owned, Person, Seen, Unit


class Review(Owned):
    """What one expert says of one application: assigned, done, or refused for a conflict of interest.

    ``unit`` is where the expert reviews for; ``marks`` gives each criterion's mark as decimal text.
    """

    read_by = INSIDE
    spoken: ClassVar[Spoken] = {"state": REVIEW_STATES}
    parties = ("unit", "round__unit")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="reviews")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reviews")
    expert = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    marks = models.JSONField(default=dict)
    words = models.TextField(blank=True)
    conflict = models.TextField(blank=True)
    state = models.CharField(max_length=12, default=ASSIGNED)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One review an expert and application."""

        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "expert"], name="one_review_an_expert")]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """Experts see their own reviews; who runs the round and auditors see all of it."""
        del units
        keeps = Q(round__unit__in=person.units(KEEP)) | Q(round__unit__in=person.units(INSPECT))
        return query.filter(Q(expert=person) | keeps)

    def allows(self, person: Person, action: str) -> bool:
        """The expert alone reviews; the office of the round does all else."""
        if action == REVIEW:
            return self.expert_id == person.pk and person.may(REVIEW, self.unit)
        return person.may(action, self.round.unit)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("rounds:review", args=[self.code])

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return REVIEW_STATES[self.state]

    @property
    def name(self) -> Text:
        """The application that it is about."""
        return self.application.name
