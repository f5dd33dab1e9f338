"""The office itself: sign-in, people, history, search, settings, the start page."""
