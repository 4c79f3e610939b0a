"""Adapter to a reporting operator's system over HTTPS.

Requests carry a bearer token and an ``Idempotency-Key``; a repeat under the same key has no
further effect::

    PUT <url>/accounts/<account id>       an AccountEnrolment  → 200 {"login": …}
    PUT <url>/logins/<login>/password     {"password", "must_change", "issue"} → 200 or 204

A ``version`` or ``issue`` lower than the last one changes nothing. Statuses 400, 404, 409 and 422
are refusals for good, whose problem document's ``detail`` is shown to the client. Any other failure
is temporary.
"""

import json
from typing import Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from chalicelib.requisites import Line, check
from chalicelib.services.gosotchet.reporting import (
    AccountEnrolment,
    EnrolmentRefused,
    ReportingUnavailable,
)

_PERMANENT = {400, 404, 409, 422}
_TEMPORARY = [408, 429, 500, 502, 503, 504]
_DEFAULT_REASON = "Оператор отчётности отклонил заявку."
_MAX_ANSWER_BYTES = 64 * 1024


class RemoteReportingSystem:
    """The system at ``url``.

    ``attempts`` is the number of times that a call is made, ``seconds`` the timeout of each.
    """

    def __init__(self, url: str, token: str, *, attempts: int = 3, seconds: float = 4) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2, read=seconds),
            retries=urllib3.Retry(
                total=attempts - 1,
                redirect=False,
                backoff_factor=0.2,
                status_forcelist=_TEMPORARY,
                allowed_methods=["PUT"],
                raise_on_status=False,
                # The Lambda's time is short; the queue repeats the message after a longer delay.
                respect_retry_after_header=False,
            ),
        )

    def enrol(self, enrolment: AccountEnrolment) -> str:
        """Open or update an account and return its login; see :class:`ReportingSystem`."""
        document = self._put(
            f"/accounts/{quote(enrolment.account_id, safe='')}",
            enrolment.model_dump(mode="json", exclude_none=True),
            key=f"{enrolment.account_id}-{enrolment.version}",
        )
        try:
            return str(check(Line, document["login"]))
        except (KeyError, TypeError, ValueError):
            raise ReportingUnavailable("the answer has no login") from None

    def set_password(self, login: str, password: str, issue: int) -> None:
        """Replace the password by a one-time password; see :class:`ReportingSystem`."""
        self._put(
            f"/logins/{quote(login, safe='')}/password",
            {"password": password, "must_change": True, "issue": issue},
            key=f"{quote(login)}-{issue}",
        )

    def _put(self, path: str, body: dict[str, Any], *, key: str) -> Any:
        try:
            answer = self._pool.request(
                "PUT",
                self._url + path,
                body=json.dumps(body).encode(),
                headers={**self._headers, "Idempotency-Key": key},
                preload_content=False,
            )
            content = answer.read(_MAX_ANSWER_BYTES)
            answer.release_conn()
        except HTTPError as error:
            # The class of the error only: its text may quote the request, which must not be logged.
            raise ReportingUnavailable(type(error).__name__) from None
        document = _parse(content)
        if answer.status in _PERMANENT:
            raise EnrolmentRefused(_detail(document))
        if not 200 <= answer.status < 300:
            raise ReportingUnavailable(f"status {answer.status}")
        return document


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {}


def _detail(document: Any) -> str:
    try:
        return str(check(Line, document["detail"]))
    except (KeyError, TypeError, ValueError):
        return _DEFAULT_REASON
