"""An SMS gateway with a REST API as a carrier of SMS.

The calls are what most gateways of Russian operators offer::

    POST <url>  {"id", "to", "text", "sender"}  with a bearer token
      → 200, 201 or 202 {"id", "status": "accepted"}, or "rejected" as the status
      → 409: a message with this id was accepted before
      → 400 or 422: the number is refused for good
      → 429 or 503, perhaps with Retry-After in seconds, and any other answer: later

The id is ours, so a repeat is recognised by the gateway. The gateway reports what became of a
message by a call of ``POST /carriers/sms/reports``.
"""

import datetime as dt
import json
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError

from chalicelib.core.notification.carrier import CarrierUnavailable, RecipientRefused
from chalicelib.core.notification.settings import SmsSettings
from chalicelib.core.notification.sms import PHONE_REFUSED, Sms

_REFUSED = {400, 422}
_KNOWN = 409
_MOST_ANSWER_BYTES = 64 * 1024
_REJECTED = "rejected"


class SmsGateway:
    """Implements :class:`~chalicelib.core.notification.sms.SmsPort`.

    ``seconds`` is the longest time between two bytes of an answer.
    """

    def __init__(self, settings: SmsSettings, *, seconds: float = 5) -> None:
        token = settings.sms_gateway_token.get_secret_value()
        self._url = settings.sms_gateway_url
        self._sender = settings.sms_sender
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2, read=seconds), retries=False
        )

    def send(self, message: Sms) -> None:
        """Hand a message to the gateway.

        Raises:
            CarrierUnavailable: the gateway throttles, is down, or does not know our token.
            RecipientRefused: the gateway refuses the number for good.
        """
        body = {"id": str(message.reference), "to": message.to, "text": message.text}
        if self._sender:
            body["sender"] = self._sender
        try:
            answer = self._pool.request(
                "POST",
                self._url,
                body=json.dumps(body).encode(),
                headers=self._headers,
                redirect=False,
                preload_content=False,
            )
            document = _parse(answer.read(_MOST_ANSWER_BYTES))
            answer.release_conn()
        except NewConnectionError as error:
            raise CarrierUnavailable("gateway does not accept connections") from error
        except HTTPError as error:
            # The class of the error only: its text may quote the request, which must not be logged.
            # Nothing is lost by an early repeat, since the gateway recognises the id.
            raise CarrierUnavailable(f"gateway {type(error).__name__}") from None
        if answer.status in _REFUSED or document.get("status") == _REJECTED:
            raise RecipientRefused(PHONE_REFUSED)
        if answer.status != _KNOWN and not 200 <= answer.status < 300:
            raise CarrierUnavailable(
                f"gateway {answer.status}", after=_retry_after(answer.headers.get("Retry-After"))
            )


def _parse(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _retry_after(value: str | None) -> dt.timedelta:
    seconds = int(value) if value and value.isascii() and value.isdigit() else 0
    return dt.timedelta(seconds=min(seconds, 900))
