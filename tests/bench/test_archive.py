"""What the cost of five years must not exceed."""

from tests.bench import prices
from tests.bench.archive import Measured, in_table, with_archives

MEASURED = Measured(write_units=1.003, read_units=0.106, calls=1.01, row_bytes=417, file_bytes=83)


def test_archives_cost_under_a_fifth_of_keeping_everything_in_the_table() -> None:
    archived = sum(dict(with_archives(MEASURED, prices.STORED_GB_MONTH)).values())
    assert archived < sum(dict(in_table(prices.STORED_GB_MONTH)).values()) / 5
