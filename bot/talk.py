"""One message answered: who speaks, what was heard, what is done, and what is posted, all in the caller's transaction."""

import logging

from bot import bringing, edits, linking, offers
from bot.access import speaker_of
from bot.asking import voice_in
from bot.dialogue import State
from bot.exchange import Exchange
from bot.incoming import Incoming
from bot.parts import Parts
from handlers.phrasebook import LANGUAGES
from handlers.post import post, tell
from handlers.reply import Reply
from handlers.voice import Voice
from nlp.text import clean, detect
from storage.inbox import keep_message
from storage.queries.codes import Refused
from storage.tables import Conversation, Inbox, Member
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


class Talk:
    """The answer to one message of one person."""

    def __init__(self, parts: Parts, uow: UnitOfWork, conversation: Conversation, row: Inbox) -> None:
        self.parts, self.uow, self.conversation, self.row = parts, uow, conversation, row
        self.incoming = Incoming.from_json(row.payload)

    def answer(self) -> None:
        """Read the message, act on it, and queue what is to be said."""
        code = linking.code_in(self.incoming.text)
        if code and self.conversation.private and not self.incoming.sender.barred:
            self._link(code)
            return
        speaker = speaker_of(self.uow, self.incoming, self.conversation)
        self.uow.settle()
        member = speaker.member if speaker else None
        text = self.incoming.text or self.incoming.press_label or ""
        kept = keep_message(
            self.uow.session,
            self.row,
            text,
            identity_id=speaker.identity_id if speaker else None,
            member_id=member.id if member else None,
        )
        if member and self.conversation.private and self.conversation.member_id is None:
            self.conversation.member_id = member.id
        if not self.incoming.addressed:
            return
        if speaker is None:
            voice = self.voice_of(None, self._heard_language(None))
            post(self.uow, self.conversation, Reply(voice.say("stranger")), member=None)
            return
        exchange = Exchange(self, speaker, kept, text)
        if self.incoming.edits:
            edits.answer(exchange)
        elif offers.is_offered(self.incoming) and not bringing.tables(exchange):
            offers.answer(exchange)
        else:
            exchange.run()

    def _link(self, code: str) -> None:
        """An account says who it is by a code; both sides hear of it."""
        incoming = self.incoming
        try:
            member = linking.open_with(self.uow, incoming, code)
        except Refused as error:
            log.warning("a code that is %s was refused in %s", error.reason, incoming.platform)
            voice = self.voice_of(None, self._heard_language(incoming.sender.language))
            post(self.uow, self.conversation, linking.refused(voice, error), member=None)
            return
        if linking.elsewhere(self.uow, member, incoming):
            voice = self.voice_of(member, member.language or self.uow.workspace.language)
            tell(
                self.uow,
                member,
                Reply(voice.say("linked.elsewhere", platform=incoming.platform.capitalize())),
            )
        self.uow.settle()
        keep_message(self.uow.session, self.row, "link", identity_id=None, member_id=member.id)
        self.conversation.member_id = member.id
        voice = self.voice_of(member, member.language or self.uow.workspace.language)
        post(self.uow, self.conversation, linking.welcome(voice, member, where=True), member=member)

    def _heard_language(self, default: str | None) -> str:
        words = clean(self.incoming.text)
        if any(c.isalpha() for c in words) and not words.startswith("/"):
            return detect(words, default)
        return default or self.uow.workspace.language

    def voice_of(self, member: Member | None, language: str) -> Voice:
        """A voice in a language, in the member's zone and currency."""
        return voice_in(self.parts, self.uow, member, language)

    def voice_for(self, member: Member, state: State) -> Voice:
        """The person's own language, else the one they write in."""
        chosen = member.language if member.language in LANGUAGES else None
        return self.voice_of(member, chosen or self._heard_language(state.language))
