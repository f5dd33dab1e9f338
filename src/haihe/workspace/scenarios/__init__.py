"""The room of scenarios: named overrides of a data version, edited in a grid."""
