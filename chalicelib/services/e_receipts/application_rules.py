"""What an application must be like, and what each of its states makes of the service."""

from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.core.moderation import file_type
from chalicelib.core.moderation.model import ApplicationState
from chalicelib.core.uploads.rules import UploadUnknown
from chalicelib.runtime.problem import NotFound, PayloadInvalid
from chalicelib.services.e_receipts import logo
from chalicelib.services.e_receipts.application_model import (
    AdditionalService,
    ApplicationDocument,
    NewApplication,
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
            checked.append(("logo.png", file_type.PNG, logo.normalise(form.logo)))
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


def _checked(document: ApplicationDocument, upload: Callable[[str], bytes]) -> CheckedFile:
    content: bytes = document.content or upload(document.upload_id or "")
    if len(content) > MOST_BYTES:
        raise ValueError("Файл больше 5 МБ.")
    return document.filename, file_type.recognise(content), content


def _fault(pointer: str, detail: str) -> Fault:
    return {"pointer": pointer, "detail": detail}


def outcomes(
    seen: ServiceItem | None, granted: dict[str, str]
) -> dict[ApplicationState, dict[str, Any]]:
    """Return what each state of a new application makes of the service.

    ``granted`` is what an approval gives it. A service that is approved already stays as it is,
    with its former name or logo, whatever comes of the application short of an approval.
    """
    approved = {
        ApplicationState.APPROVED: {
            "state": ApplicationState.APPROVED.value,
            "enabled": True,
            **granted,
        }
    }
    if seen is not None and seen.state is ApplicationState.APPROVED:
        return approved
    shown = (ApplicationState.IN_REVIEW, ApplicationState.REJECTED, ApplicationState.CANCELLED)
    return approved | {state: {"state": state.value} for state in shown}
