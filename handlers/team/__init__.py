"""The team: who is here, who comes in, what they may do, and what happens to their work when they leave."""

from datetime import timedelta
from pathlib import Path

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.errors import Invalid, Missing, NotAllowed
from handlers.reply import Field, Reply, line
from handlers.slots import MemberRef, Name, RoleName
from storage.queries.codes import LIFE, issue
from storage.queries.members import members, platforms_of
from storage.queries.ownership import hand_over, owned
from storage.tables import CodeKind, Member, MemberStatus

team = Capability("team", Path(__file__).parent)
MINUTES = LIFE // timedelta(minutes=1)
NOBODY = "-"  # the successor of someone whose work stays where it is
SUCCESSORS = 3


class InviteMember(Command):
    """Let someone join the team."""

    name: Name | None = None
    role: RoleName | None = None


@team.command("member.invite", needs="team.invite", undoable=False)
def invite_member(cmd: InviteMember, ctx: Context) -> Reply:
    """A code that is good once, for the role; only the speaker sees it."""
    role = cmd.role or ctx.uow.workspace.default_role
    if role in ("owner", "admin") and not ctx.may("team.write"):
        raise NotAllowed("team.write")
    _only_owners_make_owners(ctx, role)
    code = issue(ctx.uow, CodeKind.INVITE, role=role, name=cmd.name, made_by=ctx.member.id)
    shown = ctx.voice.label(f"role.{role}")
    key = "member.invited" if cmd.name else "member.invited.somebody"
    ways = (Field("Telegram", line(f"/start {code}")), Field("Slack", line(f"link {code}")))
    page = Field(ctx.voice.title("page"), line(f"{ctx.site or ''}/join/{code}"))
    headline = ctx.say(key, name=cmd.name or "", role=shown, n=MINUTES)
    after = (ctx.say("member.invited.no_address"),) if ctx.site is None else ()
    return Reply(headline, fields=(*ways, page), after=after, private=True)


class LinkAccount(Command):
    """Use another platform as yourself."""


@team.command("member.link", undoable=False)
def link_account(cmd: LinkAccount, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """A code with which the speaker's account on another platform becomes the speaker's."""
    code = issue(ctx.uow, CodeKind.LINK, member_id=ctx.member.id, made_by=ctx.member.id)
    ways = (Field("Telegram", line(f"/start {code}")), Field("Slack", line(f"link {code}")))
    return Reply(ctx.say("member.link", n=MINUTES), fields=ways, private=True)


class ListMembers(Command):
    """Show who is on the team."""

    role: RoleName | None = None


@team.command("member.list", needs="team.read", undoable=False)
def list_members(cmd: ListMembers, ctx: Context) -> Reply:
    """Everyone, with their role and where they are reached."""
    found = [m for m in members(ctx.uow) if cmd.role in (None, m.role)]
    if not found:
        return Reply(ctx.say("member.list.none"))
    lines = tuple(line(f"{i}. {_shown(ctx, m)}") for i, m in enumerate(found, 1))
    mentions = tuple(ctx.mention(m) for m in found)
    return Reply(ctx.say("member.list", n=len(found)), lines=lines, listing=mentions)


def _shown(ctx: Context, member: Member) -> str:
    places = ", ".join(p.capitalize() for p in platforms_of(ctx.uow, member) if p != "console")
    role = ctx.voice.label(f"role.{member.role}")
    return " · ".join(x for x in (member.name, role, places) if x)


class ChangeRole(Command):
    """Change what a colleague may do."""

    member: MemberRef
    role: RoleName


@team.command("member.role", needs="team.write")
def change_role(cmd: ChangeRole, ctx: Context) -> Reply:
    """The role of somebody else; nobody changes their own, and the last owner stays one."""
    member = ctx.colleague(cmd.member, "member")
    if member.id == ctx.member.id:
        raise Invalid("member.own_role")
    _only_owners_make_owners(ctx, cmd.role)
    _only_owners_make_owners(ctx, member.role)
    _keep_an_owner(ctx, member)
    member.role = cmd.role
    ctx.uow.add(member)
    ctx.uow.flush()
    role = ctx.voice.label(f"role.{cmd.role}")
    ctx.notify(
        member,
        lambda voice: Reply(
            voice.say("member.your_role", role=voice.label(f"role.{cmd.role}"), who=ctx.member.name)
        ),
    )
    return Reply(ctx.say("member.role", name=member.name, role=role), mentions=(ctx.mention(member),))


class RemoveMember(Command):
    """Take somebody off the team."""

    member: MemberRef
    successor: MemberRef | None = None


@team.command("member.remove", needs="team.write")
def remove_member(cmd: RemoveMember, ctx: Context) -> Reply:
    """Their accounts are shut at once; what is theirs goes to the successor."""
    member = ctx.colleague(cmd.member, "member")
    if member.id == ctx.member.id:
        raise Invalid("member.not_yourself")
    _only_owners_make_owners(ctx, member.role)
    _keep_an_owner(ctx, member)
    works = owned(ctx.uow, member)
    if works and cmd.successor is None:
        raise Missing("successor", _successors(ctx, member), key="member.remove.successor", name=member.name)
    successor = _successor(ctx, cmd.successor, member)
    moved = ctx.voice.both([ctx.say(f"owned.{kind}", n=n).text for kind, n in works.items()])
    key = "member.removing.to" if successor and works else "member.removing"
    prompt = ctx.say(key, name=member.name, who=successor.name if successor else "", what=moved)
    ctx.confirm([member], prompt, ctx.voice.label("button.remove"))
    if successor:
        hand_over(ctx.uow, member, successor)
    member.status = MemberStatus.REMOVED
    ctx.uow.add(member)
    ctx.uow.flush()
    return Reply(
        ctx.say(
            "member.removed.to" if successor and works else "member.removed",
            name=member.name,
            who=successor.name if successor else "",
            what=moved,
        )
    )


def _successor(ctx: Context, said: str | None, leaving: Member) -> Member | None:
    if said in (None, NOBODY):
        return None
    found = ctx.colleague(str(said), "successor")
    if found.id == leaving.id:
        raise Invalid("member.not_to_themselves", name=leaving.name)
    return found


def _successors(ctx: Context, leaving: Member) -> list[tuple[str, str]]:
    """The speaker first, then those of the same role; or nobody."""
    others = [m for m in members(ctx.uow) if m.id not in (leaving.id, ctx.member.id)]
    ranked = [ctx.member, *sorted(others, key=lambda m: m.role != leaving.role)]
    named = [(m.name, f"id:{m.id}") for m in ranked[: SUCCESSORS - 1]]
    return [*named, (ctx.voice.label("button.nobody"), NOBODY)]


def _only_owners_make_owners(ctx: Context, role: str) -> None:
    if role == "owner" and ctx.member.role != "owner":
        raise NotAllowed("team.write", [m.name for m in members(ctx.uow) if m.role == "owner"][:3])


def _keep_an_owner(ctx: Context, member: Member) -> None:
    owners = [m for m in members(ctx.uow) if m.role == "owner"]
    if member.role == "owner" and len(owners) == 1:
        raise Invalid("member.last_owner", name=member.name)
