"""A crowd of contacts, half of them Chinese, put into a database directly: for measuring what needs many."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, select

from storage.database import Database
from storage.folding import spelled
from storage.indexing import person_keys
from storage.points import TAIL, digest, email_digest
from storage.search import _key, name_tokens
from storage.tables import Activity, Company, Contact, ContactPoint, NameKey, PointKind, Workspace, new_id
from storage.tables.types import utcnow

BATCH = 5000
PEOPLE_A_COMPANY = 20
_FIRST = "Anna Ben Carla David Ella Felix Grace Hugo Ines Jack Kate Leo Maria Nina Oscar Paula Rosa Sam Tina Uwe Vera Will Zoe Bilal Chen Deepa Emeka Goran Hana Ivan Kofi Lars Mei Noor Olga Pedro Ravi Sofia Tariq Wanda Xin Yuki Amir Beth Cem Dina Erik Hans Ida Kenji Lina Marco Omar Petra Sven Wei".split()
_ONSET = "b br d dr f fl g gr h j k kr l m n p r s sh st t tr v w z".split()
_VOWEL = "a e i o u ai ea oa ou".split()
_CODA = ["", "n", "r", "l", "s", "m", "ck", "nd", "rt", "st"]
_SURNAME = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁沈姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷黎史陶贺毛"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文利鹏志国海波宁欣怡佳雨晨浩宇轩子涵梓萱思远若曦雪梅春燕晓峰俊豪家淑惠雅婷冠霖宗翰美玲承恩品妍振兴永康婉如筱雯诗柏彦廷嘉安博采辰德恒洁凯乐萌楠琪然瑞珊书彤威新星旭亦媛泽哲"


@dataclass(frozen=True)
class Person:
    """One of the crowd."""

    id: UUID
    name: str
    phone: str
    company_id: UUID


def _surname(chance: random.Random) -> str:
    parts = (
        chance.choice(_ONSET) + chance.choice(_VOWEL) + chance.choice(_CODA)
        for _ in range(chance.choice((2, 2, 3)))
    )
    return "".join(parts).capitalize()


def crowd(count: int, seed: int = 1) -> Iterator[Person]:
    """So many people, every second one Chinese, the same for the same seed."""
    chance = random.Random(seed)
    company = new_id()
    for n in range(count):
        if n % PEOPLE_A_COMPANY == 0:
            company = new_id()
        if n % 2:
            given = "".join(chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2))))
            yield Person(
                new_id(), chance.choice(_SURNAME) + given, f"+8613{chance.randrange(10**9):09d}", company
            )
        else:
            yield Person(
                new_id(),
                f"{chance.choice(_FIRST)} {_surname(chance)}",
                f"+4930{chance.randrange(10**8):08d}",
                company,
            )


def fill(database: Database, workspace_id: UUID, count: int, owner_id: UUID) -> list[Person]:
    """Put the crowd into a database, with one activity each; everything that the program would write, but its history."""
    kept: list[Person] = []
    for people in _batches(crowd(count)):
        database.run(lambda session, people=people: _write(session, workspace_id, people, owner_id))
        kept += people
    return kept


def _batches(people: Iterator[Person]) -> Iterator[list[Person]]:
    while batch := list(itertools.islice(people, BATCH)):
        yield batch


def _write(session: Session, workspace_id: UUID, people: list[Person], owner_id: UUID) -> None:
    workspace = session.exec(select(Workspace).where(Workspace.id == workspace_id)).one()
    rows: dict[type[Any], list[dict[str, Any]]] = {
        Company: [],
        Contact: [],
        ContactPoint: [],
        NameKey: [],
        Activity: [],
    }
    common = {"workspace_id": workspace_id, "created_at": utcnow()}
    owned = {**common, "owner_id": owner_id, "made_by": owner_id, "version": 1, "custom": {}}
    for company_id in dict.fromkeys(p.company_id for p in people):
        rows[Company].append(
            {**owned, "id": company_id, "name": f"Firm {company_id.hex[-10:]}", "lifecycle": "lead"}
        )
    for person in people:
        rows[Contact].append(
            {
                **owned,
                "id": person.id,
                "name": person.name,
                "company_id": person.company_id,
                "lifecycle": "lead",
            }
        )
        rows[ContactPoint] += [
            {**common, "id": new_id(), "contact_id": person.id, "position": 0, **p}
            for p in _points(workspace, person)
        ]
        rows[NameKey] += _keys(workspace_id, person)
        rows[Activity].append(
            {
                **owned,
                "id": new_id(),
                "contact_id": person.id,
                "type": "call",
                "occurred_at": utcnow(),
                "all_day": True,
            }
        )
    connection = session.connection()
    for model, values in rows.items():
        connection.execute(insert(model), values)
    _index(session, workspace.number, people)


def _points(workspace: Workspace, person: Person) -> list[dict[str, Any]]:
    digits = person.phone.removeprefix("+")
    address = f"{spelled(person.name)}.{person.id.hex[-8:]}@example.com"
    return [
        {
            "kind": PointKind.PHONE,
            "value": person.phone,
            "digest": digest(workspace, person.phone),
            "tail_digest": digest(workspace, "tail" + digits[-TAIL:]),
        },
        {
            "kind": PointKind.EMAIL,
            "value": address,
            "digest": email_digest(workspace, address),
            "tail_digest": None,
        },
    ]


def _keys(workspace_id: UUID, person: Person) -> list[dict[str, Any]]:
    return [
        {
            "workspace_id": workspace_id,
            "key": key,
            "kind": "contact",
            "record_id": person.id,
            "whole": whole,
            "sound": spelled(key) if whole else None,
            "place_id": person.company_id if whole else None,
        }
        for key, whole in dict(person_keys(person.name)).items()
    ]


def _index(session: Session, number: int, people: list[Person]) -> None:
    driver: Any = session.connection().connection.dbapi_connection
    tokens = ((p, [f"w{number}{t}" for t in sorted(name_tokens(p.name))]) for p in people)
    if session.get_bind().dialect.name == "sqlite":
        sql = "INSERT INTO search_index (rowid, tokens, kind, record_id) VALUES (?, ?, 'contact', ?)"
        driver.executemany(sql, ((_key(p.id), " ".join(t), p.id.hex) for p, t in tokens))
        return
    sql = "INSERT INTO search_index (id, tokens, kind, record_id) VALUES (%s, array_to_tsvector(%s::text[]), 'contact', %s)"
    with driver.cursor() as cursor:
        cursor.executemany(sql, ((_key(p.id), t, p.id) for p, t in tokens))
