"""Offices, people and posts; what a role may do, and where: the one visibility filter of the workspace."""
