"""Files that others made, or that are like theirs: what ``tests/samples/README.md`` lists."""

from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
