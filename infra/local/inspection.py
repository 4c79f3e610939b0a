"""The local cloud as a person inspects it: sent messages, queues, logs."""

import datetime as dt
import json
import re
from typing import Any, Literal, NotRequired, TypedDict
from urllib.parse import urlsplit

import urllib3
from botocore.exceptions import ClientError

_SMS_IN_LOG = re.compile(r"^(\S+ \S+) INFO \[sns\] SNS SMS to (\S+): ", re.MULTILINE)


class Message(TypedDict):
    """A mail or an SMS as the recipient gets it; `sent_at` is RFC 3339 in UTC."""

    channel: Literal["email", "sms"]
    to: str
    subject: NotRequired[str]
    text: str
    html: NotRequired[str]
    sent_at: str


class QueueDepth(TypedDict):
    """Numbers of messages in a queue: waiting, being processed, delayed, and dead letters."""

    queue: str
    waiting: int
    in_flight: int
    delayed: int
    dead_letter_queue: str | None
    dead: int


def mails(http: urllib3.PoolManager, endpoint: str) -> list[Message]:
    """Return the mails that the cloud at `endpoint` has sent since it started."""
    messages = []
    accounts = http.request("GET", f"{endpoint}/_ministack/ses/messages").json()["messages"]
    for mail in (mail for account in accounts.values() for mail in account):
        message = Message(
            channel="email",
            to=", ".join(mail["To"]),
            subject=mail["Subject"],
            text=mail["BodyText"],
            sent_at=_rfc3339(mail["Timestamp"]),
        )
        if mail["BodyHtml"]:
            message["html"] = mail["BodyHtml"]
        messages.append(message)
    return messages


def texts(http: urllib3.PoolManager, endpoint: str, log: str) -> list[Message]:
    """Return all SMS that the cloud at `endpoint` has sent.

    The cloud keeps no time for an SMS, so the time is taken from its `log`, to the second. An SMS
    that is not in the log counts as sent in 1970.
    """
    logged: dict[str, list[float]] = {}
    for moment, phone in _SMS_IN_LOG.findall(log):
        logged.setdefault(phone, []).append(
            dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC).timestamp()
        )
    messages = []
    phones = http.request("GET", f"{endpoint}/_ministack/sns/sms-messages").json()["sms_messages"]
    for phone, sent in phones.items():
        # Both are in order and end with the same message.
        times = ([0.0] * len(sent) + logged.get(phone, []))[-len(sent) :]
        messages += [
            Message(channel="sms", to=phone, text=text["Message"], sent_at=_rfc3339(time))
            for text, time in zip(sent, times, strict=True)
        ]
    return messages


def queues(sqs: Any) -> list[QueueDepth]:
    """Return the depth of each queue that is not a dead-letter queue, sorted by name."""
    attributes = {
        _name(url): sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        for page in sqs.get_paginator("list_queues").paginate()
        for url in page.get("QueueUrls", [])
    }
    dead_letter_queue = {
        name: json.loads(policy)["deadLetterTargetArn"].rpartition(":")[2]
        for name, values in attributes.items()
        if (policy := values.get("RedrivePolicy"))
    }
    return [
        QueueDepth(
            queue=name,
            waiting=int(values["ApproximateNumberOfMessages"]),
            in_flight=int(values["ApproximateNumberOfMessagesNotVisible"]),
            delayed=int(values["ApproximateNumberOfMessagesDelayed"]),
            dead_letter_queue=dead_letter_queue.get(name),
            dead=_waiting(attributes.get(dead_letter_queue.get(name, ""), {})),
        )
        for name, values in sorted(attributes.items())
        if name not in dead_letter_queue.values()
    ]


def function_logs(logs: Any, name: str) -> list[str]:
    """Return the lines that a function has logged, oldest first; none if it has not run yet."""
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
    try:
        return [event["message"].rstrip("\n") for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise


def _waiting(attributes: dict[str, str]) -> int:
    return int(attributes.get("ApproximateNumberOfMessages", 0))


def _name(queue_url: str) -> str:
    return urlsplit(queue_url).path.rpartition("/")[2]


def _rfc3339(seconds: float) -> str:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
