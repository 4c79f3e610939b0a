"""The cloud of the unit tests: moto, holding what ``infra/resources.yaml`` declares."""

import copy
import dataclasses
import functools
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from chalicelib.runtime import request_id
from chalicelib.runtime.declaration import Declaration
from chalicelib.runtime.resource import Queue, Resource
from chalicelib.runtime.settings import Settings
from chalicelib.runtime.table import Table
from infra import declarations, functions, names, parameters
from infra.functions import Function
from infra.stacks import data
from tests.support import quick_moto

_SECRET = re.compile(r"{{resolve:secretsmanager:\${Stage}/([\w/-]+):.*")
REGION = "xx-nowhere-1"
"""No such region exists, so a call that leaks out of moto finds nobody."""

ACCESS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "MOTO_ALLOW_NONEXISTENT_REGION": "true",
}

SELLER = {
    "name": "ООО «Оператор данных»",
    "inn": "7707083893",
    "kpp": "770701001",
    "address": "127006, г. Москва, ул. Примерная, д. 1",
    "account": "40702810900000000042",
    "bank_name": "ПАО «Пример Банк», г. Москва",
    "bic": "044525225",
    "correspondent_account": "30101810400000000225",
    "director": "Иванов И. И.",
    "chief_accountant": "Петрова А. С.",
}

PARAMETERS = {
    "Stage": "test",
    "Seller": json.dumps(SELLER, ensure_ascii=False),
    "InvoiceDays": "5",
    "OidcIssuer": "https://issuer.example",
    "OidcAudience": "service-menu",
    "OidcJwksUrl": "http://127.0.0.1:9/jwks.json",
    "RevocationUnknown": "refuse",
    "StorageUrl": "",
    "PublicUrl": "https://cheki.example.ru",
    "MailProvider": "ses",
    "SmtpHost": "",
    "SmtpPort": "587",
    "SmtpSecurity": "starttls",
    "SmtpUsername": "",
    "SmsProvider": "sns",
    "SmsSender": "",
    "SmsGatewayUrl": "",
    "SmsPartKopecks": "180",
    "EmailKopecks": "0",
    "ReceiptsBilledOn": "handed-over",
    "EdoOperatorCode": "2TS",
    "ReportingUrl": "",
    "ReportingSignInUrl": "https://gosotchet.example.ru",
    "OnecTrialDays": "14",
    "OnecMonthKopecks": "20000",
    "OnecYearKopecks": "200000",
    "SenderDomain": "ofd.example.ru",
    "SenderAddress": "no-reply@ofd.example.ru",
}

SECRETS = {
    "service-menu/cursor-key": "a secret of the tests alone, 32 letters and more",
    "service-menu/sms-report-token": "a token of the tests alone",
}
"""The secret store of the tests, by name below the stage; optional secrets are not in it."""


def physical_name(logical_id: str) -> str:
    """Return the name of a table or bucket, or the URL of a queue."""
    if logical_id.endswith("Queue"):
        return f"https://sqs.{REGION}.amazonaws.com/123456789012/{logical_id}"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", f"test-{logical_id}").lower()


def variables() -> dict[str, str]:
    """Return the environment that the template gives to its functions, taken together.

    With every queue in it, so that tests can put something on those that others fill.
    """
    together: dict[str, str] = {}
    for function in functions.all_functions(queue_names()):
        together |= environment(function)
    together.pop("SECTION")
    return together | {
        queue.variable: physical_name(queue.logical_id) for queue in map(Queue, queue_names())
    }


def environment(function: Function) -> dict[str, str]:
    """Return the environment that the template gives to a function, with values of the tests."""
    settings = parameters.variables(function.settings)
    values = {name: _setting(value) for name, value in settings.items()}
    return {
        "SECTION": function.section,
        **{name: value for name, value in values.items() if value is not None},
        **{resource.variable: resource_name(resource) for resource in function.resources},
    }


