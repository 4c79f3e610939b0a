"""What a month of receipts costs as EnterpriseData messages: CPU time and memory a receipt."""

import time
from collections.abc import Iterator
from pathlib import Path

from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime import clock
from chalicelib.services.integration_1c.enterprise_data.retail_report import retail_reports
from chalicelib.services.integration_1c.enterprise_data.writer import MessageHeader, write
from tests.support.shifts import month

_REGISTERS, _RECEIPTS = 100, 300
_PART = 64 * 1024 * 1024
"""Bytes of XML a message, as a period is parted."""


class _Sink:
    """Takes what a file would."""

    def write(self, content: bytes) -> int:
        return len(content)


def run() -> list[tuple[str, str]]:
    """(what, figure) for a day and for a month of a hundred registers."""
    kept = list(month(1, 1, _RECEIPTS))
    figures, times = [], {}
    for days in (1, 30):
        receipts = _REGISTERS * _RECEIPTS * days
        before = _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
        started = time.process_time()
        parts, size = _write(kept, days)
        times[days] = (time.process_time() - started) / receipts * 1e6
        figures.append(
            (
                f"{receipts} receipts: {_REGISTERS} registers, days: {days}",
                f"{times[days]:.0f} µs and {size / receipts:.0f} bytes a receipt, "
                f"messages: {parts}, memory at the peak {_memory('VmHWM') - before:.1f} MB",
            )
        )
    return [
        *figures,
        ("a receipt of the month against one of the day", f"{times[30] / times[1]:.2f}×"),
    ]


def _memory(what: str) -> float:
    """Megabytes of this process, by proc(5)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(what + ":")[2].split()[0]) / 1e3


def _write(kept: list[StoredDocument], days: int) -> tuple[int, int]:
    """Return how many messages and bytes the receipts make."""
    reports = retail_reports(_receipts(kept, days), {})
    parts, size, full = 0, 0, True
    while full:
        summary = write(_Sink(), MessageHeader(clock.now()), reports, most=_PART)
        parts, size, full = parts + 1, size + summary.size, summary.full
    return parts, size


def _receipts(kept: list[StoredDocument], days: int) -> Iterator[StoredDocument]:
    """Yield the receipts of a day under the numbers of other days and registers."""
    for register in range(_REGISTERS):
        for day in range(days):
            for place, item in enumerate(kept):
                yield item.model_copy(
                    update={
                        "register_id": f"{register:016}",
                        "fiscal_drive": f"{register:016}",
                        "shift": day + 1,
                        "number": day * len(kept) + place + 1,
                    }
                )
