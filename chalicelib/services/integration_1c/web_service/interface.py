"""The interfaces of the web services that the data synchronisation of 1C calls.

These are Exchange_3_0_1_1 and InterfaceVersion of the Standard Subsystems Library (БСП), as in
the WSDL of a published infobase. The order of parameters is part of the interface.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.services.integration_1c.web_service import soap
from chalicelib.services.integration_1c.web_service.soap import (
    SoapCall,
    SoapOperation,
    SoapParameter,
    SoapService,
)

_PLAN = SoapParameter("ExchangePlanName", "string")
_NODE = SoapParameter("NodeCode", "string")
_NODE_ID = SoapParameter("NodeId", "string")
_RETURN = SoapParameter("return", "string", nillable=True)
_FILE_ID = SoapParameter("FileID", "string", nillable=True)
_MESSAGE = SoapParameter("ResultMessage", "string", nillable=True)
_TRANSFER = SoapParameter("TransferId", "UUID")
_LONG = (
    SoapParameter("ContinuousOperation", "boolean", nillable=True),
    SoapParameter("Operation", "string", nillable=True),
)
_LONG_ALLOWED = SoapParameter("ContinuousOperationAllowed", "boolean")

EXCHANGE = SoapService(
    "Exchange_3_0_1_1",
    "http://www.1c.ru/SSL/Exchange_3_0_1_1",
    {
        "Ping": SoapOperation((), (_RETURN,)),
        "TestConnection": SoapOperation(
            (_PLAN, _NODE),
            (SoapParameter("return", "boolean"), SoapParameter("Result", "string", nillable=True)),
        ),
        "Upload": SoapOperation(
            (_PLAN, _NODE), (_RETURN, SoapParameter("Data", "ValueStorage", nillable=True))
        ),
        "Download": SoapOperation(
            (_PLAN, _NODE, SoapParameter("Data", "ValueStorage")), (_RETURN,)
        ),
        "UploadData": SoapOperation(
            (_PLAN, _NODE, _FILE_ID, *_LONG, _LONG_ALLOWED), (_RETURN, _FILE_ID, *_LONG)
        ),
        "DownloadData": SoapOperation(
            (_PLAN, _NODE, SoapParameter("FileID", "string"), *_LONG, _LONG_ALLOWED),
            (_RETURN, *_LONG),
        ),
        "GetIBParameters": SoapOperation(
            (_PLAN, SoapParameter("NodeCode", "string", nillable=True), _MESSAGE),
            (SoapParameter("return", "Structure"), _MESSAGE),
        ),
        "GetContinuousOperationStatus": SoapOperation(
            (SoapParameter("Operation", "string"),), (SoapParameter("return", "string"), _MESSAGE)
        ),
        "PrepareGetFile": SoapOperation(
            (SoapParameter("FileId", "UUID"), SoapParameter("BlockSize", "decimal")),
            (_RETURN, _TRANSFER, SoapParameter("PartQuantity", "int")),
        ),
        "GetFilePart": SoapOperation(
            (_TRANSFER, SoapParameter("PartNumber", "int")),
            (_RETURN, SoapParameter("PartData", "base64Binary", nillable=True)),
        ),
        "ReleaseFile": SoapOperation((_TRANSFER,), (_RETURN,)),
        "PutFilePart": SoapOperation(
            (
                _TRANSFER,
                SoapParameter("PartNumber", "int", nillable=True),
                SoapParameter("PartData", "base64Binary"),
            ),
            (_RETURN,),
        ),
        "SaveFileFromParts": SoapOperation(
            (_TRANSFER, SoapParameter("PartQuantity", "int")),
            (_RETURN, SoapParameter("FileId", "UUID")),
        ),
        "CreateExchangeNode": SoapOperation(
            (SoapParameter("Parameters", "Structure"),),
            (SoapParameter("return", "Structure", nillable=True),),
        ),
        "RemoveExchangeNode": SoapOperation(
            (_PLAN, _NODE_ID), (SoapParameter("return", "Structure", nillable=True),)
        ),
        "PutMessageForDataMatching": SoapOperation(
            (_PLAN, _NODE_ID, SoapParameter("FileId", "string")), (_RETURN,)
        ),
    },
)

INTERFACE_VERSION = SoapService(
    "InterfaceVersion",
    "http://www.1c.ru/SaaS/1.0/WS",
    {
        "GetVersions": SoapOperation(
            (SoapParameter("InterfaceName", "string"),), (SoapParameter("return", "Array"),)
        )
    },
)

VERSIONS = {"DataExchange": ("3.0.1.1",)}
"""Supported versions of each interface. 1C requests those of ``DataExchange``."""


def get_versions(call: SoapCall) -> Mapping[str, Any]:
    """Perform ``GetVersions``: return the supported versions of an interface."""
    return {"return": soap.array(VERSIONS.get(call.arguments["InterfaceName"], ()))}
