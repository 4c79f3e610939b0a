"""Runs the whole suite at moments when dates go wrong: ``python -m tests.clocks [options of pytest]``.

libfaketime shows each process another present; time passes at its usual speed.
"""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from tests.support import tools

MOMENTS = {
    "Moscow's next day": "{year}-11-24 22:30:00",
    "just before midnight": "{year}-11-24 23:59:50",
    "just before Moscow's midnight": "{year}-11-24 20:59:50",
    "the last day of the year": "{year}-12-31 20:58:00",
    "29 February": "{leap}-02-29 12:00:00",
    "the last day of a quarter": "{year}-03-31 20:55:00",
    "two years ahead": "{later}-06-15 12:00:00",
}
"""Moments in UTC."""
SITE = Path(__file__).parent / "support" / "faketime"
"""Imported by every Python under libfaketime; see there."""


PYTHON = Path(".venv-cloud/bin/python").absolute()


def moments(today: dt.date) -> dict[str, dt.datetime]:
    """Return the moments to come, each with its name."""
    year = today.year + 1
    leap = next(number for number in range(year, year + 5) if number % 4 == 0)
    places = {"year": year, "leap": leap, "later": today.year + 2}
    return {
        name: dt.datetime.fromisoformat(moment.format(**places)).replace(tzinfo=dt.UTC)
        for name, moment in MOMENTS.items()
    }


def environment(moment: dt.datetime) -> dict[str, str]:
    """Return what processes started now need to live at a moment."""
    ahead = moment - dt.datetime.now(dt.UTC)
    shifted = {
        "TZ": "UTC",
        "LD_PRELOAD": str(tools.faketime_library()),
        "FAKETIME": f"{ahead.total_seconds():+.0f}",
        # Timed waits end by the monotonic clock, which libfaketime does not shift everywhere.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(SITE),
    }
    # The local cloud passes on nothing of its caller's environment.
    cloud = tools.write_script("cloud-python", PYTHON, **shifted)
    return {**shifted, "CLOUD_PYTHON": str(cloud)}


def main() -> int:
    """Run the suite at each moment; return 1 if it failed at one."""
    failed = []
    for name, moment in moments(dt.datetime.now(dt.UTC).date()).items():
        sys.stdout.write(f"\n=== {name}: {moment:%Y-%m-%d %H:%M:%S} UTC\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadgroup"]
        command += ["-p", "no:cacheprovider", *sys.argv[1:]]
        if subprocess.run(command, env=os.environ | environment(moment)).returncode:
            failed.append(name)
    sys.stdout.write(f"\nFailed at: {', '.join(failed) or 'no moment'}\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
