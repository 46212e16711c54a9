"""What a new workspace starts with: the catalogue's standard roles, pipeline and lists."""

import secrets

from sqlmodel import Session, select

from storage.tables import Choice, Counter, Pipeline, Role, Stage, Workspace

READ = ("contacts", "deals", "tickets", "campaigns", "tasks", "reports", "team")
ALL = {f"{area}.{verb}": "all" for area in READ for verb in ("read", "write", "delete")}
_WORK = {
    **{f"{area}.read": "all" for area in ("contacts", "deals", "tickets", "campaigns", "tasks", "team")},
    "contacts.write": "all",
    "contacts.delete": "own",
    "tasks.write": "own",
    "tasks.give": "all",
    "tasks.delete": "own",
    "settings.own": "own",
}
ROLES: dict[str, dict[str, str]] = {
    "owner": {
        **ALL,
        "team.invite": "all",
        "tasks.give": "all",
        "data.import": "all",
        "data.export": "all",
        "rules.others": "all",
        "settings.own": "own",
        "settings.workspace": "all",
    },
    "admin": {
        **ALL,
        "team.invite": "all",
        "tasks.give": "all",
        "data.import": "all",
        "data.export": "all",
        "rules.others": "all",
        "settings.own": "own",
        "settings.workspace": "all",
    },
    "manager": {
        **{k: v for k, v in ALL.items() if not k.startswith("team.")},
        "team.read": "all",
        "team.invite": "all",
        "tasks.give": "all",
        "data.import": "all",
        "rules.others": "all",
        "settings.own": "own",
    },
    "sales": {
        **_WORK,
        "deals.write": "all",
        "deals.delete": "own",
        "tickets.write": "own",
        "reports.read": "team",
    },
    "support": {**_WORK, "tickets.write": "all", "reports.read": "own"},
    "marketing": {**_WORK, "campaigns.write": "all", "campaigns.delete": "all", "reports.read": "own"},
    "viewer": {
        **{
            f"{area}.read": "all" for area in ("contacts", "deals", "tickets", "campaigns", "reports", "team")
        },
        "tasks.read": "own",
        "tasks.write": "own",
        "tasks.delete": "own",
        "settings.own": "own",
    },
}
STAGES = (
    ("prospecting", 10, "Prospecting", "初步接触", "初步接觸"),
    ("qualification", 20, "Qualification", "需求确认", "需求確認"),
    ("proposal", 50, "Proposal", "方案报价", "方案報價"),
    ("negotiation", 80, "Negotiation", "商务谈判", "商務談判"),
    ("closed_won", 100, "Won", "赢单", "贏單"),
    ("closed_lost", 0, "Lost", "输单", "輸單"),
)
CHOICES = {
    "activity_type": ("call", "meeting", "email", "message", "visit", "note"),
    "lost_reason": (
        "pricing",
        "competition",
        "budget",
        "missing_features",
        "timing",
        "no_decision_maker",
        "unresponsive",
        "poor_fit",
        "other",
    ),
    "deal_role": ("decision_maker", "champion", "influencer", "user", "buyer", "gatekeeper", "other"),
    "source": ("referral", "website", "event", "cold_call", "advertising", "partner", "other"),
}
COUNTED = ("task", "ticket", "order")


def make_workspace(session: Session, name: str, *, zone: str, language: str, currency: str) -> Workspace:
    """A new workspace with its standard roles, stages and lists."""
    number = len(session.exec(select(Workspace.id)).all()) + 1
    workspace = Workspace(
        number=number,
        name=name,
        zone=zone,
        language=language,
        currency=currency,
        hash_key=secrets.token_hex(32),
    )
    session.add(workspace)
    wid = workspace.id
    session.add_all(Counter(workspace_id=wid, name=name) for name in COUNTED)
    session.add_all(Role(workspace_id=wid, name=role, grants=grants) for role, grants in ROLES.items())
    pipeline = Pipeline(
        workspace_id=wid, key="sales", labels={"en": "Sales", "zh-Hans": "销售", "zh-Hant": "銷售"}
    )
    session.add(pipeline)
    for position, (key, probability, *labels) in enumerate(STAGES):
        named = dict(zip(("en", "zh-Hans", "zh-Hant"), labels, strict=True))
        session.add(
            Stage(
                workspace_id=wid,
                pipeline_id=pipeline.id,
                key=key,
                position=position,
                probability=probability,
                labels=named,
            )
        )
    for kind, keys in CHOICES.items():
        session.add_all(
            Choice(workspace_id=wid, kind=kind, key=key, position=i) for i, key in enumerate(keys)
        )
    session.flush()
    return workspace
