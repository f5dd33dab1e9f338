"""Families of checks: each takes the facts and yields issues."""
