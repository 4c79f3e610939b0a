"""The web services that 1С's own «Синхронизация данных» calls: what is asked and answered.

Exchange_3_0_1_1 and InterfaceVersion of the Standard Subsystems Library (БСП), as the WSDLs of a
published base say. The order of parameters is part of the interface.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.services.integration_1c.exchange import soap
from chalicelib.services.integration_1c.exchange.soap import Call, Operation, Parameter, Service

_PLAN = Parameter("ExchangePlanName", "string")
_NODE = Parameter("NodeCode", "string")
_NODE_ID = Parameter("NodeId", "string")
_RETURN = Parameter("return", "string", nillable=True)
_FILE_ID = Parameter("FileID", "string", nillable=True)
_MESSAGE = Parameter("ResultMessage", "string", nillable=True)
_TRANSFER = Parameter("TransferId", "UUID")
_LONG = (
    Parameter("ContinuousOperation", "boolean", nillable=True),
    Parameter("Operation", "string", nillable=True),
)
_LONG_ALLOWED = Parameter("ContinuousOperationAllowed", "boolean")

EXCHANGE = Service(
    "Exchange_3_0_1_1",
    "http://www.1c.ru/SSL/Exchange_3_0_1_1",
    {
        "Ping": Operation((), (_RETURN,)),
        "TestConnection": Operation(
            (_PLAN, _NODE),
            (Parameter("return", "boolean"), Parameter("Result", "string", nillable=True)),
        ),
        "Upload": Operation(
            (_PLAN, _NODE), (_RETURN, Parameter("Data", "ValueStorage", nillable=True))
        ),
        "Download": Operation((_PLAN, _NODE, Parameter("Data", "ValueStorage")), (_RETURN,)),
        "UploadData": Operation(
            (_PLAN, _NODE, _FILE_ID, *_LONG, _LONG_ALLOWED), (_RETURN, _FILE_ID, *_LONG)
        ),
        "DownloadData": Operation(
            (_PLAN, _NODE, Parameter("FileID", "string"), *_LONG, _LONG_ALLOWED),
            (_RETURN, *_LONG),
        ),
        "GetIBParameters": Operation(
            (_PLAN, Parameter("NodeCode", "string", nillable=True), _MESSAGE),
            (Parameter("return", "Structure"), _MESSAGE),
        ),
        "GetContinuousOperationStatus": Operation(
            (Parameter("Operation", "string"),), (Parameter("return", "string"), _MESSAGE)
        ),
        "PrepareGetFile": Operation(
            (Parameter("FileId", "UUID"), Parameter("BlockSize", "decimal")),
            (_RETURN, _TRANSFER, Parameter("PartQuantity", "int")),
        ),
        "GetFilePart": Operation(
            (_TRANSFER, Parameter("PartNumber", "int")),
            (_RETURN, Parameter("PartData", "base64Binary", nillable=True)),
        ),
        "ReleaseFile": Operation((_TRANSFER,), (_RETURN,)),
        "PutFilePart": Operation(
            (
                _TRANSFER,
                Parameter("PartNumber", "int", nillable=True),
                Parameter("PartData", "base64Binary"),
            ),
            (_RETURN,),
        ),
        "SaveFileFromParts": Operation(
            (_TRANSFER, Parameter("PartQuantity", "int")), (_RETURN, Parameter("FileId", "UUID"))
        ),
        "CreateExchangeNode": Operation(
            (Parameter("Parameters", "Structure"),),
            (Parameter("return", "Structure", nillable=True),),
        ),
        "RemoveExchangeNode": Operation(
            (_PLAN, _NODE_ID), (Parameter("return", "Structure", nillable=True),)
        ),
        "PutMessageForDataMatching": Operation(
            (_PLAN, _NODE_ID, Parameter("FileId", "string")), (_RETURN,)
        ),
    },
)

INTERFACE_VERSION = Service(
    "InterfaceVersion",
    "http://www.1c.ru/SaaS/1.0/WS",
    {
        "GetVersions": Operation(
            (Parameter("InterfaceName", "string"),), (Parameter("return", "Array"),)
        )
    },
)

VERSIONS = {"DataExchange": ("3.0.1.1",)}
"""Versions of the interfaces that we have; 1С asks for those of data exchange."""


def get_versions(call: Call) -> Mapping[str, Any]:
    """Perform ``GetVersions``: return the versions of an interface that we have."""
    return {"return": soap.array(VERSIONS.get(call.arguments["InterfaceName"], ()))}