def resource_name(resource: Resource) -> str:
    """Return what a function of the tests knows a resource by."""
    address = names.reference(resource).get("Ref")
    return PARAMETERS[address] if address else physical_name(resource.logical_id)


def _setting(declared: Any) -> str | None:
    """Return what a setting becomes; None for a reference to a secret that is not stored."""
    match declared:
        case {"Ref": name}:
            return PARAMETERS[name]
        case {"Fn::If": [_, reference, _]}:
            return _setting(reference)
        case {"Fn::Sub": reference}:
            return SECRETS.get(_SECRET.fullmatch(reference)[1])  # type: ignore[index]
    raise ValueError(declared)


def queue_names() -> list[str]:
    """Return the names of the queues, as declarations call them."""
    return [name.removesuffix("Queue") for name in _declared("AWS::SQS::Queue")]


@functools.cache
def grants() -> dict[str, tuple[set[str], set[str]]]:
    """Return, for each function by name, the physical names it may touch and those it may write."""
    granted: dict[str, tuple[set[str], set[str]]] = {}
    declared: list[Declaration] = [
        *declarations.actions(),
        *declarations.consumers(),
        *declarations.schedules(),
    ]
    for declaration in declared:
        granted[declaration.name] = (
            _names([*declaration.reads, *declaration.writes]),
            _names(declaration.writes),
        )
    for queue_sender in functions.all_functions(queue_names()):
        if queue_sender.relays:
            granted[queue_sender.name] = _names(queue_sender.writes), _names(queue_sender.writes)
    return granted


@functools.cache
def settings() -> dict[str, set[type[Settings]]]:
    """Return the settings that each function may load, by its name."""
    return {
        declared.name: set(declared.settings)
        for declared in (
            *declarations.actions(),
            *declarations.consumers(),
            *declarations.schedules(),
            *functions.all_functions(queue_names()),
        )
    }


def _names(resources: Iterable[Resource]) -> set[str]:
    return {resource.physical_name for resource in resources}


@functools.cache
def _declared(kind: str) -> dict[str, Any]:
    kept = data.resources()
    return {name: item["Properties"] for name, item in kept.items() if item["Type"] == kind}


@functools.cache
def client(service: str) -> Any:
    """Return the tests' own client of a cloud API."""
    return boto3.client(service)


@dataclasses.dataclass(frozen=True)
class Kept:
    """What a simulated cloud holds at a moment."""

    tables: Any
    messages: list[tuple[str, str, str | None]]
    """Queue, body and request id of each message."""
    files: list[tuple[str, str, bytes]]
    mails: list[Any]
    texts: dict[str, tuple[str, str]]


@contextmanager
def simulated() -> Iterator[Callable[[Kept | None], None]]:
    """Hold a simulated cloud within the block; call what it gives to make it as new, or as kept."""
    with quick_moto.shortened(), mock_aws():
        create(client)
        empty = keep()

        def renew(kept: Kept | None) -> None:
            restored = kept or empty
            dynamodb_backends[ACCOUNT][REGION].tables = copy.deepcopy(restored.tables)
            ses_backends[ACCOUNT][REGION].sent_messages = [*restored.mails]
            sns_backends[ACCOUNT][REGION].sms_messages = {**restored.texts}
            for queue in sqs_backends[ACCOUNT][REGION].queues.values():
                queue._messages, queue._pending_messages = [], set()
                queue.last_purged_at = None  # or it could not be purged for a minute
            for queue_name, body, cause in restored.messages:
                attributes = request_id.attributes(cause)
                sqs_backends[ACCOUNT][REGION].send_message(queue_name, body, attributes)
            wanted = {(name, key): content for name, key, content in restored.files}
            for name, bucket in _buckets().items():
                for key, file in list(bucket.keys.items()):
                    if wanted.get((name, key)) == file.value:
                        del wanted[name, key]
                    else:
                        del bucket.keys[key]
            for (name, key), content in wanted.items():
                s3_backends[ACCOUNT]["aws"].put_object(name, key, content)

        yield renew


