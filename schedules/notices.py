"""What Parley tells of its own troubles."""

from zoneinfo import ZoneInfo

from handlers.phrasebook import LANGUAGES, Phrasebook
from handlers.post import tell
from handlers.reply import Reply
from handlers.voice import Voice
from storage.deliveries import Delivery
from storage.inbox import lock
from storage.outbox import newest_private, send_elsewhere
from storage.queries.members import members_with
from storage.tables import Member
from storage.unit_of_work import UnitOfWork


def voice_for(uow: UnitOfWork, book: Phrasebook, member: Member) -> Voice:
    """How a member is spoken to unasked: in their language and zone."""
    language = member.language if member.language in LANGUAGES else uow.workspace.language
    zone = ZoneInfo(member.zone or uow.workspace.zone)
    return Voice(book, language, uow.now.astimezone(zone), member.currency or uow.workspace.currency)


def unreachable(uow: UnitOfWork, book: Phrasebook, delivery: Delivery) -> None:
    """Note that nobody is there any more, tell those who run the workspace once, and try the reader's other door."""
    conversation = lock(uow.session, uow.workspace_id, delivery.conversation_id)
    reader = uow.get(Member, conversation.member_id)
    if conversation.unreachable_at is None:
        conversation.unreachable_at = uow.now
        uow.add(conversation)
        uow.flush()
        platform = delivery.platform.title()
        for member in members_with(uow, "settings.workspace"):
            if reader is None or member.id != reader.id:
                voice = voice_for(uow, book, member)
                who = reader.name if reader else conversation.title or voice.label("outbox.room")
                tell(uow, member, Reply(voice.say("outbox.unreachable", who=who, platform=platform)))
    other = newest_private(uow, reader.id) if reader and conversation.private else None
    if other is not None:
        send_elsewhere(uow, delivery, other)
