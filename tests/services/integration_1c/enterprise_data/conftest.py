"""Messages, and their validation by the published schemas."""

import copy
import datetime as dt
import functools
import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from lxml import etree

from chalicelib.services.integration_1c.enterprise_data.retail_report import RetailReport
from chalicelib.services.integration_1c.enterprise_data.writer import (
    Confirmation,
    MessageHeader,
    write,
)
from tests.support.samples import SAMPLES

HEADER = MessageHeader(dt.datetime(2026, 11, 25, 3), Confirmation("БП", "ОФ", 7, 3))

Written = Callable[..., bytes]


@pytest.fixture
def written() -> Written:
    """Return a function that writes a message and returns its bytes."""

    def call(reports: Iterable[RetailReport], **options: Any) -> bytes:
        target = io.BytesIO()
        summary = write(target, HEADER, reports, **options)
        assert summary.size == len(target.getvalue())
        return target.getvalue()

    return call


@pytest.fixture
def faults() -> Callable[[bytes, str], str]:
    """Return a function that validates a message by the schema of a version.

    The function returns the errors, an empty string if the message is valid.
    """

    def call(message: bytes, version: str) -> str:
        document = etree.fromstring(message)
        if version == "1.17":
            return _errors("Message_1_17", document)
        (_, body) = document  # the schema of 1.8.6 describes objects only
        return "".join(_errors("EnterpriseData_1_8_6_subset", part) for part in body)

    return call


def _errors(schema: str, element: etree._Element) -> str:
    judge = _schema(schema)
    return "" if judge.validate(etree.ElementTree(copy.deepcopy(element))) else str(judge.error_log)


@functools.cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SAMPLES / "enterprisedata" / f"{name}.xsd"))
