"""What archiving a drive's month consumes, and what five years of receipts cost to keep.

Measured: the units, calls and bytes of archiving one register's July, stored as the feed stores it.
Computed from these: the operator of ``month`` at the end of the fifth year, when nothing grows any
more, with everything in the table and with archives. Writing the receipts costs the same either way
in the same table class and is left out.
"""

import dataclasses
from collections.abc import Iterator

from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.archive import store
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.runtime.commit import put_all
from chalicelib.runtime.table import every
from tests.bench import month, prices
from tests.bench.cost import Meter, size
from tests.bench.worlds import one_world
from tests.support import cloud, shifts

RECEIPTS_A_DAY = month.RECEIPTS_A_DAY // month.REGISTERS
MONTHS = 60
MONTHS_IN_TABLE = 4.5
"""Four whole months and on average half of the present one."""
TURNOVER_BYTES = 309
"""Of a day of a register, measured by ``feed``."""
FUNCTION_SECONDS, FUNCTION_GB = 6.0, 1.0
"""Of a drive's month: assumed, 8 ms for each deletion and half a second for the rest."""
ARCHIVED_BYTES = 432
"""Of a receipt in an archive: of 29 real receipts of 29 shops in one block, 523 bytes in the table.

A bound from above, since the receipts of one drive repeat one another.
"""
LEAST_ARCHIVED_BYTES = 128 * 1024
"""Smaller files stay in S3's first class."""


@dataclasses.dataclass(frozen=True)
class Measured:
    """What archiving a drive's month consumed; bytes and units by receipt."""

    write_units: float
    read_units: float
    calls: float
    row_bytes: float
    file_bytes: float


def measure() -> Measured:
    """Archive a month of one drive in the simulated cloud."""
    meter = Meter()
    with meter.installed(), one_world() as world:
        documents = [
            shifts.stored(
                number,
                dateTime=f"2026-07-{1 + (number - 1) // RECEIPTS_A_DAY:02}T12:00:00",
                items=_goods(number),
            )
            for number in range(1, 30 * RECEIPTS_A_DAY + 1)
        ]
        put_all([fiscal.put_receipt(document) for document in documents])
        put_all([store.put_drive_month(shifts.DRIVE, "2026-07")])
        rows = [item for item in cloud.items(FISCAL) if item["sk"]["S"].startswith("document#")]
        meter.follow(world)
        world.run("request_archives")
        world.drain()
        used = meter.used["archive_documents"]
        (archive,) = every(store.archives(shifts.DRIVE), most=2)
        if every(fiscal.receipts(shifts.DRIVE), most=1):
            raise RuntimeError("receipts were left in the table")
    count = len(documents)
    return Measured(
        write_units=used.units["write"] / count,
        read_units=used.units["read"] / count,
        calls=used.calls.total() / count,
        row_bytes=sum(map(size, rows)) / count,
        file_bytes=archive.size / count,
    )


def _goods(number: int) -> list[dict[str, object]]:
    return [
        shifts.item(name=f"Товар {place} в упаковке", price=50_00 + place, sum=50_00 + place, nds=2)
        for place in ((number * 7 + line * 31) % 200 for line in range(5))
    ]


def in_table(storage: float) -> Iterator[tuple[str, float]]:
    """Give the dollars of a month with everything in the table, stored at ``storage`` a gigabyte."""
    kept = _turnover_gb() + MONTHS * _receipts() * month.RECEIPT_BYTES / 1e9
    yield "storage", kept * storage
    yield "point-in-time recovery", kept * prices.RECOVERY_GB_MONTH


def with_archives(measured: Measured, storage: float) -> Iterator[tuple[str, float]]:
    """Give the dollars of a month with archives."""
    receipts, files = _receipts(), month.REGISTERS
    kept = _turnover_gb() + MONTHS_IN_TABLE * receipts * month.RECEIPT_BYTES / 1e9
    yield "storage of the table", kept * storage
    yield "point-in-time recovery", kept * prices.RECOVERY_GB_MONTH
    large = ARCHIVED_BYTES * receipts / files >= LEAST_ARCHIVED_BYTES
    archived = (MONTHS - MONTHS_IN_TABLE) * receipts * ARCHIVED_BYTES / 1e9
    yield (
        "storage of the archives",
        archived * (prices.ARCHIVED_GB_MONTH if large else prices.OBJECT_GB_MONTH),
    )
    yield (
        "files, put, read back and moved",
        files
        * (
            prices.CALLS["PutObject"]
            + prices.CALLS["GetObject"]
            + (prices.ARCHIVED_OBJECT if large else 0)
        ),
    )
    yield "deletions and catalogue, units", receipts * measured.write_units * prices.WRITE_UNIT
    yield "entries of months by the feed, units", files * 30 * prices.WRITE_UNIT
    yield "reading what is archived, units", receipts * measured.read_units * prices.READ_UNIT
    yield (
        "requests and their queue",
        files * (4 * prices.WRITE_UNIT + prices.MESSAGE_CALLS * prices.QUEUE_CALL),
    )
    yield (
        "functions",
        files
        * (prices.FUNCTION_CALL + FUNCTION_SECONDS * FUNCTION_GB * prices.FUNCTION_GB_SECOND_ARM),
    )


def infrequent_access() -> float:
    """Return the dollars of a month more for units in the class of infrequent access."""
    receipts = _receipts()
    written = receipts * (month.WRITE_UNITS + 1)
    read = receipts * month.READ_UNITS
    return written * (prices.INFREQUENT_WRITE_UNIT - prices.WRITE_UNIT) + read * (
        prices.INFREQUENT_READ_UNIT - prices.READ_UNIT
    )


def _receipts() -> float:
    return month.RECEIPTS_A_DAY * month.DAYS


def _turnover_gb() -> float:
    return month.REGISTERS * MONTHS * month.DAYS * TURNOVER_BYTES / 1e9


def run() -> list[tuple[str, str]]:
    """(what, figure): archiving a drive's month, then a month's cost after five years."""
    measured = measure()
    figures = [
        (
            f"archiving a receipt, {30 * RECEIPTS_A_DAY} of a drive's month",
            f"{measured.write_units:.3f} write, {measured.read_units:.3f} read, "
            f"{measured.calls:.2f} calls",
        ),
        (
            "a receipt in the table, in an archive, of five lines out of two hundred goods",
            f"{measured.row_bytes:.0f} bytes, {measured.file_bytes:.0f} bytes",
        ),
    ]
    former = dict(in_table(prices.STORED_GB_MONTH))
    total = sum(former.values())
    figures += [
        (f"after five years, a month, all in the table: {k}", f"${v:,.0f}")
        for k, v in former.items()
    ]
    figures += [("after five years, a month, all in the table", f"${total:,.0f}")]
    spent = dict(with_archives(measured, prices.STORED_GB_MONTH))
    figures += [
        (f"after five years, a month, with archives: {k}", f"${v:,.0f}") for k, v in spent.items()
    ]
    archived = sum(spent.values())
    figures += [
        ("after five years, a month, with archives", f"${archived:,.0f}, {archived / total:.1%}")
    ]
    infrequent = sum(dict(in_table(prices.INFREQUENT_GB_MONTH)).values()) + infrequent_access()
    figures += [("the same, all in a table of infrequent access", f"${infrequent:,.0f}")]
    infrequent = (
        sum(dict(with_archives(measured, prices.INFREQUENT_GB_MONTH)).values())
        + infrequent_access()
    )
    figures += [("the same, with archives and a table of infrequent access", f"${infrequent:,.0f}")]
    return figures
