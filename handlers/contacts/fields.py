"""The fields of a contact that an edit may change."""

from handlers.context import Context
from handlers.customers import customer_of
from handlers.tagging import retag
from handlers.values import day, email, phone, shown_phone
from storage.queries.contacts import set_point
from storage.tables import Contact, PointKind

FIELDS = (
    "name",
    "job_title",
    "company",
    "email",
    "phone",
    "tags",
    "source",
    "owner",
    "birthday",
    "address",
    "notes",
)


def set_field(ctx: Context, contact: Contact, field: str, value: str) -> str:
    """Set a field to what was said; returns the value as it is shown. Raises `Invalid` when it makes no sense."""
    setter = _SETTERS.get(field)
    if setter:
        shown = setter(ctx, contact, value)
    else:
        setattr(contact, field, value)
        shown = value
    ctx.uow.add(contact)
    return shown


def _email(ctx: Context, contact: Contact, value: str) -> str:
    return set_point(ctx.uow, contact, PointKind.EMAIL, email(value)).value


def _phone(ctx: Context, contact: Contact, value: str) -> str:
    return shown_phone(set_point(ctx.uow, contact, PointKind.PHONE, phone(value)).value)


def _company(ctx: Context, contact: Contact, value: str) -> str:
    company = customer_of(ctx, None, value, make=True).company
    contact.company_id = company.id if company else None
    return company.name if company else ""


def _owner(ctx: Context, contact: Contact, value: str) -> str:
    owner = ctx.colleague(value, "value")
    contact.owner_id = owner.id
    return owner.name


def _birthday(ctx: Context, contact: Contact, value: str) -> str:
    contact.birthday = day(value)
    return ctx.voice.birthday(contact.birthday)


def _tags(ctx: Context, contact: Contact, value: str) -> str:
    return retag(ctx, "contact", contact, value)


_SETTERS = {
    "email": _email,
    "phone": _phone,
    "company": _company,
    "owner": _owner,
    "birthday": _birthday,
    "tags": _tags,
}
