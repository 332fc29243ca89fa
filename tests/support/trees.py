"""Hypothesis strategies over the table of truth, and trees that most tests draw."""

from segmentation.testing import strategies
from support import truth

filters = strategies.filters()
filter_texts = strategies.filter_texts()
filters_of = strategies.filters_of
selections = strategies.selections(truth.SCHEMA, segment_nos=("S1", "EMPTY"), logged_nos=(7,))
"""Selections over the schema of the table of truth; each can be bound."""
