"""People outside the team."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

from handlers.capability import Capability, Command
from handlers.cards import changed, company_card, contact_card, press
from handlers.contacts.fields import FIELDS, set_field
from handlers.context import Context
from handlers.customers import Customer, resolve_company
from handlers.errors import Invalid, Missing, NotFound, Twin
from handlers.lists import PAGE, listed, next_page
from handlers.merging import deleted, merged
from handlers.moments import span
from handlers.reply import Button, Field, Line, Mention, Reply, joined
from handlers.slots import (
    CompanyRef,
    ContactRef,
    Email,
    FieldValue,
    JobTitle,
    MemberRef,
    Name,
    Period,
    Phone,
    Place,
    TagName,
    Tags,
    Text,
    field_of,
)
from handlers.turn import Call, Turn
from handlers.values import email, phone, shown_phone
from nlp.names import as_written
from storage.find import LIKELY, Match
from storage.folding import words
from storage.queries.contacts import (
    contacts_where,
    same_name,
    set_point,
    set_tags,
    tag_named,
    take_tags,
    with_point,
)
from storage.queries.duplicates import Pair, duplicates
from storage.tables import Company, Contact, PointKind

contacts = Capability("contacts", Path(__file__).parent)
PAIRS = 3


class AddContact(Command):
    """Add a contact."""

    name: Name
    company: CompanyRef | None = None
    job_title: JobTitle | None = None
    email: Email | None = None
    phone: Phone | None = None
    tags: Tags = ()
    source: Text | None = None


@contacts.command("contact.add", needs="contacts.write")
def add_contact(cmd: AddContact, ctx: Context) -> Reply:
    """A new contact; what looks like one that is there is asked about first."""
    address = email(cmd.email) if cmd.email else None
    number = phone(cmd.phone) if cmd.phone else None
    if not ctx.turn.allow_twin and (twins := _twins(ctx, cmd.name, address, number)):
        raise Twin("contact", cmd.name, twins)
    found = Customer()
    if cmd.company:
        resolve_company(ctx, cmd.company, found, make=True)
    contact = ctx.new(
        Contact,
        name=as_written(cmd.name),
        company_id=found.company.id if found.company else None,
        job_title=cmd.job_title,
        source=cmd.source,
    )
    if address:
        set_point(ctx.uow, contact, PointKind.EMAIL, address)
    if number:
        set_point(ctx.uow, contact, PointKind.PHONE, number)
    set_tags(ctx.uow, "contact", contact.id, cmd.tags)
    ctx.uow.flush()
    return _added(
        ctx, contact, found, [address, number and shown_phone(number), *(f"#{t}" for t in cmd.tags)]
    )


def _added(ctx: Context, contact: Contact, found: Customer, details: list[str | None]) -> Reply:
    company = found.names(ctx)
    facts = [x for x in (contact.job_title, *company, *details) if x]
    mentions = (ctx.mention(contact), *([ctx.mention(found.company)] if found.company else []))
    return Reply(
        ctx.say("contact.added", name=contact.name),
        lines=(joined(facts, " · "),) if facts else (),
        buttons=(
            press(ctx, "log", "activity.log", {"contact": f"id:{contact.id}"}),
            press(ctx, "task", "task.add", {"contact": f"id:{contact.id}"}),
        ),
        receipt=Field(ctx.voice.title("slot.contact"), joined([contact.name, *facts], " · ")),
        mentions=mentions,
    )


def _twins(ctx: Context, name: str, address: str | None, number: str | None) -> list[tuple[Mention, str]]:
    """Contacts that may be the same person, each with the reason."""
    reasons: dict[Mention, str] = {}
    for value, why in ((address, "twin.email"), (number, "twin.phone")):
        for contact in with_point(ctx.uow, value) if value else []:
            reasons.setdefault(ctx.mention(contact), ctx.say(why).text)
    for match in same_name(ctx.uow, "contact", name, ctx.scope(Contact)):
        mention = Mention("contact", str(match.id), match.name)
        why = ctx.describe(match) or ctx.say("twin.name").text
        reasons.setdefault(mention, why)
    return list(reasons.items())[:3]


class ShowContact(Command):
    """Show what is known of a contact."""

    contact: ContactRef


@contacts.command("contact.show", needs="contacts.read", undoable=False)
def show_contact(cmd: ShowContact, ctx: Context) -> Reply:
    """A contact's card; a company's where the name is one."""
    try:
        return contact_card(ctx, ctx.find(Contact, cmd.contact, "contact"))
    except NotFound as stop:
        companies = [
            m for m in ctx.search(Company, cmd.contact) if m.score >= 90 or _has_words(m, cmd.contact)
        ]
        if len(companies) != 1:
            raise stop from None
        return company_card(ctx, ctx.find(Company, f"id:{companies[0].id}", "contact"))


def _has_words(match: Match, said: str) -> bool:
    """Whether all that was said are words of the name: Umbra, of Umbra Interiors."""
    return match.score >= LIKELY and set(words(said)) <= set(words(match.name))


class ListContacts(Command):
    """List contacts."""

    company: CompanyRef | None = None
    tag: TagName | None = None
    owner: MemberRef | None = None
    place: Place | None = None
    period: Period | None = None


@contacts.command("contact.list", needs="contacts.read", undoable=False)
def list_contacts(cmd: ListContacts, ctx: Context) -> Reply:
    """Contacts that fit, those last spoken to first."""
    company = ctx.find(Company, cmd.company, "company") if cmd.company else None
    rows, total = contacts_where(
        ctx.uow,
        ctx.scope(Contact),
        company=company,
        tag=cmd.tag,
        owner=ctx.colleague(cmd.owner, "owner") if cmd.owner else None,
        place=cmd.place,
        since=span(cmd.period, ctx.voice),
        limit=PAGE,
        offset=ctx.turn.offset,
    )
    return listed(ctx, "contact.list", rows, total, lambda c: _row(ctx, c))


def _row(ctx: Context, contact: Contact) -> str:
    company = ctx.uow.get(Company, contact.company_id)
    return " · ".join(x for x in (contact.name, company.name if company else None, contact.job_title) if x)


class EditContact(Command):
    """Change something about a contact."""

    contact: ContactRef
    field: Annotated[str, field_of(*FIELDS)]
    value: FieldValue


@contacts.command("contact.edit", needs="contacts.write")
def edit_contact(cmd: EditContact, ctx: Context) -> Reply:
    """One field of a contact."""
    contact = ctx.find(Contact, cmd.contact, "contact")
    shown = set_field(ctx, contact, cmd.field, cmd.value)
    ctx.uow.flush()
    return changed(ctx, contact, contact.name, cmd.field, shown)


class TagContact(Command):
    """Put tags on a contact."""

    contact: ContactRef
    tags: Tags


@contacts.command("contact.tag", needs="contacts.write")
def tag_contact(cmd: TagContact, ctx: Context) -> Reply:
    """Tags on a contact, new ones made."""
    contact = ctx.find(Contact, cmd.contact, "contact")
    added = set_tags(ctx.uow, "contact", contact.id, cmd.tags)
    return _tags_told(
        ctx, contact, added or cmd.tags, "contact.tagged" if added else "contact.tagged_already"
    )


class UntagContact(TagContact):
    """Take tags off a contact."""


@contacts.command("contact.untag", needs="contacts.write")
def untag_contact(cmd: UntagContact, ctx: Context) -> Reply:
    """Tags off a contact; the tags themselves stay for others."""
    contact = ctx.find(Contact, cmd.contact, "contact")
    taken = take_tags(ctx.uow, contact.id, cmd.tags)
    return _tags_told(
        ctx, contact, taken or cmd.tags, "contact.untagged" if taken else "contact.untagged_none"
    )


def _tags_told(ctx: Context, contact: Contact, tags: Sequence[str], key: str) -> Reply:
    ctx.uow.flush()
    words = ctx.voice.label("list.comma").join(tags)
    return Reply(ctx.say(key, name=contact.name, tags=words), mentions=(ctx.mention(contact),))


class MergeContacts(Command):
    """Put one contact into another."""

    contact: ContactRef
    other: ContactRef


@contacts.command("contact.merge", needs="contacts.delete")
def merge(cmd: MergeContacts, ctx: Context) -> Reply:
    """The first goes into the second, which stays; histories are joined."""
    goes = ctx.find(Contact, cmd.contact, "contact")
    return merged(ctx, goes, ctx.find(Contact, cmd.other, "other"), lambda c: _row(ctx, c))


class DeleteContact(Command):
    """Delete a contact, or all with a tag."""

    contact: ContactRef | None = None
    tag: TagName | None = None


@contacts.command("contact.delete", needs="contacts.delete")
def delete(cmd: DeleteContact, ctx: Context) -> Reply:
    """One contact, or all that carry a tag; always after a tap."""
    rows = _to_delete(cmd, ctx)
    key = "contact.delete_confirm_tag" if cmd.tag else "contact.delete_confirm"
    prompt = ctx.say(key, n=len(rows), name=_row(ctx, rows[0]), tag=cmd.tag or "")
    return deleted(ctx, rows, prompt, "contact.deleted")


def _to_delete(cmd: DeleteContact, ctx: Context) -> list[Contact]:
    if cmd.contact:
        return [ctx.find(Contact, cmd.contact, "contact")]
    if not cmd.tag:
        raise Missing("contact")
    rows, _ = contacts_where(ctx.uow, ctx.scope(Contact), tag=cmd.tag)
    if not rows:
        raise Invalid(
            "contact.none_tagged" if tag_named(ctx.uow, cmd.tag) else "contact.no_such_tag", tag=cmd.tag
        )
    return rows


class ListDuplicates(Command):
    """List contacts and companies that may be there twice."""


@contacts.command("contact.duplicates", needs="contacts.read", undoable=False)
def list_duplicates(cmd: ListDuplicates, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """Likely pairs with the reason of each, and a button that merges the newer into the older."""
    pairs = ctx.uow.aside("duplicates", partial(duplicates, scope=ctx.scope(Contact)))
    first = ctx.turn.offset
    if not pairs:
        return Reply(ctx.say("duplicates.none"))
    shown = pairs[first : first + PAIRS]
    numbered = list(enumerate(shown, first + 1))
    buttons = [_merge_button(ctx, n, pair) for n, pair in numbered if ctx.may("contacts.delete", pair.newer)]
    return Reply(
        ctx.say("duplicates", n=len(pairs)),
        lines=tuple(_pair_line(ctx, n, pair) for n, pair in numbered),
        buttons=(*buttons, *next_page(ctx, len(pairs), PAIRS)),
        replaces=ctx.turn.replace,
    )


def _pair_line(ctx: Context, number: int, pair: Pair) -> Line:
    names = [_known_by(ctx, row) for row in (pair.newer, pair.older)]
    why = ctx.say(f"twin.{pair.reason}")
    return ctx.say("duplicates.pair", number=number, newer=names[0], older=names[1], why=why)


def _known_by(ctx: Context, row: Contact | Company) -> str:
    if isinstance(row, Contact):
        return _row(ctx, row)
    return " · ".join(x for x in (row.name, row.industry) if x)


def _merge_button(ctx: Context, number: int, pair: Pair) -> Button:
    slots = {pair.kind: f"id:{pair.newer.id}", "other": f"id:{pair.older.id}"}
    turn = Turn(calls=(Call(name=f"{pair.kind}.merge", slots=dict(slots)),))
    return Button(ctx.say("button.merge_number", number=number).text, turn)