def keep() -> Kept:
    """Return a copy of all that the cloud holds, to begin from later."""
    queues = sqs_backends[ACCOUNT][REGION].queues
    return Kept(
        copy.deepcopy(dynamodb_backends[ACCOUNT][REGION].tables),
        [
            (name, message.body, cause_of(message.message_attributes))
            for name, queue in queues.items()
            for message in queue._messages
        ],
        [
            (name, key.name, key.value)
            for name, bucket in _buckets().items()
            for key in bucket.keys.values()
        ],
        mails(),
        {**sns_backends[ACCOUNT][REGION].sms_messages},
    )


def cause_of(attributes: Mapping[str, Any]) -> str | None:
    """Return the request id among a message's attributes, as SQS returns them."""
    value: str | None = attributes.get(request_id.NAME, {}).get("StringValue")
    return value


def waiting(queue: Queue) -> list[str]:
    """Return the bodies of the messages that wait on a queue."""
    return [body for name, body, _ in keep().messages if name == queue.logical_id]


def size_of(value: Any) -> int:
    """Return about as many bytes as DynamoDB counts for items on the wire."""
    if isinstance(value, Mapping):
        return sum(size_of(name) + size_of(part) for name, part in value.items())
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return len(value if isinstance(value, bytes) else str(value).encode())


def _buckets() -> dict[str, Any]:
    buckets: dict[str, Any] = s3_backends[ACCOUNT]["aws"].buckets
    return buckets


def items(table: Table) -> list[dict[str, Any]]:
    """Return the items of a table, in DynamoDB's typed form; much faster than a scan."""
    kept = dynamodb_backends[ACCOUNT][REGION].tables[table.physical_name]
    return [quick_moto.attributes(item) for item in kept.all_items()]


def mails() -> list[Any]:
    """Return the e-mails that the mail service took, in moto's form, oldest first."""
    return list(ses_backends[ACCOUNT][REGION].sent_messages)


def texts() -> list[tuple[str, str]]:
    """Return the SMS that their carrier took, number and text, oldest first."""
    return list(sns_backends[ACCOUNT][REGION].sms_messages.values())


def waits(queue: Queue) -> bool:
    """Whether a message waits on a queue."""
    return bool(sqs_backends[ACCOUNT][REGION].queues[queue.logical_id].messages)


def delays() -> dict[str, float]:
    """Return the messages sent with a delay that no :func:`end_delays` ended, with its seconds."""
    return {
        message.id: (message.delayed_until - float(message.sent_timestamp)) / 1000
        for queue in sqs_backends[ACCOUNT][REGION].queues.values()
        for message in queue._messages
        if message.delayed_until
    }


def end_delays(message_ids: set[str]) -> None:
    """Let delayed messages be received."""
    for queue in sqs_backends[ACCOUNT][REGION].queues.values():
        for message in queue._messages:
            if message.id in message_ids:
                message.delayed_until = 0


def create_table(database: Any, logical_id: str) -> None:
    """Create a table as it is declared, by a client of some DynamoDB."""
    table = _declared("AWS::DynamoDB::Table")[logical_id]
    names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    database.create_table(
        TableName=physical_name(logical_id), **{key: table[key] for key in names if key in table}
    )


def create(client: Callable[[str], Any]) -> None:
    """Make the tables, queues and buckets, and let the sender be known, by clients of a cloud."""
    region = client("sqs").meta.region_name
    for name in _declared("AWS::DynamoDB::Table"):
        create_table(client("dynamodb"), name)
    for name, queue in _declared("AWS::SQS::Queue").items():
        attributes = {
            attribute: str(queue[attribute])
            for attribute in ("VisibilityTimeout", "MaximumMessageSize")
        }
        client("sqs").create_queue(QueueName=name, Attributes=attributes)
    for name in _declared("AWS::S3::Bucket"):
        client("s3").create_bucket(
            Bucket=physical_name(name), CreateBucketConfiguration={"LocationConstraint": region}
        )
    client("sesv2").create_email_identity(EmailIdentity=PARAMETERS["SenderDomain"])
