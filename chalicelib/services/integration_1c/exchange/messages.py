"""Messages of retail reports: the XML of a message, and its archive in the bucket."""

import tempfile
import zipfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from chalicelib.runtime import clock
from chalicelib.services.integration_1c.enterprise_data import writer
from chalicelib.services.integration_1c.enterprise_data.version import FormatVersion
from chalicelib.services.integration_1c.enterprise_data.writer import (
    Confirmation,
    MessageHeader,
    MessageSummary,
)
from chalicelib.services.integration_1c.exchange import files
from chalicelib.services.integration_1c.retail_reports import read_reports
from chalicelib.services.integration_1c.shifts import RegisterShift

_IN_MEMORY = 8 * 1024 * 1024
"""Bytes of an archive that are kept in memory before a temporary file is used."""


def write_message(
    target: BinaryIO,
    client_id: str,
    shifts: Sequence[RegisterShift],
    version: FormatVersion,
    confirmation: Confirmation | None = None,
    *,
    store_items: bool = True,
) -> MessageSummary:
    """Write the XML of a message with the reports of ``shifts``.

    Raises:
        RateNotInVersion: the format version cannot express the VAT rate of some receipts.
        OrganisationUnknown: the client has no profile.
    """
    header = MessageHeader(clock.now().astimezone(clock.MOSCOW), confirmation)
    reports = read_reports(client_id, shifts, store_items=store_items)
    return writer.write(target, header, reports, version=version)


def put_message(
    client_id: str,
    file_id: str,
    shifts: Sequence[RegisterShift],
    version: FormatVersion,
    confirmation: Confirmation | None = None,
) -> tuple[int, MessageSummary]:
    """Store the zipped message with the reports of ``shifts``.

    Returns:
        The size of the archive in bytes, and a summary of the message.

    Raises:
        Problem: as ``write_message``; nothing is stored.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as archive_file:
        target = cast(BinaryIO, archive_file)
        with (
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
            archive.open("Message.xml", "w", force_zip64=True) as entry,
        ):
            summary = write_message(cast(BinaryIO, entry), client_id, shifts, version, confirmation)
        size = target.tell()
        target.seek(0)
        files.put(client_id, file_id, target)
    return size, summary
