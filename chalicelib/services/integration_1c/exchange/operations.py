"""What each operation of the exchange does. A client is who the password says, never a parameter.

Names of operations and parameters are the interface's.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.runtime import clock, object_store, outbox
from chalicelib.runtime.commit import transact
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.table import Write, fetch
from chalicelib.services.integration_1c import node, receiving, sending
from chalicelib.services.integration_1c.exchange import infobase, soap
from chalicelib.services.integration_1c.message.enterprise_data import EXCHANGE_PLAN, VERSIONS
from chalicelib.services.integration_1c.node import (
    Node,
    Operation,
    OperationState,
    Transfer,
)
from chalicelib.services.integration_1c.preparation import ExchangeMessage
from chalicelib.services.integration_1c.rules import (
    FileUnknown,
    NodeUnknown,
    PartUnknown,
    SoapFault,
)
from chalicelib.services.integration_1c.store import EXCHANGES, PREPARATIONS

Arguments = Mapping[str, Any]
Results = Mapping[str, Any]

_LARGEST_BLOCK = 2 * 1024 * 1024
"""Bytes of a part: in base64 it fits the answer of a function."""
_INLINE_FOR = dt.timedelta(minutes=2)
_APART_FOR = dt.timedelta(minutes=35)
_CODE = re.compile(r"[\w-]{1,64}")
_NAME_LENGTH = 150


def perform(client_id: str, call: soap.Call) -> Results:
    """Perform an operation and return what it answers.

    Raises:
        Problem: as the operation says; told to 1С as a fault.
    """
    plan = call.arguments.get("ExchangePlanName")
    if plan is not None and plan != EXCHANGE_PLAN:
        raise SoapFault(f"Поддерживается только план обмена {EXCHANGE_PLAN}.")
    return _OPERATIONS[call.operation](client_id, call.arguments)


def _ping(client_id: str, arguments: Arguments) -> Results:
    return {"return": ""}


def _test_connection(client_id: str, arguments: Arguments) -> Results:
    try:
        _node(client_id, arguments["NodeCode"])
    except NodeUnknown as problem:
        return {"return": False, "Result": problem.detail}
    return {"return": True, "Result": ""}


def _get_parameters(client_id: str, arguments: Arguments) -> Results:
    code = arguments["NodeCode"]
    known = code and _CODE.fullmatch(code) and fetch(node.node(client_id, code))
    return {
        "return": infobase.parameters(client_id, node_exists=bool(known)),
        "ResultMessage": "",
    }


def _create_node(client_id: str, arguments: Arguments) -> Results:
    """Keep a node. One that is set up again counts its messages from the first, and so do we; what
    is sent again changes nothing there."""
    said = soap.text_of(arguments["Parameters"], "СтрокаПараметровXML")
    if not said:
        raise SoapFault("Параметры настройки не переданы.")
    settings = soap.decode(said)
    code = _text(settings, "КодНовогоУзлаВторойБазы")
    if not _CODE.fullmatch(code):
        raise SoapFault("В параметрах настройки нет кода базы (КодНовогоУзлаВторойБазы).")
    name = _text(settings, "НаименованиеВторойБазы")[:_NAME_LENGTH]
    wanted = _text(settings, "ВерсияФорматаОбмена")
    version = next((one for one in VERSIONS if one == wanted), VERSIONS[0])
    new = Node(
        code=code,
        node_id=new_identifier(),
        name=name,
        version=version,
        created_at=clock.now(),
    )
    transact([node.put(client_id, new)])
    return {"return": soap.structure({})}


def _text(settings: Any, name: str) -> str:
    for one in settings.iter():
        if one.tag.rpartition("}")[2] == name:
            return (one.text or "").strip()
    return ""


def _remove_node(client_id: str, arguments: Arguments) -> Results:
    seen = _node(client_id, arguments["NodeId"])
    transact([node.remove(client_id, seen.code)])
    return {"return": soap.structure({})}


def _upload_data(client_id: str, arguments: Arguments) -> Results:
    """Prepare our message: within the call if it is small, otherwise apart, if 1С can wait."""
    to = _node(client_id, arguments["NodeCode"])
    accesses = sending.accesses_of(client_id)
    may_wait = arguments["ContinuousOperationAllowed"]
    shifts = None
    apart = may_wait and len(accesses) > sending.INLINE_REGISTERS
    if not apart:
        shifts = sending.pending(client_id, to.node_id, accesses)
        fitting = sending.fitting(shifts, sending.INLINE_DOCUMENTS)
        apart = may_wait and len(fitting) < len(shifts)
        shifts = fitting
    new = Operation(
        operation_id=str(uuid.uuid4()),
        code=to.code,
        node_id=to.node_id,
        file_id=str(uuid.uuid4()),
        message_no=to.sent_no + 1,
        state=OperationState.ACTIVE,
        until=clock.now() + (_APART_FOR if apart else _INLINE_FOR),
    )
    begin: list[Write] = node.begin(client_id, to, new)
    if apart:
        wanted = ExchangeMessage(client_id=client_id, operation_id=new.operation_id)
        transact([*begin, outbox.message(client_id, PREPARATIONS, wanted)])
    else:
        transact(begin)
        sending.send(client_id, to, new, shifts or [])
    return {
        "return": "",
        "FileID": new.file_id,
        "ContinuousOperation": apart,
        "Operation": new.operation_id if apart else "",
    }


def _download_data(client_id: str, arguments: Arguments) -> Results:
    """Take 1С's message in; that is always done within the call."""
    seen = _node(client_id, arguments["NodeCode"])
    receiving.take_in(client_id, seen, _uuid(arguments["FileID"]))
    return {"return": "", "ContinuousOperation": False, "Operation": ""}


