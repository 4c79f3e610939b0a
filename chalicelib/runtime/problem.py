"""Errors a caller can understand: raised anywhere, rendered once (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """A refusal with a stable English slug and a Russian sentence for the person at the screen.

    Subclasses set ``status``, ``slug``, ``title`` and a default ``detail``; extra keyword
    arguments become members of the answer (RFC 9457 §3.2) and fill ``{placeholders}`` of
    the detail.
    """

    status: ClassVar[int] = 409
    slug: ClassVar[str] = "conflict"
    title: ClassVar[str] = "Действие сейчас невозможно"
    detail: str = "Состояние изменилось. Обновите страницу и повторите."
    headers: Mapping[str, str] = {}

    def __init__(self, detail: str | None = None, **members: Any) -> None:
        self.detail = detail or type(self).detail.format_map(members)
        self.members = members
        super().__init__(self.slug)

    def document(self, instance: str) -> dict[str, Any]:
        """Return the ``application/problem+json`` body for the request path ``instance``."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            **self.members,
        }


class Unreadable(Problem):
    """The request cannot be read at all."""

    status = 400
    slug = "unreadable"
    title = "Запрос не читается"
    detail = "Тело запроса должно быть объектом JSON в кодировке UTF-8."


class CursorInvalid(Problem):
    """A ``next`` that this list did not give to this caller."""

    status = 400
    slug = "cursor-invalid"
    title = "Неверная ссылка на страницу"
    detail = "Значение next не относится к этому списку. Откройте список с начала."


class IdempotencyKeyMissing(Problem):
    """The action demands an ``Idempotency-Key`` header."""

    status = 400
    slug = "idempotency-key-missing"
    title = "Нет ключа идемпотентности"
    detail = (
        "Передайте заголовок Idempotency-Key: от 1 до 64 латинских букв, цифр, дефисов "
        "или подчёркиваний."
    )


class Unauthenticated(Problem):
    """Nobody known is calling."""

    status = 401
    slug = "unauthenticated"
    title = "Требуется вход"
    detail = "Войдите в личный кабинет и повторите."


class RoleMissing(Problem):
    """The caller is known and may not do this."""

    status = 403
    slug = "role-missing"
    title = "Недостаточно прав"
    detail = "Это действие недоступно вашей роли."


class NotFound(Problem):
    """Not there, or not the caller's: the two are not told apart."""

    status = 404
    slug = "not-found"
    title = "Не найдено"
    detail = "Такой записи нет."


class NotAcceptable(Problem):
    """The answer is to be had in none of the types that the caller accepts."""

    status = 406
    slug = "not-acceptable"
    title = "Такого формата нет"
    detail = "Передайте в Accept один из форматов: {offered}."


class TooLarge(Problem):
    """The body is over the limit."""

    status = 413
    slug = "too-large"
    title = "Слишком большой запрос"
    detail = "Тело запроса больше допустимого."


class UnsupportedMediaType(Problem):
    """The body is not of a type that the action reads."""

    status = 415
    slug = "unsupported-media-type"
    title = "Неподдерживаемый тип содержимого"
    detail = "Передайте тело запроса с Content-Type: application/json."


class PayloadInvalid(Problem):
    """The body, query or path was read and does not hold: each fault points at its field."""

    status = 422
    slug = "payload-invalid"
    title = "Проверьте данные"
    detail = "Некоторые поля заполнены неверно."

    def __init__(self, errors: Sequence[Mapping[str, str]], detail: str | None = None) -> None:
        super().__init__(detail, errors=list(errors))


class IdempotencyKeyReused(Problem):
    """The key was used for another request."""

    status = 422
    slug = "idempotency-key-reused"
    title = "Ключ идемпотентности уже использован"
    detail = "Этот Idempotency-Key уже использован с другим содержимым запроса."


class Unavailable(Problem):
    """Something the action stands on does not answer; nothing was changed."""

    status = 503
    slug = "unavailable"
    title = "Сервис временно недоступен"
    detail = "Повторите запрос через несколько секунд."
    headers: Mapping[str, str] = {"Retry-After": "5"}


class Unexpected(Problem):
    """A defect of ours. Its cause is in the log under the request id, never in the answer."""

    status = 500
    slug = "unexpected"
    title = "Внутренняя ошибка"
    detail = "Произошла ошибка на нашей стороне. Мы уже знаем о ней."
