"""Versions are approved in their unit before the keeper decides, and say what they changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three more columns of versions."""

    dependencies = [("data", "0001_initial")]

    operations = [
        migrations.AddField("version", "vouched_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("version", "vouched_by", models.CharField(blank=True, max_length=150)),
        migrations.AddField("version", "changed", models.JSONField(blank=True, null=True)),
    ]
