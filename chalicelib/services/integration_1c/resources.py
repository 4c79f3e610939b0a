"""The table, the queues and the bucket of the section."""

from chalicelib.runtime.resource import Bucket, Queue
from chalicelib.runtime.table import Table

INTEGRATION_1C = Table("Integration1c")
SUBSCRIPTIONS = Queue("Integration1c")
"""Notifications about the invoices of subscriptions."""
PREPARATIONS = Queue("Preparations")
"""Requests for messages that take longer than one call to prepare."""
EXCHANGES = Bucket("Exchanges")
"""Messages sent and received, deleted after a week."""
