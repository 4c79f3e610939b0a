"""Errors for callers: raised anywhere, answered as problem documents (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """A refusal with a stable slug in English, and a title and detail in Russian for the user.

    Subclasses set ``status``, ``slug``, ``title`` and a default ``detail``. Keyword arguments are
    members of the answer (RFC 9457, section 3.2) and fill the ``{placeholders}`` of the detail.
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

    def document(self, instance: str, request_id: str) -> dict[str, Any]:
        """Return the ``application/problem+json`` body of a request to the path ``instance``."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "request_id": request_id,
            **self.members,
        }


class Unreadable(Problem):
    """The request cannot be read at all."""

    status = 400
    slug = "unreadable"
    title = "Запрос не читается"
    detail = "Тело запроса должно быть объектом JSON в кодировке UTF-8."


class CursorInvalid(Problem):
    """The ``next`` was issued to another caller, by another list, or is forged."""

    status = 400
    slug = "cursor-invalid"
    title = "Неверная ссылка на страницу"
    detail = "Значение next не относится к этому списку. Откройте список с начала."


class IdempotencyKeyMissing(Problem):
    """The action requires an ``Idempotency-Key`` header."""

    status = 400
    slug = "idempotency-key-missing"
    title = "Нет ключа идемпотентности"
    detail = (
        "Передайте заголовок Idempotency-Key: от 1 до 64 латинских букв, цифр, дефисов "
        "или подчёркиваний."
    )


class Unauthenticated(Problem):
    """The request has no valid token."""

    status = 401
    slug = "unauthenticated"
    title = "Требуется вход"
    detail = "Войдите в личный кабинет и повторите."


class RoleMissing(Problem):
    """The caller has no role that may call the action."""

    status = 403
    slug = "role-missing"
    title = "Недостаточно прав"
    detail = "Это действие недоступно вашей роли."


class NotFound(Problem):
    """There is no such thing, or it belongs to another organisation; the answers are the same."""

    status = 404
    slug = "not-found"
    title = "Не найдено"
    detail = "Такой записи нет."


class NotAcceptable(Problem):
    """The action produces none of the media types that the caller accepts."""

    status = 406
    slug = "not-acceptable"
    title = "Такого формата нет"
    detail = "Передайте в Accept один из форматов: {offered}."


class TooLarge(Problem):
    """The body is larger than the limit."""

    status = 413
    slug = "too-large"
    title = "Слишком большой запрос"
    detail = "Тело запроса больше 4 МБ. Загрузите большой файл через POST /uploads."


class UnsupportedMediaType(Problem):
    """The action does not read the media type of the body."""

    status = 415
    slug = "unsupported-media-type"
    title = "Неподдерживаемый тип содержимого"
    detail = "Передайте тело запроса с Content-Type: application/json."


class PayloadInvalid(Problem):
    """The body, query or path is invalid; each error points at its field."""

    status = 422
    slug = "payload-invalid"
    title = "Проверьте данные"
    detail = "Некоторые поля заполнены неверно."

    def __init__(self, errors: Sequence[Mapping[str, str]], detail: str | None = None) -> None:
        super().__init__(detail, errors=list(errors))


class IdempotencyKeyReused(Problem):
    """The key was used with another request."""

    status = 422
    slug = "idempotency-key-reused"
    title = "Ключ идемпотентности уже использован"
    detail = "Этот Idempotency-Key уже использован с другим содержимым запроса."


class Unavailable(Problem):
    """A service that the action depends on does not answer; nothing was changed."""

    status = 503
    slug = "unavailable"
    title = "Сервис временно недоступен"
    detail = "Повторите запрос через несколько секунд."
    headers: Mapping[str, str] = {"Retry-After": "5"}


class Unexpected(Problem):
    """An unexpected error; the log has its cause under the request id, the answer has not."""

    status = 500
    slug = "unexpected"
    title = "Внутренняя ошибка"
    detail = "Произошла ошибка на нашей стороне. Мы уже знаем о ней."
