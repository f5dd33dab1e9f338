"""Backup and restore, the demonstration."""
