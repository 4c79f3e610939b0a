"""The operations of the exchange.

The client is the owner of the credentials and never a parameter. Operations and parameters have
the names of the interface.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.runtime import clock, outbox
from chalicelib.runtime.commit import transact
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.table import fetch
from chalicelib.services.integration_1c.enterprise_data.version import EXCHANGE_PLAN, VERSIONS
from chalicelib.services.integration_1c.exchange import files, incoming, outgoing, store
from chalicelib.services.integration_1c.exchange.model import (
    ContinuousOperation,
    ExchangeNode,
    FileTransfer,
    OperationState,
)
from chalicelib.services.integration_1c.exchange.rules import (
    OPERATION,
    FileUnknown,
    NodeUnknown,
    first_shifts,
)
from chalicelib.services.integration_1c.model import PrepareExchangeMessage
from chalicelib.services.integration_1c.resources import PREPARATIONS
from chalicelib.services.integration_1c.rules import SoapFault
from chalicelib.services.integration_1c.shifts import RegisterShift
from chalicelib.services.integration_1c.web_service import infobase, soap

Arguments = Mapping[str, Any]
Results = Mapping[str, Any]

_INLINE_FOR = dt.timedelta(minutes=2)
"""After which time a preparation within a call is considered lost."""
_BACKGROUND_FOR = dt.timedelta(minutes=35)
"""After which time a preparation in the background is considered lost."""
_CODE = re.compile(r"[\w-]{1,64}")
_NAME_LENGTH = 150


def perform(client_id: str, call: soap.SoapCall) -> Results:
    """Perform an operation and return its results by name.

    Raises:
        SoapFault: the exchange plan is not supported, or a parameter is invalid.
        Problem: the operation is not possible; the caller answers with a SOAP fault.
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
    node = fetch(store.node(client_id, code)) if code and _CODE.fullmatch(code) else None
    return {
        "return": infobase.parameters(client_id, node_exists=node is not None),
        "ResultMessage": "",
    }


def _create_node(client_id: str, arguments: Arguments) -> Results:
    """Store a node.

    An infobase that is set up again numbers messages from 1, and so does this side. Documents
    that are sent again change nothing in 1C.
    """
    text = soap.member_text(arguments["Parameters"], "СтрокаПараметровXML")
    if not text:
        raise SoapFault("Параметры настройки не переданы.")
    settings = soap.parse_settings(text)
    code = _text(settings, "КодНовогоУзлаВторойБазы")
    if not _CODE.fullmatch(code):
        raise SoapFault("В параметрах настройки нет кода базы (КодНовогоУзлаВторойБазы).")
    name = _text(settings, "НаименованиеВторойБазы")[:_NAME_LENGTH]
    requested = _text(settings, "ВерсияФорматаОбмена")
    version = next((version for version in VERSIONS if version == requested), VERSIONS[0])
    node = ExchangeNode(
        code=code,
        node_id=new_identifier(),
        name=name,
        version=version,
        created_at=clock.now(),
    )
    transact([store.put_node(client_id, node)])
    return {"return": soap.structure({})}


def _text(settings: Any, name: str) -> str:
    for element in settings.iter():
        if element.tag.rpartition("}")[2] == name:
            return (element.text or "").strip()
    return ""


def _remove_node(client_id: str, arguments: Arguments) -> Results:
    node = _node(client_id, arguments["NodeId"])
    transact([store.delete_node(client_id, node.code)])
    return {"return": soap.structure({})}


