"""«Интеграция 1С»: steps in the cabinet, receipts of shifts, and a client that acts as 1C."""

import base64
import functools
import io
import uuid
import zipfile
from collections.abc import Mapping
from typing import Any

import requests
import zeep
from zeep.transports import Transport

from chalicelib.core.fiscal.store import FISCAL_DOCUMENTS
from tests.support import cloud, receipts, steps
from tests.support.world import World

PLAN = "СинхронизацияДанныхЧерезУниверсальныйФормат"
FORMAT = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.17"
CODE = "5f3c9b1e-7a4d-4c1b-9d54-0a86b8a9f001"
"""The code of the infobase."""
REGISTER = steps.REGISTER["register_id"]

# --- the cabinet


def know_register(world: World, **changes: Any) -> str:
    """Make an organisation and a register known to the product."""
    steps.know_organisation(world)
    return steps.know_register(world, **changes)


def begin_trial(world: World, register_id: str = REGISTER) -> Any:
    """Start the trial of a register."""
    return world.ok(f"POST /integration-1c/registers/{register_id}/trial")


def subscribe(world: World, period: str = "month", register_id: str = REGISTER) -> Any:
    """Subscribe a register for a period."""
    path = f"/integration-1c/registers/{register_id}/subscription"
    return world.ok(f"POST {path}", {"period": period})


def pay(world: World, subscription: Any) -> None:
    """Pay the invoice of a subscription and deliver all messages."""
    number = subscription["invoice_number"]
    paid = steps.payment(
        {**subscription, **subscription["invoice"]}, bank_reference=f"bank/{number}"
    )
    world.ok("POST /payments", paid, who="operator")
    world.drain()


def tariff(world: World, place: int = 0) -> Any:
    """Return the tariff of a register from the list."""
    return world.get("/integration-1c/registers")["items"][place]


# --- shifts


def shift(
    number: int = 59,
    *,
    first: int = 700,
    sales: int = 3,
    at: str = "2026-11-24T10:{minute:02}:00",
    register_id: str = REGISTER,
    fiscal_drive: str = receipts.DRIVE,
    **changes: Any,
) -> list[dict[str, Any]]:
    """Return the documents of a closed shift, numbered from ``first``: opening, receipts, closing."""
    frame = {
        "kktRegId": register_id,
        "fiscalDriveNumber": fiscal_drive,
        "shiftNumber": number,
        "operationType": None,
    }
    documents: list[dict[str, Any]] = [{"code": 2, **frame}]
    documents += [
        receipts.document(**{**frame, "operationType": 1, **changes}) for _ in range(sales)
    ]
    documents.append({"code": 5, **frame})
    return [
        document
        | {
            "fiscalDocumentNumber": first + place,
            "fiscalSign": 1_000_000 + first + place,
            "dateTime": at.format(minute=place),
        }
        for place, document in enumerate(documents)
    ]


def feed(world: World, *documents: dict[str, Any]) -> None:
    """Deliver documents by the receipt feed."""
    for document in documents:
        world.send(FISCAL_DOCUMENTS, document)
    world.drain()


# --- 1C


class _Transport(Transport):  # type: ignore[misc] # zeep carries no types
    """Sends the calls of zeep to a world."""

    def __init__(self, world: World | None, authorization: str) -> None:
        super().__init__()
        self._world = world
        self._authorization = authorization

    def load(self, url: str) -> bytes:
        assert self._world is not None
        answer = self._world.call(f"GET {_path(url)}", who="nobody")
        assert answer.status == 200
        return answer.body

    def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> requests.Response:
        assert self._world is not None
        answer = call(self._world, _path(address), message, self._authorization, **headers)
        response = requests.Response()
        response.status_code, response._content = answer.status, answer.body
        response.headers.update(answer.headers)
        response.encoding = "utf-8"
        return response


def _path(url: str) -> str:
    return url.removeprefix(cloud.PARAMETERS["PublicUrl"]).partition("?")[0]


