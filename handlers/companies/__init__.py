"""Organisations that customers belong to."""

from pathlib import Path
from typing import Annotated

from handlers.capability import Capability, Command
from handlers.cards import changed, company_card, press
from handlers.context import Context
from handlers.errors import Twin
from handlers.lists import PAGE, listed
from handlers.merging import deleted, merged
from handlers.reply import Field, Mention, Reply, joined
from handlers.slots import (
    CompanyRef,
    FieldValue,
    Industry,
    MemberRef,
    Name,
    Phone,
    Place,
    TagName,
    Text,
    field_of,
)
from handlers.tagging import retag
from handlers.values import phone, shown_phone
from storage.queries.contacts import companies_where, same_name
from storage.tables import Company

companies = Capability("companies", Path(__file__).parent)
FIELDS = ("name", "industry", "domain", "phone", "tax_id", "address", "tags", "owner", "notes")


class AddCompany(Command):
    """Add a company."""

    name: Name
    industry: Industry | None = None
    domain: Text | None = None
    phone: Phone | None = None


@companies.command("company.add", needs="contacts.write")
def add_company(cmd: AddCompany, ctx: Context) -> Reply:
    """A new company; one of that name that is there is asked about first."""
    if not ctx.turn.allow_twin:
        matches = same_name(ctx.uow, "company", cmd.name, ctx.scope(Company))
        if matches:
            twins = [
                (Mention("company", str(m.id), m.name), ctx.describe(m) or ctx.say("twin.name").text)
                for m in matches[:3]
            ]
            raise Twin("company", cmd.name, twins)
    company = ctx.new(
        Company,
        name=cmd.name,
        industry=cmd.industry,
        domain=cmd.domain,
        phone=phone(cmd.phone) if cmd.phone else None,
    )
    ctx.uow.flush()
    facts = [x for x in (cmd.industry, cmd.domain, company.phone and shown_phone(company.phone)) if x]
    return Reply(
        ctx.say("company.added", name=company.name),
        lines=(joined(facts, " · "),) if facts else (),
        buttons=(press(ctx, "contact", "contact.add", {"company": f"id:{company.id}"}),),
        receipt=Field(ctx.voice.title("slot.company"), joined([company.name, *facts], " · ")),
        mentions=(ctx.mention(company),),
    )


class ShowCompany(Command):
    """Show what is known of a company."""

    company: CompanyRef


@companies.command("company.show", needs="contacts.read", undoable=False)
def show_company(cmd: ShowCompany, ctx: Context) -> Reply:
    """A company's card."""
    return company_card(ctx, ctx.find(Company, cmd.company, "company"))


class ListCompanies(Command):
    """List companies."""

    tag: TagName | None = None
    owner: MemberRef | None = None
    industry: Industry | None = None
    place: Place | None = None


@companies.command("company.list", needs="contacts.read", undoable=False)
def list_companies(cmd: ListCompanies, ctx: Context) -> Reply:
    """Companies that fit, by name."""
    rows, total = companies_where(
        ctx.uow,
        ctx.scope(Company),
        tag=cmd.tag,
        owner=ctx.colleague(cmd.owner, "owner") if cmd.owner else None,
        industry=cmd.industry,
        place=cmd.place,
        limit=PAGE,
        offset=ctx.turn.offset,
    )
    return listed(ctx, "company.list", rows, total, _row)


def _row(company: Company) -> str:
    return " · ".join(x for x in (company.name, company.industry) if x)


class EditCompany(Command):
    """Change something about a company."""

    company: CompanyRef
    field: Annotated[str, field_of(*FIELDS)]
    value: FieldValue


@companies.command("company.edit", needs="contacts.write")
def edit_company(cmd: EditCompany, ctx: Context) -> Reply:
    """One field of a company."""
    company = ctx.find(Company, cmd.company, "company")
    shown = _set(ctx, company, cmd.field, cmd.value)
    ctx.uow.add(company)
    ctx.uow.flush()
    return changed(ctx, company, company.name, cmd.field, shown)


def _set(ctx: Context, company: Company, field: str, value: str) -> str:
    if field == "owner":
        owner = ctx.colleague(value, "value")
        company.owner_id = owner.id
        return owner.name
    if field == "tags":
        return retag(ctx, "company", company, value)
    setattr(company, field, phone(value) if field == "phone" else value)
    return shown_phone(value) if field == "phone" else value


class MergeCompanies(Command):
    """Put one company into another."""

    company: CompanyRef
    other: CompanyRef


@companies.command("company.merge", needs="contacts.delete")
def merge(cmd: MergeCompanies, ctx: Context) -> Reply:
    """The first goes into the second, which stays; people and histories are joined."""
    goes = ctx.find(Company, cmd.company, "company")
    return merged(ctx, goes, ctx.find(Company, cmd.other, "other"), _row)


class DeleteCompany(Command):
    """Delete a company."""

    company: CompanyRef


@companies.command("company.delete", needs="contacts.delete")
def delete(cmd: DeleteCompany, ctx: Context) -> Reply:
    """A company; its people stay; always after a tap."""
    company = ctx.find(Company, cmd.company, "company")
    prompt = ctx.say("company.delete_confirm", name=_row(company))
    return deleted(ctx, [company], prompt, "company.deleted")
