"""Members as equals: what each shares, what several agree on, and who has consented."""
