"""A workbook comes in: findings, preview, confirmation, undo."""
