"""Migrations of ``rounds``."""
