"""Rounds of a fund: call, applications, eligibility, review, ranking, publicity, objections, award, and what follows it."""
