"""Parses bank statements in 1CClientBankExchange, the text format that Russian banks export for 1С.

Source: «Стандарт обмена с системами "Клиент банка"» by 1С, versions 1.00–1.03. The file has
``key=value`` lines in sections; unknown keys are skipped. An ИНН or an account is returned as the
bank wrote it, without a check.

A payer can write line breaks and the words of the format into the purpose of a payment. So a
statement is believed only whole: the documents of an account must add up to the turnover that the
bank states in the sections of the account.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import BinaryIO

from chalicelib.core.billing.statement_text import MAX_LINE, Line, StatementUnreadable, lines
from chalicelib.runtime.model import Model

MAX_DOCUMENTS = 10_000

_END = "КонецФайла"
_DOCUMENT, _ACCOUNT = "СекцияДокумент", "СекцияРасчСчет"
_SECTION_ENDS = {"КонецДокумента": _DOCUMENT, "КонецРасчСчет": _ACCOUNT}
_ACCOUNT_NUMBER, _BEGIN, _END_DAY = "РасчСчет", "ДатаНачала", "ДатаКонца"
_OPENING, _CLOSING = "НачальныйОстаток", "КонечныйОстаток"
_RECEIVED, _WITHDRAWN = "ВсегоПоступило", "ВсегоСписано"
_PAYER, _PAYEE = "Плательщик", "Получатель"
_PURPOSE = ("НазначениеПлатежа", *(f"НазначениеПлатежа{n}" for n in range(1, 7)))
_AMOUNT = re.compile(r"(-?)([0-9]{1,15})(?:[.,]([0-9]{1,2}))?")
_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


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


_PARTY = ("", "1", "ИНН", "КПП", "Счет", "РасчСчет")
_KEYS = frozenset(
    {_BEGIN, _END_DAY, _ACCOUNT_NUMBER, _OPENING, _CLOSING, _RECEIVED, _WITHDRAWN}
    | {"Номер", "Дата", "Сумма", "ДатаПоступило", *_PURPOSE}
    | {role + suffix for role in (_PAYER, _PAYEE) for suffix in _PARTY}
)


class Section:
    """A section of the file: the line where it begins, and those of its lines that are used."""

    def __init__(self, begin: Line) -> None:
        self.begin = begin
        self._by_key: dict[str, Line] = {}
        self._last_key = ""

    def add(self, line: Line) -> None:
        """Add a line. The first of equal keys is used: a later one may be text of the payer.

        A line without ``=`` continues the value before it: a purpose that the payer wrote on
        several lines stands on several lines of the file.
        """
        if line.value is not None:
            if line.key not in self._by_key:
                self._last_key = line.key
                if line.key in _KEYS:
                    self._by_key[line.key] = line
            return
        before = self._by_key.get(self._last_key)
        if before and len(text := before.value or "") < MAX_LINE:
            joined = f"{text} {line.key}".lstrip()
            self._by_key[self._last_key] = before._replace(value=joined)

    def text(self, key: str) -> str:
        """Return the value of ``key``, an empty string if it is missing."""
        line = self._by_key.get(key)
        return (line.value or "") if line else ""

    def line(self, key: str) -> int:
        """Return the number of the line with ``key``, of the section's first line without it."""
        return self._by_key.get(key, self.begin).number

    def day(self, key: str) -> date | None:
        """Return the date of ``key``, None if it is missing.

        Raises:
            StatementUnreadable: the value is no date.
        """
        if not (text := self.text(key)):
            return None
        parts = _DATE.fullmatch(text)
        try:
            day, month, year = map(int, parts.groups() if parts else ())
            return date(year, month, day)
        except ValueError:
            reason = f"дата «{key}» не читается: «{text[:40]}»"
            raise StatementUnreadable(reason, self.line(key)) from None

    def kopecks(self, key: str) -> int:
        """Return the amount of ``key``.

        Raises:
            StatementUnreadable: the value is missing or no amount.
        """
        text = self.text(key)
        if not (amount := _AMOUNT.fullmatch(text)):
            reason = f"сумма «{key}» не читается: «{text[:40]}»" if text else f"нет суммы «{key}»"
            raise StatementUnreadable(reason, self.line(key))
        sign, roubles, kopecks = amount.groups(default="")
        return int(f"{sign}{int(roubles) * 100 + int(kopecks.ljust(2, '0'))}")


class Statement:
    """The header and the sections of a file, in its order."""

    def __init__(
        self, header: Section, accounts: Sequence[Section], documents: Sequence[Section]
    ) -> None:
        self._header = header
        self._accounts = accounts
        self._documents = documents

    def incoming(self, account: str) -> tuple[StatementDocument, ...]:
        """Return the documents whose payee has ``account``.

        Raises:
            StatementUnreadable: the file has no turnover of the account, a document is not
                readable, or the documents do not add up to the turnover.
        """
        turnover = [
            section for section in self._accounts if section.text(_ACCOUNT_NUMBER) == account
        ]
        if not turnover:
            raise StatementUnreadable("Выписка не по нашему расчётному счёту")
        documents = [s for s in self._documents if _party(s, _PAYEE).account == account]
        incoming = tuple(_document(section) for section in documents)
        received = sum(section.kopecks(_RECEIVED) for section in turnover)
        if received != (total := sum(document.amount_kopecks for document in incoming)):
            raise StatementUnreadable(
                f"по счёту {account} банк указал поступления на {_roubles(received)}, а документы "
                f"файла дают {_roubles(total)}. Файл неполон или изменён",
                turnover[0].line(_RECEIVED),
            )
        _require_balances(self._header, turnover)
        return incoming


