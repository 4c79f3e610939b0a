"""Bank statements in 1CClientBankExchange, the text format Russian banks export for 1С.

Source: «Стандарт обмена с системами "Клиент банка"» by 1С, versions 1.00–1.03. The file is
``key=value`` lines in sections; what the format does not name is skipped. Values are the bank's
words, so nothing here checks an ИНН or an account: only what money rests on must be readable,
and the whole file is refused otherwise, with the line to look at.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date

from chalicelib.runtime.model import Model

MAX_BYTES = 5 * 1024 * 1024
MAX_DOCUMENTS = 10_000
MAX_LINE = 1000
"""Characters of a line that are read: the longest value of the format, a purpose, has 210."""

_SIGNATURE = "1CClientBankExchange"
_END = "КонецФайла"
_DOCUMENT, _DOCUMENT_END = "СекцияДокумент", "КонецДокумента"
_ACCOUNT, _ACCOUNT_END = "СекцияРасчСчет", "КонецРасчСчет"
_MARKERS = frozenset({_DOCUMENT, _DOCUMENT_END, _ACCOUNT, _ACCOUNT_END, _END})
_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")
_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


class StatementUnreadable(ValueError):
    """The file is not a whole statement. ``line`` counts from 1; 0 means the file as such."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"Строка {line}: {reason}" if line else reason)
        self.line = line


class StatementParty(Model):
    """Payer or payee in the bank's words; what the bank left out is an empty string."""

    name: str
    inn: str
    kpp: str
    account: str


class StatementDocument(Model):
    """One payment document. ``received_on`` is when the money came in, where the bank says so."""

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
        """The same for the same payment in any statement, so that it is counted once.

        ``<number>/<ISO date>/<payer's account>/<kopecks>``: a bank does not repeat the number of
        a document for one payer within a day. Leading zeros of the number are dropped, since
        banks differ in them; a payer without an account (cash) is told by its ИНН.
        """
        number = self.number.lstrip("0") or "0"
        payer = self.payer.account or self.payer.inn
        return f"{number}/{self.issued_on}/{payer}/{self.amount_kopecks}"


class Statement(Model):
    """Documents of one or several accounts over a period, in the file's order."""

    accounts: tuple[str, ...]
    period_from: date | None
    period_to: date | None
    documents: tuple[StatementDocument, ...]


def parse(data: bytes) -> Statement:
    """Read a statement file; raises ``StatementUnreadable`` (message in Russian)."""
    if len(data) > MAX_BYTES:
        raise StatementUnreadable(f"Файл выписки больше {MAX_BYTES // 1024 // 1024} МБ")
    header: dict[str, str] = {}
    accounts: dict[str, None] = {}
    documents: list[StatementDocument] = []
    # What the lines being read belong to: the header, an account or a document.
    section, started, fields = "", 1, header
    ended = last_key = ""
    for line, key, value in _lines(_decode(data)):
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
            # A purpose that the payer wrote on several lines arrives broken the same way.
            if len(broken := fields.get(last_key, "")) < MAX_LINE:
                fields[last_key] = f"{broken} {key}".lstrip()
        elif key == "РасчСчет" and section != _DOCUMENT:
            accounts[value] = None
        elif key not in fields:
            # The first of two equal keys holds: what follows a purpose may be the payer's text.
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
    """The documents that brought money to one of our accounts."""
    return tuple(d for d in statement.documents if d.payee.account in our_accounts)


def _decode(data: bytes) -> str:
    """Text in whichever encoding makes the format's own words readable.

    The header's ``Кодировка=`` (Windows, DOS) is written in the encoding it names, and banks
    that convert files forget to change it: the bytes of the words themselves do not lie.
    """
    for encoding in ("utf-8-sig", "cp1251", "cp866"):
        text = data.decode(encoding, errors="replace")
        if not text.startswith(_SIGNATURE):
            break
        if any(word in text for word in ("ВерсияФормата=", "Кодировка=", _END, _DOCUMENT)):
            return text
    raise StatementUnreadable(f"Это не банковская выписка в формате {_SIGNATURE}")


def _lines(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Line number, key and value of every line but the signature; a value of None: no ``=``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines[1:], start=2):
        key, equals, value = line[:MAX_LINE].strip(" \t\x1a").partition("=")
        if key or equals:
            yield number, key.strip(), value.strip() if equals else None


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
        found = (fields.get(role + suffix, "") for suffix in suffixes)
        # Banks write a lone nought where there is no ИНН or КПП.
        return next((value for value in found if value.strip("0")), "")

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
