"""The table and the bucket of «Платформа ЭДО», and limits that several rooms share.

Each room's ``store`` describes the items that the room keeps in the table.
"""

from chalicelib.runtime.resource import Bucket
from chalicelib.runtime.table import Table

EDO = Table("Edo")
EDO_FILES = Bucket("Edo")
"""Drafts, archives, and files that go to and come from other operators, each for thirty days."""

MOST_SIGNATURE = 64 * 1024
"""Bytes of a detached signature, at most: technology messages contain signatures, and a message is
an item of the table."""

FULL_CORE = 1769
"""Megabytes of memory at which a Lambda gets a whole processor: large files are hashed in Python,
which takes over a second a megabyte."""
