"""Datasets in immutable versions, and requests for data."""