def _operation_status(client_id: str, arguments: Arguments) -> Results:
    found = fetch(node.operation(client_id, _uuid(arguments["Operation"])))
    if found is None:
        return {"return": "Canceled", "ResultMessage": "Такой операции нет. Повторите обмен."}
    if found.state is OperationState.ACTIVE and clock.now() > found.until:
        late = "Подготовка данных не завершилась вовремя. Повторите обмен."
        return {"return": OperationState.FAILED.value, "ResultMessage": late}
    return {"return": found.state.value, "ResultMessage": found.reason}


def _prepare_file(client_id: str, arguments: Arguments) -> Results:
    file_id, kilobytes = arguments["FileId"], arguments["BlockSize"]
    found = fetch(node.ready_file(client_id, file_id))
    if found is None:
        raise FileUnknown
    block = min(kilobytes * 1024, _LARGEST_BLOCK) if kilobytes > 0 else _LARGEST_BLOCK
    new = Transfer(transfer_id=str(uuid.uuid4()), file_id=file_id, size=found.size, block=block)
    transact([node.put_transfer(client_id, new)])
    return {"return": "", "TransferId": new.transfer_id, "PartQuantity": new.parts}


def _get_part(client_id: str, arguments: Arguments) -> Results:
    number = arguments["PartNumber"]
    found = fetch(node.transfer(client_id, arguments["TransferId"]))
    if found is None:
        raise FileUnknown
    if not 1 <= number <= found.parts:
        raise PartUnknown(part=number)
    first = (number - 1) * found.block
    last = min(first + found.block, found.size) - 1
    content = object_store.get(
        EXCHANGES, sending.key(client_id, found.file_id), first=first, last=last
    )
    if content is None:
        raise FileUnknown
    return {"return": "", "PartData": content}


def _release_file(client_id: str, arguments: Arguments) -> Results:
    transact([node.end_transfer(client_id, arguments["TransferId"])])
    return {"return": ""}


def _put_part(client_id: str, arguments: Arguments) -> Results:
    number = arguments["PartNumber"] or 1
    receiving.put_part(client_id, arguments["TransferId"], number, arguments["PartData"])
    return {"return": ""}


def _join_parts(client_id: str, arguments: Arguments) -> Results:
    transfer_id, quantity = arguments["TransferId"], arguments["PartQuantity"]
    return {"return": "", "FileId": receiving.join_parts(client_id, transfer_id, quantity)}


def _match_data(client_id: str, arguments: Arguments) -> Results:
    """Learn the nomenclature of a message that 1С sends to be compared, whatever its number."""
    _node(client_id, arguments["NodeId"])
    receiving.learn(client_id, _uuid(arguments["FileId"]))
    return {"return": ""}


def _refuse(client_id: str, arguments: Arguments) -> Results:
    raise SoapFault("Обмен одной строкой не поддерживается: передавайте данные частями файла.")


def _node(client_id: str, code: str) -> Node:
    found = fetch(node.node(client_id, code)) if _CODE.fullmatch(code) else None
    if found is None:
        raise NodeUnknown(code=code[:64])
    return found


def _uuid(said: str) -> str:
    try:
        return str(uuid.UUID(said))
    except ValueError:
        raise FileUnknown from None


_OPERATIONS: Mapping[str, Callable[[str, Arguments], Results]] = {
    "Ping": _ping,
    "TestConnection": _test_connection,
    "GetIBParameters": _get_parameters,
    "CreateExchangeNode": _create_node,
    "RemoveExchangeNode": _remove_node,
    "UploadData": _upload_data,
    "DownloadData": _download_data,
    "GetContinuousOperationStatus": _operation_status,
    "PrepareGetFile": _prepare_file,
    "GetFilePart": _get_part,
    "ReleaseFile": _release_file,
    "PutFilePart": _put_part,
    "SaveFileFromParts": _join_parts,
    "PutMessageForDataMatching": _match_data,
    "Upload": _refuse,
    "Download": _refuse,
}
