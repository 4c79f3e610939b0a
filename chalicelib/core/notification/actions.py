"""«Операторы связи»: reports of the SMS gateway about what became of messages."""

from chalicelib.core.notification.report import REPORTS
from chalicelib.core.notification.settings import SmsReportToken
from chalicelib.core.notification.sms_report import SmsReport
from chalicelib.runtime import outbox
from chalicelib.runtime.action import action
from chalicelib.runtime.commit import commit
from chalicelib.runtime.outbox import OUTBOX


@action("POST /carriers/sms/reports", caller=SmsReportToken, writes=[OUTBOX], rate_limit=50)
def take_sms_report(payload: SmsReport) -> None:
    """Take the report of the SMS gateway about a message.

    A report may be repeated. A report of an intermediate state has no effect.
    """
    report = payload.report()
    if report:
        commit(None, outbox.message(report.client_id, REPORTS, report))
