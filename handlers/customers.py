"""Which customer a command is about; new ones are made where the command is the news of them."""

from dataclasses import dataclass, field

from handlers.context import Context
from handlers.errors import Ambiguous, NotFound
from handlers.reply import Line, Mention
from nlp.names import as_written
from nlp.pronouns import is_pronoun
from storage.find import SURE
from storage.tables import Company, Contact

NEW = "new:"
NEAR = 84.0
SAME = 90.0


@dataclass
class Customer:
    """The person and the company that a command is about, and which of them it has made."""

    contact: Contact | None = None
    company: Company | None = None
    made: list[Contact | Company] = field(default_factory=list)

    def names(self, ctx: Context) -> list[Line]:
        """Their names; those that are new say so."""
        return [self._name(ctx, row) for row in (self.contact, self.company) if row]

    def _name(self, ctx: Context, row: Contact | Company) -> Line:
        return ctx.say("name.new" if row in self.made else "name", name=row.name)

    def where(self, ctx: Context) -> Line:
        """ "Dana (new) at Acme (new)"."""
        names = self.names(ctx)
        return ctx.say("customer.both", contact=names[0], company=names[1]) if len(names) == 2 else names[0]

    def mentions(self, ctx: Context) -> tuple[Mention, ...]:
        """The person, then the company."""
        return tuple(ctx.mention(row) for row in (self.contact, self.company) if row)


def customer_of(ctx: Context, contact: str | None, company: str | None, *, make: bool = False) -> Customer:
    """The customer that is meant. With `make`, unknown names become new contacts and companies.

    Without it a name that nobody has is left in the text alone. Raises `Ambiguous` where several fit, and `NotFound`
    for a pronoun that points at nothing.
    """
    found = Customer()
    if company:
        resolve_company(ctx, company, found, make=make)
    if contact:
        _resolve_contact(ctx, contact, found, make=make)
    if found.contact and found.company is None:
        found.company = ctx.uow.get(Company, found.contact.company_id)
    return found


def asked_of(ctx: Context, contact: str | None, company: str | None) -> Customer:
    """The customer that a list is narrowed to; a person's name in a company's place stands for their company.

    Raises `NotFound` for a name that nobody has: a list of everybody would be no answer.
    """
    found = customer_of(ctx, contact, company)
    if company and found.company is None:
        people = [m for m in ctx.search(Contact, company) if m.score >= SAME]
        if not people:
            ctx.find(Company, company, "company")
        found.contact = ctx.find(Contact, company, "company")
        found.company = ctx.uow.get(Company, found.contact.company_id)
    if contact and found.contact is None and found.company is None:
        ctx.find(Contact, contact, "contact")
    return found


def resolve_company(ctx: Context, said: str, found: Customer, *, make: bool) -> None:
    """Find the company that is meant, or make it; it becomes `found.company`."""
    if said.startswith(NEW):
        found.company = _new_company(ctx, said.removeprefix(NEW), found)
        return
    try:
        found.company = ctx.find(Company, said, "company")
    except NotFound:
        if said.startswith("id:"):  # behind a button, and gone since
            raise
        if is_pronoun(said):
            _company_of_person(ctx, found, said, must=make)
        elif make:
            found.company = _new_company(ctx, said, found)


def _company_of_person(ctx: Context, found: Customer, said: str, *, must: bool) -> None:
    """ "Their", where a person was spoken of: the company that the person belongs to."""
    person = ctx.focus.newest(("contact",))
    contact = ctx.find(Contact, f"id:{person.id}", "contact") if person else None
    found.company = ctx.uow.get(Company, contact.company_id) if contact else None
    if found.company is None and must:
        raise NotFound("company", "company", said)


def _resolve_contact(ctx: Context, said: str, found: Customer, *, make: bool) -> None:
    if said.startswith(NEW):
        found.contact = _new_contact(ctx, said.removeprefix(NEW), found)
        return
    if make and found.company and not is_pronoun(said) and not said.startswith("id:"):
        _colleague(ctx, said, found)
        return
    try:
        found.contact = ctx.find(Contact, said, "contact")
    except NotFound as stop:
        if said.startswith("id:"):
            raise
        if is_pronoun(said):
            if found.company is None:
                _company_in_focus(ctx, found, said, must=make)
            return
        found.company = found.company or _as_company(ctx, said)
        if found.company is not None:
            return
        if make and stop.nearest and ctx.search(Contact, said)[0].score >= NEAR:
            raise
        if make:
            found.contact = _new_contact(ctx, said, found)


def _company_in_focus(ctx: Context, found: Customer, said: str, *, must: bool) -> None:
    """ "It", where a company was spoken of."""
    mention = ctx.focus.newest(("company",))
    if mention is not None:
        found.company = ctx.find(Company, f"id:{mention.id}", "company")
    elif must:
        raise NotFound("contact", "contact", said)


def _as_company(ctx: Context, said: str) -> Company | None:
    matches = ctx.search(Company, said)
    return ctx.uow.get(Company, matches[0].id) if matches and matches[0].score >= SURE else None


def _colleague(ctx: Context, said: str, found: Customer) -> None:
    """Someone of a named company: the one of that name there, else one who has no company yet, else someone new."""
    alike = [(ctx.uow.get(Contact, m.id), m.score) for m in ctx.search(Contact, said) if m.score >= NEAR]
    there = [c for c, _ in alike if c and found.company and c.company_id == found.company.id]
    homeless = [c for c, score in alike if c and c.company_id is None and score >= SAME]
    if len(there) == 1:
        found.contact = there[0]
    elif not there and len(homeless) == 1 and found.company:
        found.contact = homeless[0]
        homeless[0].company_id = found.company.id
        ctx.uow.add(homeless[0])
    elif there:
        raise Ambiguous("contact", "contact", [(ctx.mention(c), c.job_title or "") for c in there[:4]])
    else:
        found.contact = _new_contact(ctx, said, found)


def _new_contact(ctx: Context, name: str, found: Customer) -> Contact:
    ctx.require("contacts.write")
    company_id = found.company.id if found.company else None
    found.made.append(contact := ctx.new(Contact, name=as_written(name), company_id=company_id))
    ctx.uow.flush()
    return contact


def _new_company(ctx: Context, name: str, found: Customer) -> Company:
    ctx.require("contacts.write")
    found.made.append(company := ctx.new(Company, name=name))
    ctx.uow.flush()
    return company
