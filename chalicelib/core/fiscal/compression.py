"""Compression of fiscal documents: JSON deflated (RFC 1950) with a preset dictionary."""

import functools
import json
import zlib
from typing import Any, cast

# Text that receipts repeat, in the order in which it occurs. The most frequent text is last, where
# deflate refers to it with the fewest bits. A document can only be decompressed with the dictionary
# that compressed it, so a dictionary is never changed: an improved one is appended. The first byte
# of a compressed document is the dictionary's index in this list.
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
def _dictionary(index: int) -> bytes:
    return _DICTIONARIES[index].encode()


def compress(content: dict[str, Any]) -> bytes:
    """Return a document compressed with the newest dictionary; equal content gives equal bytes."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    deflate = zlib.compressobj(9, zdict=_dictionary(_NEWEST))
    return bytes([_NEWEST]) + deflate.compress(text.encode()) + deflate.flush()


def decompress(packed: bytes) -> dict[str, Any]:
    """Return the document that :func:`compress` made ``packed`` of."""
    inflate = zlib.decompressobj(zdict=_dictionary(packed[0]))
    text = inflate.decompress(packed[1:]) + inflate.flush()
    return cast(dict[str, Any], json.loads(text))
