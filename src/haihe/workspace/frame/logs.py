"""Lines of the log: one entry, one line. What a request says cannot make lines of its own."""

import logging


class OneLine(logging.Formatter):
    """Writes control characters of a message in escaped form; a traceback keeps its lines, below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        """Format one entry."""
        record.message = "".join(each if each.isprintable() else repr(each)[1:-1] for each in record.message)
        return super().formatMessage(record)
