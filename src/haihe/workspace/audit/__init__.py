"""The record of every change: append-only, hash-chained, written in the same transaction as the change."""
