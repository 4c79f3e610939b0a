"""Parses bank statements in 1CClientBankExchange, the text format that Russian banks export for 1С.

Source: «Стандарт обмена с системами "Клиент банка"» by 1С, versions 1.00–1.03. The file has
``key=value`` lines in sections; unknown keys are skipped. Numbers, dates and amounts must be
readable, or the whole file is refused with the number of the line. An ИНН or an account is returned
as the bank wrote it, without a check.
"""

import codecs
import io
import re
from collections.abc import Collection, Iterator
from datetime import date
from typing import BinaryIO

from chalicelib.runtime.model import Model

MAX_BYTES = 15 * 1024 * 1024
MAX_DOCUMENTS = 10_000
MAX_LINE = 1000
"""Characters of a line that are read. The longest value of the format, a purpose, has 210."""

MAX_KEYS = 200
"""Keys of a section that are read; the format knows about sixty."""
_CHUNK = 64 * 1024

_SIGNATURE = "1CClientBankExchange"
_END = "КонецФайла"
_DOCUMENT, _DOCUMENT_END = "СекцияДокумент", "КонецДокумента"
_ACCOUNT, _ACCOUNT_END = "СекцияРасчСчет", "КонецРасчСчет"
_MARKERS = frozenset({_DOCUMENT, _DOCUMENT_END, _ACCOUNT, _ACCOUNT_END, _END})
_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")
_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


