"""``Комментарий`` of a document: what an accountant reads in 1C beside the sums of a shift."""

from chalicelib.core.fiscal.document import OperationType
from chalicelib.services.integration_1c.enterprise_data.retail_report import (
    OperationTotals,
    RetailReport,
)

_OPERATIONS = {
    OperationType.INCOME: "Приход",
    OperationType.INCOME_RETURN: "Возврат прихода",
    OperationType.EXPENSE: "Расход",
    OperationType.EXPENSE_RETURN: "Возврат расхода",
}
_PARTS = {
    "cash": "наличными",
    "electronic": "безналичными",
    "prepaid": "предоплатой",
    "credit": "в кредит",
    "provision": "встречным предоставлением",
    "advance": "получено авансом",
    "repayment": "погашено кредита",
    "agents": "по агентским договорам",
}
_MOST_NUMBERS = 20


def roubles(kopecks: int) -> str:
    """Return an amount in roubles as the format writes it, such as ``-1285.21``."""
    sign, amount = "-" if kopecks < 0 else "", abs(kopecks)
    return f"{sign}{amount // 100}.{amount % 100:02}"


def comment(report: RetailReport) -> str:
    """Return ``Комментарий`` of the documents of a shift."""
    sentences = [
        f"Касса {report.register_id}, ФН {report.fiscal_drive}, смена {report.shift}"
        + ("" if report.closed else " (не закрыта)")
    ]
    sentences += [
        f"{name}: {_totals(report.of(operation))}"
        for operation, name in _OPERATIONS.items()
        if operation in report.totals
    ]
    if report.corrections:
        listed = ", ".join(map(str, report.corrections[:_MOST_NUMBERS]))
        more = len(report.corrections) - _MOST_NUMBERS
        sentences.append(f"Чеки коррекции: ФД {listed}" + (f" и ещё {more}" if more > 0 else ""))
    return ". ".join(sentences) + "."


def _totals(totals: OperationTotals) -> str:
    parts = "".join(
        f", {name} {roubles(amount)}"
        for part, name in _PARTS.items()
        if (amount := getattr(totals, part))
    )
    return f"чеков {totals.count} на {roubles(totals.total)}{parts}"
