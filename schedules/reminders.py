"""Reminders that fall due: told once each, and the next occurrence made in the same transaction."""

import logging
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from handlers.phrasebook import LANGUAGES, Phrasebook
from handlers.post import tell
from handlers.recurrence import next_wall, wall_to_utc
from handlers.reply import Button, Mention, Reply
from handlers.turn import Call, Turn
from handlers.voice import Voice
from storage.due import due_reminders
from storage.tables import Company, Contact, Member, MemberStatus, Reminder, ReminderStatus
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
LATE = timedelta(minutes=5)


def fire_due(uow: UnitOfWork, book: Phrasebook, limit: int = 200) -> int:
    """Queue every reminder that is due by now, oldest first; how many there were."""
    due = due_reminders(uow, limit)
    for reminder in due:
        try:
            uow.attempt(partial(_fire, uow, book, reminder))
        except Exception as error:  # noqa: BLE001 - one that cannot be told must not hold up the others
            log.error("reminder %s failed: %s", reminder.id, type(error).__name__)  # noqa: TRY400 - texts may be personal
            reminder.status = ReminderStatus.FAILED
            uow.add(reminder)
    return len(due)


def _fire(uow: UnitOfWork, book: Phrasebook, reminder: Reminder) -> None:
    owner = uow.get(Member, reminder.owner_id)
    message_id = None
    if owner is not None and owner.status == MemberStatus.ACTIVE:
        key = f"reminder:{reminder.id}:{reminder.due_at.isoformat()}"
        message_id = tell(uow, owner, _reply(uow, book, reminder, owner), key=key)
    _advance(uow, reminder, told=message_id is not None)


def _reply(uow: UnitOfWork, book: Phrasebook, reminder: Reminder, owner: Member) -> Reply:
    language = owner.language if owner.language in LANGUAGES else uow.workspace.language
    zone = ZoneInfo(owner.zone or uow.workspace.zone)
    voice = Voice(book, language, uow.now.astimezone(zone))
    maker = uow.get(Member, reminder.made_by)
    from_other = maker is not None and maker.id != owner.id
    headline = voice.say(
        "reminder.due_from" if from_other else "reminder.due",
        text=reminder.text,
        who=maker.name if maker else "",
    )
    late = uow.now - reminder.due_at > LATE
    lines = (voice.say("reminder.late", when=voice.moment(reminder.due_at)),) if late else ()
    mentions = [Mention("reminder", str(reminder.id), reminder.text)]
    customers = (uow.get(Contact, reminder.contact_id), uow.get(Company, reminder.company_id))
    mentions += [Mention(str(row.__tablename__), str(row.id), row.name) for row in customers if row]
    return Reply(headline, lines=lines, buttons=_buttons(voice, reminder), mentions=tuple(mentions))


def _buttons(voice: Voice, reminder: Reminder) -> tuple[Button, ...]:
    this = {"reminder": f"id:{reminder.id}"}
    tomorrow = datetime.combine(
        voice.now.date() + timedelta(days=1), datetime.min.time(), voice.zone
    ).replace(hour=9)
    customer = {
        k: f"id:{v}" for k, v in (("contact", reminder.contact_id), ("company", reminder.company_id)) if v
    }
    offers = [
        ("button.done", Call(name="reminder.done", slots=this)),
        ("button.hour", Call(name="reminder.snooze", slots={**this, "when": "PT1H"})),
        ("button.tomorrow", Call(name="reminder.snooze", slots={**this, "when": tomorrow.isoformat()})),
    ]
    if customer:
        offers.append(
            ("button.log_result", Call(name="activity.log", slots=dict(list(customer.items())[:1])))
        )
    return tuple(Button(voice.label(label), Turn(calls=(call,))) for label, call in offers)


def _advance(uow: UnitOfWork, reminder: Reminder, *, told: bool) -> None:
    """On to the next occurrence after now; what was missed is told once."""
    following = _next(uow, reminder)
    if following is None:
        reminder.status = ReminderStatus.SENT if told else ReminderStatus.FAILED
    else:
        reminder.wall = following.isoformat()
        reminder.due_at = wall_to_utc(following, reminder.zone)
        reminder.status = ReminderStatus.SCHEDULED
    uow.add(reminder)


def _next(uow: UnitOfWork, reminder: Reminder) -> datetime | None:
    if not reminder.repeat:
        return None
    here = uow.now.astimezone(ZoneInfo(reminder.zone)).replace(tzinfo=None)
    after = max(here, reminder.due_at.astimezone(ZoneInfo(reminder.zone)).replace(tzinfo=None))
    return next_wall(reminder.repeat, datetime.fromisoformat(reminder.starts), after)
