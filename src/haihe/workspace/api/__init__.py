"""The workspace for programs: /api/v1."""
