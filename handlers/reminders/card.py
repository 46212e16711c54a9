"""A reminder as it is told when it falls due."""

from datetime import datetime, timedelta

from handlers.reply import Button, Line, Mention, Reply, line
from handlers.turn import Call, Turn
from handlers.voice import Voice
from storage.tables import Company, Contact, Deal, Member, Reminder, Task, Ticket
from storage.unit_of_work import UnitOfWork

LATE = timedelta(minutes=5)


def is_late(reminder: Reminder, now: datetime) -> bool:
    """Whether it is told so long after its time that this must be said."""
    return now - reminder.due_at > LATE


def due_card(
    uow: UnitOfWork, voice: Voice, reminder: Reminder, owner: Member | None, *, late: bool = False
) -> Reply:
    """What it is about, its time where it comes `late`, and what can be done with it."""
    maker = uow.get(Member, reminder.made_by)
    from_other = owner is not None and maker is not None and maker.id != owner.id
    headline = voice.say(
        "reminder.due_from" if from_other else "reminder.due",
        text=reminder.text,
        who=maker.name if maker else "",
    )
    lines = [line(words)] if (words := _about(uow, reminder)) else []
    if late:
        lines.append(voice.say("reminder.late", when=voice.moment(reminder.due_at)))
    return Reply(
        headline,
        lines=tuple(lines),
        buttons=first_buttons(voice, reminder),
        mentions=_mentions(uow, reminder),
    )


def late_card(voice: Voice, reminders: list[Reminder]) -> Reply:
    """Several that were missed, in one message, each with its time."""
    lines = tuple(_late_line(voice, number, one) for number, one in enumerate(reminders, 1))
    mentions = tuple(Mention("reminder", str(r.id), r.text) for r in reminders)
    headline = voice.say("reminder.missed", n=len(reminders))
    return Reply(headline, lines=lines, mentions=mentions, listing=mentions)


def _late_line(voice: Voice, number: int, reminder: Reminder) -> Line:
    return voice.say(
        "reminder.missed.line", number=number, text=reminder.text, when=voice.moment(reminder.due_at)
    )


def again(voice: Voice) -> str:
    """What is added where it may arrive a second time."""
    return voice.say("reminder.again").text


def first_buttons(voice: Voice, reminder: Reminder) -> tuple[Button, ...]:
    """What people do most; the rest is behind the last."""
    this = {"reminder": f"id:{reminder.id}"}
    tomorrow = _at(voice, 9, days=1)
    more = Turn(calls=(Call(name="reminder.more", slots=dict(this)),), replace=True)
    return (
        _button(voice, "done", "reminder.done", this),
        _button(voice, "hour", "reminder.snooze", {**this, "when": "PT1H"}),
        _button(voice, "tomorrow", "reminder.snooze", {**this, "when": tomorrow.isoformat()}),
        Button(voice.label("button.other"), more),
    )


def other_buttons(voice: Voice, reminder: Reminder) -> tuple[Button, ...]:
    """What else can be done with it."""
    this = {"reminder": f"id:{reminder.id}"}
    tonight = _at(voice, 20)
    offers = []
    if voice.now < tonight:
        offers.append(_button(voice, "tonight", "reminder.snooze", {**this, "when": tonight.isoformat()}))
    offers.append(_button(voice, "another_time", "reminder.snooze", this))
    if reminder.contact_id or reminder.company_id:
        offers.append(_button(voice, "log_result", "reminder.log", this))
    offers.append(_button(voice, "reassign", "reminder.assign", this))
    return tuple(offers)


def _at(voice: Voice, hour: int, days: int = 0) -> datetime:
    day = voice.now.date() + timedelta(days=days)
    return datetime.combine(day, datetime.min.time(), voice.zone).replace(hour=hour)


def _button(voice: Voice, label: str, name: str, slots: dict[str, str]) -> Button:
    return Button(voice.label(f"button.{label}"), Turn(calls=(Call(name=name, slots=dict(slots)),)))


def _about(uow: UnitOfWork, reminder: Reminder) -> str:
    """The deal, ticket or task that it belongs to."""
    deal, ticket = uow.get(Deal, reminder.deal_id), uow.get(Ticket, reminder.ticket_id)
    numbered = ticket or uow.get(Task, reminder.task_id)
    parts = (deal.title if deal else None, f"#{numbered.number} {numbered.title}" if numbered else None)
    return " · ".join(p for p in parts if p)


def _mentions(uow: UnitOfWork, reminder: Reminder) -> tuple[Mention, ...]:
    customers = (uow.get(Contact, reminder.contact_id), uow.get(Company, reminder.company_id))
    others = [Mention(str(row.__tablename__), str(row.id), row.name) for row in customers if row]
    return (Mention("reminder", str(reminder.id), reminder.text), *others)