def _upload_data(client_id: str, arguments: Arguments) -> Results:
    """Prepare a message for 1C.

    The message is prepared within the call if it is small or 1C cannot wait, otherwise in the
    background.
    """
    node = _node(client_id, arguments["NodeCode"])
    accesses = outgoing.read_accesses(client_id)
    can_wait = arguments["ContinuousOperationAllowed"]
    selected: list[RegisterShift] = []
    in_background = can_wait and len(accesses) > outgoing.INLINE_REGISTERS
    if not in_background:
        pending = outgoing.pending_shifts(client_id, node.node_id, accesses)
        selected = first_shifts(pending, outgoing.INLINE_DOCUMENTS)
        in_background = can_wait and len(selected) < len(pending)
    beginning = OPERATION.begin(OperationState.ACTIVE, Actor.CLIENT)
    operation = ContinuousOperation(
        operation_id=str(uuid.uuid4()),
        code=node.code,
        node_id=node.node_id,
        file_id=str(uuid.uuid4()),
        message_no=node.sent_no + 1,
        state=beginning.state,
        until=beginning.at + (_BACKGROUND_FOR if in_background else _INLINE_FOR),
        history=beginning.history,
    )
    writes = store.begin_operation(client_id, node, operation)
    if in_background:
        request = PrepareExchangeMessage(client_id=client_id, operation_id=operation.operation_id)
        transact([*writes, outbox.message(client_id, PREPARATIONS, request)])
    else:
        transact(writes)
        outgoing.prepare_message(client_id, node, operation, selected)
    return {
        "return": "",
        "FileID": operation.file_id,
        "ContinuousOperation": in_background,
        "Operation": operation.operation_id if in_background else "",
    }


def _download_data(client_id: str, arguments: Arguments) -> Results:
    """Accept a message of 1C, always within the call."""
    node = _node(client_id, arguments["NodeCode"])
    incoming.accept_message(client_id, node, _uuid(arguments["FileID"]))
    return {"return": "", "ContinuousOperation": False, "Operation": ""}


def _operation_status(client_id: str, arguments: Arguments) -> Results:
    operation = fetch(store.operation(client_id, _uuid(arguments["Operation"])))
    if operation is None:
        return {"return": "Canceled", "ResultMessage": "Такой операции нет. Повторите обмен."}
    if operation.state is OperationState.ACTIVE and clock.now() > operation.until:
        late = "Подготовка данных не завершилась вовремя. Повторите обмен."
        return {"return": OperationState.FAILED.value, "ResultMessage": late}
    return {"return": operation.state.value, "ResultMessage": operation.reason}


def _prepare_file(client_id: str, arguments: Arguments) -> Results:
    file_id, kilobytes = arguments["FileId"], arguments["BlockSize"]
    file = fetch(store.ready_file(client_id, file_id))
    if file is None:
        raise FileUnknown
    most = files.MOST_PART_BYTES
    block = min(kilobytes * 1024, most) if kilobytes > 0 else most
    transfer = FileTransfer(
        transfer_id=str(uuid.uuid4()), file_id=file_id, size=file.size, block=block
    )
    transact([store.put_transfer(client_id, transfer)])
    return {"return": "", "TransferId": transfer.transfer_id, "PartQuantity": transfer.parts}


def _get_part(client_id: str, arguments: Arguments) -> Results:
    transfer = fetch(store.transfer(client_id, arguments["TransferId"]))
    if transfer is None:
        raise FileUnknown
    content = files.read_part(client_id, transfer, arguments["PartNumber"])
    return {"return": "", "PartData": content}


def _release_file(client_id: str, arguments: Arguments) -> Results:
    transact([store.delete_transfer(client_id, arguments["TransferId"])])
    return {"return": ""}


def _put_part(client_id: str, arguments: Arguments) -> Results:
    number = arguments["PartNumber"] or 1
    files.put_part(client_id, arguments["TransferId"], number, arguments["PartData"])
    return {"return": ""}


def _join_parts(client_id: str, arguments: Arguments) -> Results:
    transfer_id, quantity = arguments["TransferId"], arguments["PartQuantity"]
    return {"return": "", "FileId": files.join_parts(client_id, transfer_id, quantity)}


def _match_data(client_id: str, arguments: Arguments) -> Results:
    """Store the nomenclature of a message that 1C sends for comparison, whatever its number."""
    _node(client_id, arguments["NodeId"])
    incoming.learn_nomenclature(client_id, _uuid(arguments["FileId"]))
    return {"return": ""}


def _refuse(client_id: str, arguments: Arguments) -> Results:
    raise SoapFault("Обмен одной строкой не поддерживается: передавайте данные частями файла.")


def _node(client_id: str, code: str) -> ExchangeNode:
    node = fetch(store.node(client_id, code)) if _CODE.fullmatch(code) else None
    if node is None:
        raise NodeUnknown(code=code[:64])
    return node


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
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
