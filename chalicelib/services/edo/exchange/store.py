"""Drafts of answers in the table Edo: ``draft#<document>#<kind>`` in the author's partition."""

import datetime as dt

from chalicelib.runtime import clock
from chalicelib.runtime.table import Get, Write, to_item
from chalicelib.services.edo.exchange.model import AnswerDraft, DraftKind
from chalicelib.services.edo.resources import EDO

DRAFT_VALID = dt.timedelta(days=30)


def draft(client_id: str, document_id: str, kind: DraftKind) -> Get[AnswerDraft]:
    """Describe the read of a draft."""
    return EDO.get(client_id, f"draft#{document_id}#{kind.value}", AnswerDraft.model_validate)


def put_draft(new: AnswerDraft) -> Write:
    """Keep a draft for thirty days, in place of an earlier draft of the same kind."""
    item = to_item(new) | {
        "sk": f"draft#{new.document_id}#{new.kind.value}",
        "expires_at": int((clock.now() + DRAFT_VALID).timestamp()),
    }
    return EDO.put(item)
