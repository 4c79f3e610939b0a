"""Parts of a bank statement in 1CClientBankExchange."""


def section(account: str, received_kopecks: int, day: str = "25.11.2026") -> list[str]:
    """Return the lines with the turnover of a day of an account that was empty before."""
    return [
        "СекцияРасчСчет",
        f"ДатаНачала={day}",
        f"ДатаКонца={day}",
        f"РасчСчет={account}",
        "НачальныйОстаток=0.00",
        f"ВсегоПоступило={roubles(received_kopecks)}",
        "ВсегоСписано=0.00",
        f"КонечныйОстаток={roubles(received_kopecks)}",
        "КонецРасчСчет",
    ]


def roubles(kopecks: int) -> str:
    """Return an amount as a bank writes it."""
    return f"{kopecks // 100}.{kopecks % 100:02}"
