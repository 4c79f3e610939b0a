"""What the cloud asks for, in US dollars: AWS list prices of us-east-1, on demand, no free tier.

Read from the services' pricing pages as of November 2025; other regions, and the Russian clouds
that speak the same APIs, differ, so figures made of these compare functions rather than tell a bill.
"""

from collections.abc import Mapping

WRITE_UNIT = 0.625e-6
READ_UNIT = 0.125e-6
STORED_GB_MONTH = 0.25
RECOVERY_GB_MONTH = 0.20
"""Of a table, for point-in-time recovery."""
INFREQUENT_GB_MONTH = 0.10
"""Of a table in the class STANDARD_INFREQUENT_ACCESS, whose units cost more."""
INFREQUENT_WRITE_UNIT = 0.78e-6
INFREQUENT_READ_UNIT = 0.155e-6
OBJECT_GB_MONTH = 0.023
ARCHIVED_GB_MONTH = 0.004
"""Of a file in Glacier Instant Retrieval."""
ARCHIVED_OBJECT = 0.02e-3
"""Of a file that moves there."""
FUNCTION_CALL = 0.20e-6
FUNCTION_GB_SECOND_ARM = 0.0000133334
GATEWAY_CALL = 3.50e-6
QUEUE_CALL = 0.40e-6
LOG_GB = 0.50
CALLS: Mapping[str, float] = {
    "PutObject": 5e-6,
    "GetObject": 0.4e-6,
    "SendMessageBatch": QUEUE_CALL,
    "SendEmail": 0.10e-3,
}
"""Of a call that is not paid for by units. SMS are priced by the carrier, beside this."""
MESSAGE_CALLS = 3
"""Of the queue, for a message that comes alone: sent, received, deleted."""
