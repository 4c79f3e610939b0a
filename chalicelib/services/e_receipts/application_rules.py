"""What an application must be like, and what each of its states makes of the service."""

from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.core.moderation import documents
from chalicelib.core.moderation.model import State
from chalicelib.core.uploads.rules import UploadUnknown
from chalicelib.runtime.problem import NotFound, PayloadInvalid
from chalicelib.services.e_receipts import logo
from chalicelib.services.e_receipts.application_model import (
    AdditionalService,
    NewApplication,
    NewDocument,
    ServiceItem,
)

MOST_BYTES = 5 * 1024 * 1024
"""Of a document."""

TITLES = {
    AdditionalService.BRANDED_MESSAGE: "Брендированное сообщение",
    AdditionalService.LOGO: "Логотип в чеке",
}
_FIELDS = {
    AdditionalService.BRANDED_MESSAGE: ("name", "documents"),
    AdditionalService.LOGO: ("logo",),
}

Fault = dict[str, str]
CheckedFile = tuple[str, str, bytes]
"""File name, media type, content."""


class ServiceUnknown(NotFound):
    """There is no such additional service."""

    slug = "additional-service-unknown"
    detail = "Такой дополнительной услуги нет."


def service_of(name: str) -> AdditionalService:
    """Return the service of that name.

    Raises:
        ServiceUnknown: there is none.
    """
    try:
        return AdditionalService(name)
    except ValueError:
        raise ServiceUnknown from None


def check(
    service: AdditionalService, form: NewApplication, upload: Callable[[str], bytes]
) -> list[CheckedFile]:
    """Return the files of an application once everything in it holds; ``upload`` gives uploads.

    Raises:
        PayloadInvalid: with every requirement that is not met.
    """
    faults = [*_wrong_fields(service, form)]
    checked: list[CheckedFile] = []
    if faults:
        raise PayloadInvalid(faults)
    if form.logo is not None:
        faults += [_fault("/logo", said) for said in logo.check(form.logo)]
        if not faults:
            checked.append(("logo.png", documents.PNG, logo.normalise(form.logo)))
    for place, document in enumerate(form.documents or ()):
        source = "content" if document.content is not None else "upload_id"
        try:
            checked.append(_checked(document, upload))
        except (ValueError, UploadUnknown) as error:
            said = error.detail if isinstance(error, UploadUnknown) else str(error)
            faults.append(_fault(f"/documents/{place}/{source}", said))
    if faults:
        raise PayloadInvalid(faults)
    return checked


def _wrong_fields(service: AdditionalService, form: NewApplication) -> Iterator[Fault]:
    wanted = _FIELDS[service]
    for name in type(form).model_fields:
        given = getattr(form, name) is not None
        if given and name not in wanted:
            yield _fault(f"/{name}", f"Не нужно для услуги «{TITLES[service]}».")
        if name in wanted and not given:
            yield _fault(f"/{name}", "Обязательное поле.")


def _checked(document: NewDocument, upload: Callable[[str], bytes]) -> CheckedFile:
    content: bytes = document.content or upload(document.upload_id or "")
    if len(content) > MOST_BYTES:
        raise ValueError("Файл больше 5 МБ.")
    return document.filename, documents.recognise(content), content


def _fault(pointer: str, detail: str) -> Fault:
    return {"pointer": pointer, "detail": detail}


def outcomes(seen: ServiceItem | None, granted: dict[str, str]) -> dict[State, dict[str, Any]]:
    """Return what each state of a new application makes of the service.

    ``granted`` is what an approval gives it. A service that is approved already stays as it is,
    with its former name or logo, whatever comes of the application short of an approval.
    """
    approved = {State.APPROVED: {"state": State.APPROVED.value, "enabled": True, **granted}}
    if seen is not None and seen.state is State.APPROVED:
        return approved
    shown = (State.IN_REVIEW, State.REJECTED, State.CANCELLED)
    return approved | {state: {"state": state.value} for state in shown}
