"""``KepError``, the only error of this package, and its codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

Code = Literal[
    "malformed",
    "too-large",
    "content-missing",
    "digest-mismatch",
    "signature-invalid",
    "no-signed-attributes",
    "no-signing-certificate",
    "weak-algorithm",
    "untrusted",
    "not-accredited",
    "policy",
    "key-usage",
    "not-yet-valid",
    "expired",
    "revoked",
    "revocation-unknown",
    "power-of-attorney-required",
    "another-organisation",
    "another-certificate",
]

_MESSAGES: dict[Code, str] = {
    "malformed": "Подпись или сертификат не читается. Выгрузите файл подписи заново в формате "
    "CMS (CAdES-BES) и повторите.",
    "too-large": "Подпись или подписанный файл слишком велики. Подпишите файл отсоединённой "
    "подписью или уменьшите его.",
    "content-missing": "Подпись отсоединённая, а подписанный файл не приложен. Приложите файл.",
    "digest-mismatch": "Подпись сделана под другим содержимым: после подписания файл изменён или "
    "выбран не тот файл. Подпишите именно этот файл.",
    "signature-invalid": "Подпись неверна: она повреждена или сделана другим ключом. "
    "Подпишите заново.",
    "no-signed-attributes": "В подписи нет подписанных атрибутов. Подпишите заново в формате "
    "CAdES-BES.",
    "no-signing-certificate": "В подписи нет сертификата, которым она сделана. Подпишите заново, "
    "включив сертификат в подпись.",
    "weak-algorithm": "Подпись или сертификат используют алгоритм, недопустимый для "
    "квалифицированной подписи. Нужен ключ по ГОСТ Р 34.10-2012.",
    "untrusted": "Сертификат выдан удостоверяющим центром, которому мы не доверяем. Используйте "
    "сертификат аккредитованного удостоверяющего центра.",
    "not-accredited": "Удостоверяющий центр, выдавший сертификат, не аккредитован Минцифры. "
    "Получите сертификат в аккредитованном удостоверяющем центре.",
    "policy": "Сертификат выдан не по тем правилам, которые нужны для квалифицированной подписи. "
    "Получите квалифицированный сертификат.",
    "key-usage": "Сертификат не предназначен для подписания документов. Выберите сертификат "
    "электронной подписи.",
    "not-yet-valid": "Срок действия сертификата ещё не начался. Дождитесь его начала или "
    "подпишите другим сертификатом.",
    "expired": "Срок действия сертификата подписанта или его удостоверяющего центра истёк. "
    "Подпишите действующим сертификатом.",
    "revoked": "Сертификат подписанта или его удостоверяющего центра отозван. Подпишите "
    "действующим сертификатом.",
    "revocation-unknown": "Сейчас невозможно проверить, не отозван ли сертификат: нет свежего "
    "списка отзыва удостоверяющего центра. Повторите позже.",
    "power-of-attorney-required": "Сертификат выдан физическому лицу. Чтобы подписать от имени "
    "организации, нужна машиночитаемая доверенность (МЧД); подпишите сертификатом руководителя "
    "или индивидуального предпринимателя.",
    "another-organisation": "Сертификат принадлежит другой организации. Подпишите сертификатом "
    "той организации, от имени которой вы работаете.",
    "another-certificate": "Подписано другим сертификатом. Подпишите тем сертификатом, который "
    "был выбран.",
}
CODES: tuple[Code, ...] = get_args(Code)
"""All codes, in the order of ``Code``."""


class KepError(Exception):
    """A signature, certificate or revocation list is not accepted.

    Attributes:
        code: a stable code for programs.
        reason: a technical detail for the log, without personal data.
    """

    def __init__(self, code: Code, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code: Code = code
        self.reason = reason

    @property
    def message(self) -> str:
        """What is wrong and what the user can do, in Russian."""
        return _MESSAGES[self.code]


@contextmanager
def reading() -> Iterator[None]:
    """Convert any exception of the ASN.1 library to ``KepError`` with code ``malformed``."""
    try:
        yield
    except KepError:
        raise
    except Exception as error:  # the library documents no narrower set for invalid input
        raise KepError("malformed", type(error).__name__) from error