def parse(file: BinaryIO) -> Statement:
    """Return the statement in a file, which is read line by line.

    Raises:
        StatementUnreadable: the file is not a complete statement; the message is in Russian.
    """
    sections: dict[str, list[Section]] = {_ACCOUNT: [], _DOCUMENT: []}
    header = Section(Line(1, "", None))
    current: Section | None = None
    ended = False
    for line in lines(file):
        if ended:
            raise StatementUnreadable(f"после «{_END}» есть ещё данные", line.number)
        if line.key in sections:
            if current:
                reason = "раздел начат, а предыдущий не закончен"
                raise StatementUnreadable(reason, line.number)
            current = Section(line)
            sections[line.key].append(current)
        elif kind := _SECTION_ENDS.get(line.key):
            if not current or current.begin.key != kind:
                raise StatementUnreadable(f"«{line.key}» не на своём месте", line.number)
            current = None
        elif line.key == _END:
            if current:
                raise StatementUnreadable(f"«{_END}» не на своём месте", line.number)
            ended = True
        else:
            (current or header).add(line)
        if len(sections[_DOCUMENT]) > MAX_DOCUMENTS:
            reason = f"в файле больше {MAX_DOCUMENTS} документов"
            raise StatementUnreadable(reason, line.number)
    if not ended:
        raise StatementUnreadable(f"Выписка обрывается: в файле нет строки «{_END}»")
    if not sections[_ACCOUNT]:
        raise StatementUnreadable(
            f"В файле нет раздела «{_ACCOUNT}»: это не выписка, а, например, платёжные поручения"
        )
    return Statement(header, sections[_ACCOUNT], sections[_DOCUMENT])


def _require_balances(header: Section, turnover: Sequence[Section]) -> None:
    """Refuse sections of an account whose balances do not continue one another.

    Raises:
        StatementUnreadable: opening balance and turnover do not give the closing balance; or, of
            several sections, one lies outside the period of the file, covers a day of another, or
            does not begin with the balance with which the one before it ends.
    """
    for section in turnover:
        if all(section.text(key) for key in (_OPENING, _CLOSING, _WITHDRAWN)):
            change = section.kopecks(_RECEIVED) - section.kopecks(_WITHDRAWN)
            if section.kopecks(_OPENING) + change != section.kopecks(_CLOSING):
                reason = "остатки и обороты раздела не сходятся"
                raise StatementUnreadable(reason, section.line(_CLOSING))
    if len(turnover) == 1:
        return
    periods = sorted(((*_period(section), section) for section in turnover), key=lambda p: p[:2])
    begin, end = _period(header)
    if periods[0][0] < begin or periods[-1][1] > end:
        outside = (periods[0] if periods[0][0] < begin else periods[-1])[2]
        raise StatementUnreadable("раздел не входит в период выписки", outside.line(_BEGIN))
    for (_, last_day, before), (first_day, _, after) in pairwise(periods):
        if first_day <= last_day:
            reason = "два раздела по одному счёту за один день"
            raise StatementUnreadable(reason, after.line(_BEGIN))
        if before.kopecks(_CLOSING) != after.kopecks(_OPENING):
            reason = "начальный остаток не равен конечному остатку предыдущего раздела"
            raise StatementUnreadable(reason, after.line(_OPENING))


def _period(section: Section) -> tuple[date, date]:
    """Return the first and the last day of a section or of the file."""
    begin, end = section.day(_BEGIN), section.day(_END_DAY)
    if begin is None:
        raise StatementUnreadable(f"нет даты «{_BEGIN}»", section.begin.number)
    return begin, end or begin


def _document(section: Section) -> StatementDocument:
    if (issued_on := section.day("Дата")) is None:
        raise StatementUnreadable("у документа нет даты", section.begin.number)
    amount = section.kopecks("Сумма")
    if amount <= 0:
        reason = f"сумма документа не читается: «{section.text('Сумма')[:40]}»"
        raise StatementUnreadable(reason, section.line("Сумма"))
    purpose, *parts = (section.text(key) for key in _PURPOSE)
    return StatementDocument(
        kind=section.begin.value or "",
        number=section.text("Номер"),
        issued_on=issued_on,
        amount_kopecks=amount,
        payer=_party(section, _PAYER),
        payee=_party(section, _PAYEE),
        purpose=purpose or " ".join(filter(None, parts)),
        received_on=section.day("ДатаПоступило"),
    )


def _party(section: Section, role: str) -> StatementParty:
    def read(*suffixes: str) -> str:
        values = (section.text(role + suffix) for suffix in suffixes)
        # Banks write a single zero for a missing ИНН or КПП.
        return next((value for value in values if value.strip("0")), "")

    return StatementParty(
        name=read("1", ""), inn=read("ИНН"), kpp=read("КПП"), account=read("Счет", "РасчСчет")
    )


def _roubles(kopecks: int) -> str:
    return f"{kopecks // 100},{kopecks % 100:02} ₽"
