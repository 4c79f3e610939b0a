"""Another operator of the exchange with one participant, for the product on this machine.

The operator takes dispatches from the queue EdoRoaming and answers them: each document is delivered
and signed, and each offer to revoke a document is accepted. The participant sends a letter to each
participant that sends it a document for the first time.
"""

import datetime as dt
import json
import threading
import traceback
import uuid
from types import TracebackType
from typing import Any, Self

from chalicelib.kep import Subject
from chalicelib.services.edo.formats import buyer_title, seller_title
from chalicelib.services.edo.participants.model import Participant, PersonNames
from infra.demonstration_pki import DemonstrationPki
from infra.local.cloud import Cloud

PARTICIPANT = Participant(
    participant_id="2FO-9677500004-967701001-202601150900000000017",
    inn="9677500004",
    kpp="967701001",
    name="ООО «Дальняя»",
    address="143401, Московская обл., г. Красногорск, ул. Речная, д. 1",
    person=PersonNames(surname="Лесной", given_name="Олег", patronymic="Петрович"),
    position="Генеральный директор",
)
KEY = "dalnyaya"
"""Name of the participant's certificate at the demonstration authority."""
SUBJECT = Subject(
    common_name=PARTICIPANT.name,
    surname="Лесной",
    given_name="Олег",
    patronymic="Петрович",
    organisation=PARTICIPANT.name,
    position=PARTICIPANT.position,
    inn="967720150005",
    organisation_inn=PARTICIPANT.inn,
    ogrn="1209677000004",
)
_LETTER = "Подтверждаем получение документа и готовность работать по ЭДО.\n".encode()
_PAUSE_SECONDS = 1.0
_AFTER_DELIVERY_SECONDS = 3
"""Delay of a signature: by then the product has received the delivery, which must come first."""


class ForeignOperator:
    """Answers dispatches while its context is open.

    Args:
        cloud: The local cloud with the queues and the bucket.
        outputs: Outputs of the product's stacks.
        pki: Makes the signatures.
    """

    def __init__(self, cloud: Cloud, outputs: Any, pki: DemonstrationPki) -> None:
        self._sqs, self._s3 = cloud.client("sqs"), cloud.client("s3")
        self._roaming = outputs["EdoRoamingQueueUrl"]
        self._inbound = outputs["EdoInboundQueueUrl"]
        self._bucket = outputs["EdoBucketName"]
        self._pki = pki
        self._written: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        known = {"kind": "participant", "participant": PARTICIPANT.model_dump(mode="json")}
        self._send_message(known)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def send(self, recipient_id: str, file_name: str, content: bytes) -> None:
        """Send a document to a participant that the product serves."""
        self._send_message(
            {
                "kind": "document",
                "dispatch_id": str(uuid.uuid4()),
                "exchange_id": str(uuid.uuid4()),
                "sender": PARTICIPANT.model_dump(mode="json"),
                "recipient_id": recipient_id,
                "document_kind": "unformalised",
                "file": self._put(file_name, content),
            }
        )

    def _work(self) -> None:
        while not self._stop.wait(_PAUSE_SECONDS):
            try:
                self._answer_all()
            except Exception:  # the queue delivers the message again
                traceback.print_exc()

    def _answer_all(self) -> None:
        got = self._sqs.receive_message(QueueUrl=self._roaming, MaxNumberOfMessages=10)
        for message in got.get("Messages", []):
            self._answer(json.loads(message["Body"]))
            self._sqs.delete_message(QueueUrl=self._roaming, ReceiptHandle=message["ReceiptHandle"])

    def _answer(self, dispatch: dict[str, Any]) -> None:
        content = self._get(dispatch["file"]["content_key"])
        match dispatch["status"]:
            case "sent":
                self._send_status(dispatch, "delivered")
                name, answer = self._title(dispatch, content)
                self._send_status(
                    dispatch,
                    "signed",
                    self._put(name, answer),
                    delay=_AFTER_DELIVERY_SECONDS,
                )
                self._write_back(dispatch["author"]["participant_id"])
            case "revocation_offered":
                file = self._put(dispatch["file"]["file_name"], content)
                self._send_status(dispatch, "revocation_accepted", file)
            case _:
                pass  # the answer to a document of the participant needs no answer

    def _title(self, dispatch: dict[str, Any], content: bytes) -> tuple[str, bytes]:
        name = dispatch["file"]["file_name"]
        if dispatch["document_kind"] != "upd":
            return name, content
        return buyer_title.make(
            seller_title.read(content, name),
            (self._get(dispatch["file"]["signature_key"]),),
            PARTICIPANT.party(),
            PARTICIPANT.signer(),
            dt.datetime.now(dt.UTC),
            uuid.uuid4(),
        )

    def _write_back(self, participant_id: str) -> None:
        if participant_id not in self._written:
            self._written.add(participant_id)
            self.send(participant_id, "Ответное письмо.txt", _LETTER)

    def _send_status(
        self,
        dispatch: dict[str, Any],
        status: str,
        file: dict[str, str] | None = None,
        *,
        delay: int = 0,
    ) -> None:
        message = {
            "kind": "status",
            "dispatch_id": f"{dispatch['dispatch_id']}-{status.replace('_', '-')}",
            "exchange_id": dispatch["exchange_id"],
            "status": status,
        }
        self._send_message(message | ({"file": file} if file else {}), delay)

    def _send_message(self, message: dict[str, Any], delay: int = 0) -> None:
        self._sqs.send_message(
            QueueUrl=self._inbound,
            MessageBody=json.dumps(message, ensure_ascii=False),
            DelaySeconds=delay,
        )

    def _put(self, file_name: str, content: bytes) -> dict[str, str]:
        key = f"roaming/in/{uuid.uuid4()}"
        signature = self._pki.sign(content, KEY)
        for name, body in (("content", content), ("signature", signature)):
            self._s3.put_object(Bucket=self._bucket, Key=f"{key}/{name}", Body=body)
        return {
            "file_name": file_name,
            "content_key": f"{key}/content",
            "signature_key": f"{key}/signature",
        }

    def _get(self, key: str) -> bytes:
        content: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return content
