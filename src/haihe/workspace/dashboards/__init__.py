"""Dashboards: what waits for a role, figures of what it may see, and the office's own map."""
