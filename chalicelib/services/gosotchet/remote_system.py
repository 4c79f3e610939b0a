"""A reporting operator's system over HTTPS.

What is asked of it, with a bearer token and an ``Idempotency-Key``, under which a repeat is one::

    PUT <url>/accounts/<account id>       an Enrolment  → 200 {"login": …}
    PUT <url>/logins/<login>/password     {"password", "must_change", "issue"} → 200 or 204

A lower ``version`` or ``issue`` than the one it has changes nothing. A refusal for good is 400,
404, 409 or 422 with a problem document, whose ``detail`` is told to the client; whatever else comes
is a failure for now.
"""

import json
from typing import Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from chalicelib.requisites import Line, check
from chalicelib.services.gosotchet.reporting import (
    Enrolment,
    EnrolmentRefused,
    ReportingUnavailable,
)

_FOR_GOOD = {400, 404, 409, 422}
_FOR_NOW = [408, 429, 500, 502, 503, 504]
_REFUSED = "Оператор отчётности отклонил заявку."
_LONGEST_ANSWER = 64 * 1024


class RemoteReportingSystem:
    """The system at ``url``; ``attempts`` is how often a call is made before it is given up."""

    def __init__(self, url: str, token: str, *, attempts: int = 3, seconds: float = 4) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2, read=seconds),
            retries=urllib3.Retry(
                total=attempts - 1,
                redirect=False,
                backoff_factor=0.2,
                status_forcelist=_FOR_NOW,
                allowed_methods=["PUT"],
                raise_on_status=False,
                # The function's own time is short; longer waits are the queue's.
                respect_retry_after_header=False,
            ),
        )

    def enrol(self, enrolment: Enrolment) -> str:
        """Open an account or bring it up to date, and return its login."""
        said = self._put(
            f"/accounts/{quote(enrolment.account_id, safe='')}",
            enrolment.model_dump(mode="json", exclude_none=True),
            key=f"{enrolment.account_id}-{enrolment.version}",
        )
        try:
            return str(check(Line, said["login"]))
        except (KeyError, TypeError, ValueError):
            raise ReportingUnavailable("an answer without a login") from None

    def set_password(self, login: str, password: str, issue: int) -> None:
        """Put a one-time password in place of the former."""
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
            content = answer.read(_LONGEST_ANSWER)
            answer.release_conn()
        except HTTPError as error:
            # Its kind only: what it quotes is not for the log.
            raise ReportingUnavailable(type(error).__name__) from None
        said = _read(content)
        if answer.status in _FOR_GOOD:
            raise EnrolmentRefused(_detail(said))
        if not 200 <= answer.status < 300:
            raise ReportingUnavailable(f"status {answer.status}")
        return said


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {}


def _detail(said: Any) -> str:
    try:
        return str(check(Line, said["detail"]))
    except (KeyError, TypeError, ValueError):
        return _REFUSED
