"""A document as a ZIP: what both sides may need to show it to a court or a tax office."""

import base64
import io
import zipfile
from collections.abc import Sequence

from chalicelib.services.edo import document_store
from chalicelib.services.edo.document_model import (
    Document,
    DocumentKind,
    Role,
    SignedFile,
    TechnologyMessage,
)
from chalicelib.services.edo.formats import printable, seller_title

_PRINTABLE = "Печатная форма.pdf"


def pack(document: Document, messages: Sequence[TechnologyMessage]) -> bytes:
    """Return the ZIP: each file once, its signatures beside it, messages in a folder of theirs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        original = document_store.content(document.original)
        archive.writestr(_PRINTABLE, _printed(document, original))
        contents = {document.original.file_name: original}
        for place, file in enumerate(document.files, start=1):
            if file.file_name not in contents:
                contents[file.file_name] = document_store.content(file)
            name = f"{file.file_name}.{place}.p7s"
            archive.writestr(name, document_store.signature(file))
        for name, content in contents.items():
            archive.writestr(name, content)
        for said in messages:
            name = f"Технологические сообщения/{said.file_name}"
            archive.writestr(name, base64.b64decode(said.content))
    return packed.getvalue()


def _printed(document: Document, original: bytes) -> bytes:
    title = None
    if document.kind is DocumentKind.UPD:
        title = seller_title.read(original, document.original.file_name)
    stamps = [
        stamp
        for file in document.files
        if file.role in {Role.DOCUMENT, Role.ANSWER}
        for stamp in _stamps(file)
    ]
    name = document.original.file_name
    return printable.render(title, name, stamps, document_id=document.document_id)


def _stamps(file: SignedFile) -> list[printable.Stamp]:
    return [
        printable.Stamp(
            owner=" ".join(filter(None, (one.surname, one.given_name, one.patronymic))),
            organisation=one.organisation or f"ИНН {one.organisation_inn}",
            position=one.position,
            certificate_serial=one.certificate_serial,
            valid_from=one.certificate_valid_from or one.certificate_valid_until,
            valid_until=one.certificate_valid_until,
            signed_at=file.signature.received_at,
        )
        for one in file.signature.signers
    ]
