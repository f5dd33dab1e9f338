"""Duties: plan documents as trees of targets and duties, and the reports on them from below."""
