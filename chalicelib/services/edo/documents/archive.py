"""A document as a ZIP with everything that proves it to a court or a tax office."""

import base64
import io
import zipfile
from collections.abc import Sequence

from chalicelib.services.edo.documents import evidence
from chalicelib.services.edo.documents.model import (
    Document,
    DocumentKind,
    FileRole,
    SignedFile,
    TechnologyMessage,
)
from chalicelib.services.edo.formats import printable, seller_title

_PRINTABLE = "Печатная форма.pdf"


def pack(document: Document, messages: Sequence[TechnologyMessage]) -> bytes:
    """Return a ZIP with a printable view, each file, its signatures and the technology messages.

    A file that both sides signed is in the ZIP once.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        original = evidence.content(document.original)
        archive.writestr(_PRINTABLE, _printable_view(document, original))
        contents = {document.original.file_name: original}
        for place, file in enumerate(document.files, start=1):
            if file.file_name not in contents:
                contents[file.file_name] = evidence.content(file)
            archive.writestr(f"{file.file_name}.{place}.p7s", evidence.signature(file))
        for name, content in contents.items():
            archive.writestr(name, content)
        for message in messages:
            name = f"Технологические сообщения/{message.file_name}"
            archive.writestr(name, base64.b64decode(message.content))
    return packed.getvalue()


def _printable_view(document: Document, original: bytes) -> bytes:
    title = None
    if document.kind is DocumentKind.UPD:
        title = seller_title.read(original, document.original.file_name)
    stamps = [
        stamp
        for file in document.files
        if file.role in {FileRole.DOCUMENT, FileRole.ANSWER}
        for stamp in _stamps(file)
    ]
    name = document.original.file_name
    return printable.render(title, name, stamps, document_id=document.document_id)


def _stamps(file: SignedFile) -> list[printable.Stamp]:
    return [
        printable.Stamp(
            owner=" ".join(filter(None, (signer.surname, signer.given_name, signer.patronymic))),
            organisation=signer.organisation or f"ИНН {signer.organisation_inn}",
            position=signer.position,
            certificate_serial=signer.certificate_serial,
            valid_from=signer.certificate_valid_from or signer.certificate_valid_until,
            valid_until=signer.certificate_valid_until,
            signed_at=file.signature.received_at,
        )
        for signer in file.signature.signers
    ]
