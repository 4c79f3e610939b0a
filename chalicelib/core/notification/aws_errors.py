"""Errors of SES and SNS that mean: wait."""

import contextlib
from collections.abc import Iterator

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from chalicelib.core.notification.carrier import CarrierUnavailable

_UNAVAILABLE = {
    "AccountSuspendedException",
    "InternalError",
    "InternalFailure",
    "LimitExceededException",
    "MailFromDomainNotVerifiedException",
    "RequestLimitExceeded",
    "SendingPausedException",
    "ServiceUnavailable",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
"""Codes of refusals that end without a change of the message: limits, pauses, outages."""


@contextlib.contextmanager
def waiting() -> Iterator[None]:
    """Raise CarrierUnavailable for the errors within the block that a later call may not meet.

    Other refusals (ClientError) are raised as they are: a missing right, a malformed request.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        if code in _UNAVAILABLE or status >= 500:
            raise CarrierUnavailable(code) from error
        raise
    except BotoConnectionError as error:
        raise CarrierUnavailable(type(error).__name__) from error
    except (HTTPClientError, OSError) as error:
        raise CarrierUnavailable(type(error).__name__, unanswered=True) from error