def basic(login: str, password: str) -> str:
    """Return an ``Authorization`` header."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


def call(world: World, path: str, content: bytes, authorization: str, **headers: str) -> Any:
    """Post an envelope unchanged."""
    sent = {"Content-Type": "text/xml; charset=utf-8", **headers, "Authorization": authorization}
    return world.call(f"POST {path}", who="nobody", key="", raw=content, headers=sent)


class OneC:
    """An infobase of 1C that performs data synchronisation by the WSDL of the service."""

    def __init__(self, service: Any, code: str = CODE) -> None:
        self.service = service
        self.code = code
        self.sent = 0
        self.received = 0
        self.our_code = ""

    @classmethod
    def connect(cls, world: World, who: str = "client", code: str = CODE) -> "OneC":
        """Return an infobase that has credentials from the cabinet and is set up."""
        made = world.ok("POST /integration-1c/credentials", who=who)
        base = cls(client(world, basic(made["login"], made["password"])).service, code)
        base.set_up()
        return base

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the other side."""
        answer = self.service.GetIBParameters(PLAN, self.code, "")
        return {member.name: member.Value for member in answer["return"].Property}

    def set_up(self, version: str = "1.17") -> None:
        """Create the node on the other side, as the setup assistant of 1C does."""
        self.our_code = self.parameters()["КодЭтогоУзла"]
        self.sent = self.received = 0
        settings = (
            '<ПараметрыНастройки xmlns="http://www.1c.ru/"><ОсновныеПараметрыОбмена>'
            f"<ИмяПланаОбмена>{PLAN}</ИмяПланаОбмена>"
            "<НаименованиеВторойБазы>Бухгалтерия предприятия</НаименованиеВторойБазы>"
            f"<КодНовогоУзлаВторойБазы>{self.code}</КодНовогоУзлаВторойБазы>"
            f"<ВерсияФорматаОбмена>{version}</ВерсияФорматаОбмена>"
            "</ОсновныеПараметрыОбмена></ПараметрыНастройки>"
        )
        text = zeep.xsd.AnyObject(zeep.xsd.String(), settings)
        self.service.CreateExchangeNode(
            {"Property": [{"name": "СтрокаПараметровXML", "Value": text}]}
        )

    def fetch(self, *, block_kilobytes: int = 1, wait: Any = None) -> bytes:
        """Download the next message in parts and return its XML.

        ``wait`` is called while the message is prepared in the background.
        """
        begun = self.service.UploadData(PLAN, self.code, None, None, None, wait is not None)
        if begun["ContinuousOperation"]:
            wait()
            state = self.service.GetContinuousOperationStatus(begun["Operation"])
            assert state == {"return": "Completed", "ResultMessage": None}, state
        return self.get_file(begun["FileID"], block_kilobytes)

    def get_file(self, file_id: str, block_kilobytes: int = 1) -> bytes:
        """Download a file in parts and return the unzipped content."""
        sending = self.service.PrepareGetFile(file_id, block_kilobytes)
        parts = [
            self.service.GetFilePart(sending["TransferId"], number)["PartData"]
            for number in range(1, sending["PartQuantity"] + 1)
        ]
        self.service.ReleaseFile(sending["TransferId"])
        with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
            (name,) = archive.namelist()
            return archive.read(name)

    def message(self, body: str = "", **fields: Any) -> bytes:
        """Return a message of 1C that confirms the last received message."""
        values = {"From": self.code, "To": self.our_code} | fields
        numbers = {"MessageNo": self.sent, "ReceivedNo": self.received} | fields
        return (
            '<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message"><msg:Header>'
            f"<msg:Format>{FORMAT}</msg:Format>"
            "<msg:CreationDate>2026-11-24T12:00:00</msg:CreationDate><msg:Confirmation>"
            f"<msg:ExchangePlan>{PLAN}</msg:ExchangePlan>"
            f"<msg:To>{values['To']}</msg:To><msg:From>{values['From']}</msg:From>"
            f"<msg:MessageNo>{numbers['MessageNo']}</msg:MessageNo>"
            f"<msg:ReceivedNo>{numbers['ReceivedNo']}</msg:ReceivedNo></msg:Confirmation>"
            "<msg:AvailableVersion>1.8</msg:AvailableVersion>"
            "<msg:AvailableVersion>1.17</msg:AvailableVersion></msg:Header>"
            f'<Body xmlns="{FORMAT}">{body}</Body></Message>'
        ).encode()

    def send(self, body: str = "") -> None:
        """Send the next message of 1C."""
        self.sent += 1
        self.put(self.message(body))

    def put(self, message: bytes, size: int = 300) -> None:
        """Upload a message in parts and have it accepted."""
        file_id = self.put_file(zipped(message), size)
        done = self.service.DownloadData(PLAN, self.code, file_id, None, None, True)
        assert not done["ContinuousOperation"]

    def put_file(self, content: bytes, size: int = 300) -> str:
        """Upload a file in parts and return its identifier."""
        transfer = str(uuid.uuid4())
        parts = [content[start : start + size] for start in range(0, len(content), size)]
        for number, part in enumerate(parts, start=1):
            self.service.PutFilePart(transfer, number, part)
        return str(self.service.SaveFileFromParts(transfer, len(parts))["FileId"])

    def synchronise(self, body: str = "", wait: Any = None) -> bytes:
        """Download the next message, send a message that confirms it, and return the first."""
        taken = self.fetch(wait=wait)
        self.received = number_of(taken)
        self.send(body)
        return taken


def client(world: World, authorization: str, service: str = "Exchange_3_0_1_1") -> zeep.Client:
    """Return a client that is generated from the served WSDL."""
    wsdl = f"{cloud.PARAMETERS['PublicUrl']}/ws/{service}?wsdl"
    transport = _Transport(world, authorization)
    return zeep.Client(_document(transport.load(wsdl)), transport=transport)


@functools.lru_cache
def _document(wsdl: bytes) -> zeep.wsdl.Document:
    return zeep.wsdl.Document(io.BytesIO(wsdl), _Transport(None, ""))


def zipped(content: bytes, name: str = "Message.xml") -> bytes:
    """Return an archive of one file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def number_of(message: bytes) -> int:
    """Return the number of a message."""
    return int(message.split(b"MessageNo>")[1].split(b"<")[0])


def documents_of(message: bytes) -> list[str]:
    """Return the identifiers of the retail reports in a message."""
    begins = message.decode().split("<Документ.ОтчетОРозничныхПродажах>")[1:]
    return [text.split("<Ссылка>")[1].split("<")[0] for text in begins]
