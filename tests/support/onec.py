"""«Интеграция 1С»: steps of the cabinet, receipts of shifts, and 1С as a client calls us."""

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
"""What 1С calls itself."""
REGISTER = steps.REGISTER["register_id"]

# --- the cabinet


def know_register(world: World, **changes: Any) -> str:
    """Let the cabinet tell of the organisation and of a register."""
    steps.know_organisation(world)
    return steps.know_register(world, **changes)


def begin_trial(world: World, register_id: str = REGISTER) -> Any:
    """Switch a register's trial on."""
    return world.ok(f"POST /integration-1c/registers/{register_id}/trial")


def subscribe(world: World, period: str = "month", register_id: str = REGISTER) -> Any:
    """Order a period of a register."""
    path = f"/integration-1c/registers/{register_id}/subscription"
    return world.ok(f"POST {path}", {"period": period})


def pay(world: World, subscription: Any) -> None:
    """Pay for a period, and let the service hear of it."""
    number = subscription["invoice_number"]
    paid = steps.payment(
        {**subscription, **subscription["invoice"]}, bank_reference=f"bank/{number}"
    )
    world.ok("POST /payments", paid, who="operator")
    world.drain()


def tariff(world: World, place: int = 0) -> Any:
    """Return what the list says of a register."""
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
    """Return a closed shift: its opening, receipts, closing, numbered from ``first``."""
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
        one
        | {
            "fiscalDocumentNumber": first + place,
            "fiscalSign": 1_000_000 + first + place,
            "dateTime": at.format(minute=place),
        }
        for place, one in enumerate(documents)
    ]


def feed(world: World, *documents: dict[str, Any]) -> None:
    """Let documents come in by the feed."""
    for one in documents:
        world.send(FISCAL_DOCUMENTS, one)
    world.drain()


# --- 1С


class _Transport(Transport):  # type: ignore[misc] # zeep carries no types
    """Carries zeep's calls into a world."""

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
    """Post an envelope as it is."""
    sent = {"Content-Type": "text/xml; charset=utf-8", **headers, "Authorization": authorization}
    return world.call(f"POST {path}", who="nobody", key="", raw=content, headers=sent)


class OneC:
    """A base of 1С: knows the WSDL alone, and does what its data synchronisation does."""

    def __init__(self, service: Any, code: str = CODE) -> None:
        self.service = service
        self.code = code
        self.sent = 0
        self.received = 0
        self.our_code = ""

    @classmethod
    def connect(cls, world: World, who: str = "client", code: str = CODE) -> "OneC":
        """Return a base that has got its password from the cabinet, and is set up."""
        made = world.ok("POST /integration-1c/credentials", who=who)
        base = cls(client(world, basic(made["login"], made["password"])).service, code)
        base.set_up()
        return base

    def parameters(self) -> dict[str, Any]:
        """Ask the other side about itself."""
        said = self.service.GetIBParameters(PLAN, self.code, "")
        return {one.name: one.Value for one in said["return"].Property}

    def set_up(self, version: str = "1.17") -> None:
        """Make the other side's node, as the assistant of 1С does."""
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
        """Take the next message, in parts; return its XML. ``wait`` passes the time."""
        begun = self.service.UploadData(PLAN, self.code, None, None, None, wait is not None)
        if begun["ContinuousOperation"]:
            wait()
            state = self.service.GetContinuousOperationStatus(begun["Operation"])
            assert state == {"return": "Completed", "ResultMessage": None}, state
        return self.get_file(begun["FileID"], block_kilobytes)

    def get_file(self, file_id: str, block_kilobytes: int = 1) -> bytes:
        """Get a file in parts and unzip it."""
        sending = self.service.PrepareGetFile(file_id, block_kilobytes)
        parts = [
            self.service.GetFilePart(sending["TransferId"], number)["PartData"]
            for number in range(1, sending["PartQuantity"] + 1)
        ]
        self.service.ReleaseFile(sending["TransferId"])
        with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
            (name,) = archive.namelist()
            return archive.read(name)

    def message(self, body: str = "", **said: Any) -> bytes:
        """Write a message of 1С's own, with the confirmation of what it has received."""
        values = {"From": self.code, "To": self.our_code} | said
        numbers = {"MessageNo": self.sent, "ReceivedNo": self.received} | said
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
        """Send the next message of 1С's own."""
        self.sent += 1
        self.put(self.message(body))

    def put(self, message: bytes, size: int = 300) -> None:
        """Send a file in parts and have it taken in."""
        file_id = self.put_file(zipped(message), size)
        done = self.service.DownloadData(PLAN, self.code, file_id, None, None, True)
        assert not done["ContinuousOperation"]

    def put_file(self, content: bytes, size: int = 300) -> str:
        """Send a file in parts; return its id."""
        transfer = str(uuid.uuid4())
        parts = [content[start : start + size] for start in range(0, len(content), size)]
        for number, part in enumerate(parts, start=1):
            self.service.PutFilePart(transfer, number, part)
        return str(self.service.SaveFileFromParts(transfer, len(parts))["FileId"])

    def synchronise(self, body: str = "", wait: Any = None) -> bytes:
        """Take their message in and send ours, which confirms it; return theirs."""
        taken = self.fetch(wait=wait)
        self.received = number_of(taken)
        self.send(body)
        return taken


def client(world: World, authorization: str, service: str = "Exchange_3_0_1_1") -> zeep.Client:
    """Return a client made from the WSDL that we serve."""
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
    return [one.split("<Ссылка>")[1].split("<")[0] for one in begins]