class StatementUnreadable(ValueError):
    """The file is not a complete statement. ``line`` counts from 1; 0 stands for the whole file."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"Строка {line}: {reason}" if line else reason)
        self.line = line


class StatementParty(Model):
    """Payer or payee as the bank wrote it. A missing value is an empty string."""

    name: str
    inn: str
    kpp: str
    account: str


class StatementDocument(Model):
    """A payment document. ``received_on`` is the day the money arrived, if the bank states it."""

    kind: str
    number: str
    issued_on: date
    amount_kopecks: int
    payer: StatementParty
    payee: StatementParty
    purpose: str
    received_on: date | None

    @property
    def paid_on(self) -> date:
        return self.received_on or self.issued_on

    @property
    def bank_reference(self) -> str:
        """The identifier of the payment, equal in every statement that has the payment.

        ``<number>/<ISO date>/<payer's account>/<kopecks>``: a bank does not repeat the number of
        a document for a payer within a day. Leading zeros of the number are dropped, since banks
        differ in them. The ИНН stands for the account of a payer without one (cash).
        """
        number = self.number.lstrip("0") or "0"
        payer = self.payer.account or self.payer.inn
        return f"{number}/{self.issued_on}/{payer}/{self.amount_kopecks}"


class Statement(Model):
    """The documents of one or several accounts over a period, in the order of the file."""

    accounts: tuple[str, ...]
    period_from: date | None
    period_to: date | None
    documents: tuple[StatementDocument, ...]


def parse(file: BinaryIO) -> Statement:
    """Return the statement in a file, which is read line by line.

    Raises:
        StatementUnreadable: the file is not a complete statement; the message is in Russian.
    """
    header: dict[str, str] = {}
    accounts: dict[str, None] = {}
    documents: list[StatementDocument] = []
    # The section that the current line belongs to: the header, an account or a document.
    section, started, fields = "", 1, header
    ended = last_key = ""
    for line, key, value in _lines(file):
        if ended:
            raise StatementUnreadable(f"после «{_END}» есть ещё данные", line)
        if key in {_DOCUMENT, _ACCOUNT} and section:
            raise StatementUnreadable("раздел начат, а предыдущий не закончен", line)
        if key in {_DOCUMENT, _ACCOUNT}:
            section, started, fields = key, line, {"": value or ""}
        elif key == _DOCUMENT_END and section == _DOCUMENT:
            documents.append(_document(fields, started))
            if len(documents) > MAX_DOCUMENTS:
                raise StatementUnreadable(f"в файле больше {MAX_DOCUMENTS} документов", line)
            section, fields = "", header
        elif key == _ACCOUNT_END and section == _ACCOUNT:
            section, fields = "", header
        elif key == _END and not section:
            ended = key
        elif key in _MARKERS:
            raise StatementUnreadable(f"«{key}» не на своём месте", line)
        elif value is None:
            # A purpose that the payer wrote on several lines stands on several lines of the file.
            if len(broken := fields.get(last_key, "")) < MAX_LINE:
                fields[last_key] = f"{broken} {key}".lstrip()
        elif key == "РасчСчет" and section != _DOCUMENT:
            accounts[value] = None
        elif key not in fields and len(fields) < MAX_KEYS:
            # The first of equal keys is used: a line after a purpose may be text of the payer.
            fields[key] = value
            last_key = key
    if not ended:
        raise StatementUnreadable(f"Выписка обрывается: в файле нет строки «{_END}»")
    return Statement(
        accounts=tuple(accounts),
        period_from=_optional_date(header, "ДатаНачала", 1),
        period_to=_optional_date(header, "ДатаКонца", 1),
        documents=tuple(documents),
    )


def incoming(statement: Statement, our_accounts: Collection[str]) -> tuple[StatementDocument, ...]:
    """Return the documents whose payee has one of ``our_accounts``."""
    return tuple(d for d in statement.documents if d.payee.account in our_accounts)


def _lines(file: BinaryIO) -> Iterator[tuple[int, str, str | None]]:
    """Yield number, key and value of each line after the signature; None if there is no ``=``."""
    for number, line in enumerate(_text_lines(file), start=1):
        key, equals, value = line[:MAX_LINE].strip(" \t\x1a").partition("=")
        if number > 1 and (key or equals):
            yield number, key.strip(), value.strip() if equals else None


def _text_lines(file: BinaryIO) -> Iterator[str]:
    """Yield the lines, of each at least the first ``MAX_LINE`` characters."""
    chunk = file.read(_CHUNK)
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(_encoding(chunk))(errors="replace"), translate=True
    )
    size, rest = 0, ""
    while chunk:
        size += len(chunk)
        if size > MAX_BYTES:
            raise StatementUnreadable(f"Файл выписки больше {MAX_BYTES // 1024 // 1024} МБ")
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from lines
        rest = rest[:MAX_LINE]
        chunk = file.read(_CHUNK)
    yield from (rest + decoder.decode(b"", final=True)).split("\n")


def _encoding(start: bytes) -> str:
    """Return the encoding that makes the format's own words readable at the start of a file.

    The header's ``Кодировка=`` (Windows, DOS) is written in the encoding it names, and banks
    that convert files forget to change it: the bytes of the words themselves do not lie.
    """
    for encoding in ("utf-8-sig", "cp1251", "cp866"):
        text = start.decode(encoding, errors="replace")
        if not text.startswith(_SIGNATURE):
            break
        if any(word in text for word in ("ВерсияФормата=", "Кодировка=", _END, _DOCUMENT)):
            return encoding
    raise StatementUnreadable(f"Это не банковская выписка в формате {_SIGNATURE}")


def _document(fields: dict[str, str], line: int) -> StatementDocument:
    issued_on = _optional_date(fields, "Дата", line)
    if issued_on is None:
        raise StatementUnreadable("у документа нет даты", line)
    parts = (fields.get(f"НазначениеПлатежа{n}", "") for n in range(1, 7))
    return StatementDocument(
        kind=fields[""],
        number=fields.get("Номер", ""),
        issued_on=issued_on,
        amount_kopecks=_kopecks(fields.get("Сумма", ""), line),
        payer=_party(fields, "Плательщик"),
        payee=_party(fields, "Получатель"),
        purpose=fields.get("НазначениеПлатежа") or " ".join(filter(None, parts)),
        received_on=_optional_date(fields, "ДатаПоступило", line),
    )


def _party(fields: dict[str, str], role: str) -> StatementParty:
    def read(*suffixes: str) -> str:
        values = (fields.get(role + suffix, "") for suffix in suffixes)
        # Banks write a single zero for a missing ИНН or КПП.
        return next((value for value in values if value.strip("0")), "")

    return StatementParty(
        name=read("1", ""), inn=read("ИНН"), kpp=read("КПП"), account=read("Счет", "РасчСчет")
    )


def _kopecks(text: str, line: int) -> int:
    amount = _AMOUNT.fullmatch(text)
    if not amount:
        raise StatementUnreadable(f"сумма документа не читается: «{text[:40]}»", line)
    roubles, kopecks = amount.groups(default="")
    return int(roubles) * 100 + int(kopecks.ljust(2, "0"))


def _optional_date(fields: dict[str, str], key: str, line: int) -> date | None:
    text = fields.get(key, "")
    if not text:
        return None
    parts = _DATE.fullmatch(text)
    try:
        day, month, year = map(int, parts.groups() if parts else ())
        return date(year, month, day)
    except ValueError:
        raise StatementUnreadable(f"дата «{key}» не читается: «{text[:40]}»", line) from None
