"""Validation of applications, and the effect of their states on the service."""

from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.core.moderation import file_type
from chalicelib.core.moderation.model import (
    Application,
    ApplicationState,
    ApplicationSubject,
    StoredFile,
)
from chalicelib.core.moderation.rules import APPLICATION, ApplicationOpen
from chalicelib.core.uploads.rules import UploadUnknown
from chalicelib.runtime.history import Actor
from chalicelib.runtime.problem import NotFound, PayloadInvalid
from chalicelib.services.e_receipts import logo
from chalicelib.services.e_receipts.application_model import (
    AdditionalService,
    ApplicationDocument,
    NewApplication,
    ServiceItem,
)

MOST_BYTES = 5 * 1024 * 1024
"""Largest size of a document."""

TITLES = {
    AdditionalService.BRANDED_MESSAGE: "Брендированное сообщение",
    AdditionalService.LOGO: "Логотип в чеке",
}
_FIELDS = {
    AdditionalService.BRANDED_MESSAGE: ("name", "documents"),
    AdditionalService.LOGO: ("logo",),
}

Fault = dict[str, str]
"""Pointer to a field of the payload, and the Russian detail."""
CheckedFile = tuple[str, str, bytes]
"""File name, media type and content."""


class ServiceUnknown(NotFound):
    """There is no such additional service."""

    slug = "additional-service-unknown"
    detail = "Такой дополнительной услуги нет."


def service_of(name: str) -> AdditionalService:
    """Return the additional service with this name.

    Raises:
        ServiceUnknown: there is none.
    """
    try:
        return AdditionalService(name)
    except ValueError:
        raise ServiceUnknown from None


def require_none_open(current: ServiceItem | None) -> None:
    """Check that no application for the service is open.

    Raises:
        ApplicationOpen: an application is open.
    """
    if current is not None and current.open_application is not None:
        raise ApplicationOpen


def check(
    service: AdditionalService, payload: NewApplication, load_upload: Callable[[str], bytes]
) -> list[CheckedFile]:
    """Return the files of a valid application; ``load_upload`` loads an upload by its id.

    Raises:
        PayloadInvalid: the application is invalid; the problem lists every fault.
    """
    faults = [*_wrong_fields(service, payload)]
    checked: list[CheckedFile] = []
    if faults:
        raise PayloadInvalid(faults)
    if payload.logo is not None:
        faults += [_fault("/logo", detail) for detail in logo.check(payload.logo)]
        if not faults:
            checked.append(("logo.png", file_type.PNG, logo.normalise(payload.logo)))
    for number, document in enumerate(payload.documents or ()):
        source = "content" if document.content is not None else "upload_id"
        try:
            checked.append(_check_document(document, load_upload))
        except (ValueError, UploadUnknown) as error:
            detail = error.detail if isinstance(error, UploadUnknown) else str(error)
            faults.append(_fault(f"/documents/{number}/{source}", detail))
    if faults:
        raise PayloadInvalid(faults)
    return checked


def _wrong_fields(service: AdditionalService, payload: NewApplication) -> Iterator[Fault]:
    wanted = _FIELDS[service]
    for name in type(payload).model_fields:
        given = getattr(payload, name) is not None
        if given and name not in wanted:
            yield _fault(f"/{name}", f"Не нужно для услуги «{TITLES[service]}».")
        if name in wanted and not given:
            yield _fault(f"/{name}", "Обязательное поле.")


def _check_document(
    document: ApplicationDocument, load_upload: Callable[[str], bytes]
) -> CheckedFile:
    content: bytes = document.content or load_upload(document.upload_id or "")
    if len(content) > MOST_BYTES:
        raise ValueError("Файл больше 5 МБ.")
    return document.filename, file_type.recognise(content), content


def _fault(pointer: str, detail: str) -> Fault:
    return {"pointer": pointer, "detail": detail}


def new_application(
    application_id: str,
    client_id: str,
    service: AdditionalService,
    *,
    name: str | None,
    files: tuple[StoredFile, ...],
    subject: ApplicationSubject,
) -> Application:
    """Return a new application of a client for a service."""
    beginning = APPLICATION.begin(ApplicationState.SUBMITTED, Actor.CLIENT)
    return Application(
        application_id=application_id,
        client_id=client_id,
        service=service.value,
        service_title=TITLES[service],
        state=beginning.state,
        name=name,
        files=files,
        submitted_at=beginning.at,
        history=beginning.history,
        subject=subject,
    )


def outcomes(
    current: ServiceItem | None, name: str | None, files: tuple[StoredFile, ...]
) -> dict[ApplicationState, dict[str, Any]]:
    """Return the attributes that each state of a new application sets on the service's item.

    An approval sets the name or, without a name, the logo. If the service is already approved, no
    other state changes the item, so the previous name or logo stays in effect.
    """
    granted = {"brand": name} if name else {"logo_key": files[0].key}
    approved = {
        ApplicationState.APPROVED: {
            "state": ApplicationState.APPROVED.value,
            "enabled": True,
            **granted,
        }
    }
    if current is not None and current.state is ApplicationState.APPROVED:
        return approved
    others = (ApplicationState.IN_REVIEW, ApplicationState.REJECTED, ApplicationState.CANCELLED)
    return approved | {state: {"state": state.value} for state in others}
