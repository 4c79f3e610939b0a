"""Documents in few bytes: JSON deflated (RFC 1950) against a dictionary of what all repeat."""

import functools
import json
import zlib
from typing import Any, cast

# What a receipt says again and again, in the order that it is written in; the commonest last, where
# deflate reaches it with the fewest bits. A kept document can be read with its own dictionary only,
# so none of these is ever changed: a better one is added, and its place in the list is its name.
_DICTIONARIES = [
    '"amountsReceiptNds":{"amountsNds":[{"nds":11,"ndsSum":'
    '"checkingLabeledProdResult":0,"correctionType":0,"correctionBase":{"documentDate":"20'
    '"labelCodeProcesMode":0,"productCodeNew":{"gs1m":{"gtin":"046","productIdType":4,"rawProduct'
    'Code":"010460","sernum":"21"}},"productCodeData":{"gtin":46,"rawProductCode":"010460"'
    '"checkingProdInformationResult":15,"industryReceiptDetails":[{"idFoiv":"030","foundationDoc'
    'DateTime":"21.11.2023","foundationDocNumber":"1944","industryPropValue":"UUID=&Time=1'
    '"paymentAgentType":64,"providerInn":"77","providerData":{"providerName":"ООО \\"'
    '"providerPhone":["+7"]},"senderAddress":"noreply@","buyerPhoneOrAddress":"+79'
    '@mail.ru@yandex.ru@gmail.com"internetSign":1,"machineNumber":"33'
    '"propertiesUser":{"propertyName":"","propertyValue":""},"properties":{"propertyName":"","prop'
    'ertyValue":""},"metadata":{"address":"Россия, г. Москва, Московская область, ,Санкт-Петербург'
    'Г,, район, ул., дом , пом., корп., стр., помещение, этаж","id":,"ofdId":"ofd","receive'
    'Date":"20-Z","subtype":"receipt"},"fnsUrl":"www.nalog.gov.ru","numberKkt":"001067'
    'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ \\"АКЦИОНЕРНОЕ ОБЩЕСТВО \\"'
    'ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ '
    '"name":"Доставка "name":"Услуга "name":"Пакет "name":"Напиток "name":"Молоко "name":"Хлеб '
    ' пастеризованное, шт. кг упаковка 500г 1л белый черный нарезка'
    '{"itemsQuantityMeasure":0,"name":"","nds":6,"ndsSum":0,"paymentType":4,"price":100,"product'
    'Type":1,"quantity":1,"sum":100},{"itemsQuantityMeasure":11,"name":"","nds":2,"ndsSum":,"pay'
    'mentType":4,"price":,"productType":1,"quantity":0.,"sum":'
    '},{"itemsQuantityMeasure":0,"name":"","nds":1,"paymentType":4,"price":,"productType":1,"qua'
    'ntity":1.0,"sum":},{"name":"","nds":1,"ndsSum":,"paymentType":4,"price":,"productType":1,"qu'
    'antity":1,"sum":00}],'
    '"nds0":0,"nds10":,"nds10110":,"nds18":,"nds18118":,"ndsNo":'
    '{"appliedTaxationType":1,"cashTotalSum":0,"code":3,"creditSum":0,"dateTime":"2026-10-08T13:0'
    '5:00","ecashTotalSum":,"fiscalDocumentFormatVer":4,"fiscalDocumentNumber":1,"fiscalDriveNu'
    'mber":"738044090","fiscalSign":,"items":[{"itemsQuantityMeasure":0,"name":"'
    '}],"kktRegId":"000    ","nds18":,"ndsNo":,"operationType":1,"operator":"Кассир ","prepaidSu'
    'm":0,"provisionSum":0,"redefine_mask":2,"region":"77","requestNumber":1,"retailPlace":"Мага'
    'зин \\"","retailPlaceAddress":"г. Москва, ул. , д. ","shiftNumber":1,"taxationType":1,"total'
    'Sum":,"user":"ООО \\"","userInn":"77  "}'
]  # fmt: skip
_NEWEST = len(_DICTIONARIES) - 1


@functools.cache
def _dictionary(name: int) -> bytes:
    return _DICTIONARIES[name].encode()


def compress(content: dict[str, Any]) -> bytes:
    """Return a document in few bytes; the same content gives the same bytes."""
    said = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    deflate = zlib.compressobj(9, zdict=_dictionary(_NEWEST))
    return bytes([_NEWEST]) + deflate.compress(said.encode()) + deflate.flush()


def decompress(packed: bytes) -> dict[str, Any]:
    """Return the document that :func:`pack` packed."""
    inflate = zlib.decompressobj(zdict=_dictionary(packed[0]))
    said = inflate.decompress(packed[1:]) + inflate.flush()
    return cast(dict[str, Any], json.loads(said))
