"""When Parley may speak of itself."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from handlers.calm import calm
from storage.tables import Member, Workspace


@pytest.mark.parametrize(
    ("zone", "quiet", "days", "holidays", "moment", "spoken"),
    [
        ("Europe/Berlin", None, None, "off", "2026-03-02T10:00", "2026-03-02T10:00"),
        ("Europe/Berlin", "20:00-08:00", None, "off", "2026-03-02T21:30", "2026-03-03T08:00"),
        ("Europe/Berlin", "20:00-08:00", None, "off", "2026-03-02T07:59", "2026-03-02T08:00"),
        ("Europe/Berlin", "12:00-14:00", None, "off", "2026-03-02T13:00", "2026-03-02T14:00"),
        ("Europe/Berlin", "20:00-08:00", None, "off", "2026-03-06T21:30", "2026-03-09T08:00"),
        ("Europe/Berlin", "20:00-08:00", "MO,TU,WE,TH,FR,SA", "off", "2026-03-06T21:30", "2026-03-07T08:00"),
        ("Europe/Berlin", "20:00-08:00", None, None, "2026-12-24T21:00", "2026-12-28T08:00"),
        ("Europe/Berlin", None, None, None, "2026-01-01T10:00", "2026-01-02T00:00"),
        ("America/New_York", None, None, None, "2026-07-03T10:00", "2026-07-06T00:00"),
        ("America/New_York", None, None, "DE", "2026-07-03T10:00", "2026-07-03T10:00"),
        ("Asia/Shanghai", "21:00-09:00", None, None, "2026-10-01T10:00", "2026-10-08T09:00"),
    ],
)
def test_quiet_hours_working_days_and_holidays(
    zone: str, quiet: str | None, days: str | None, holidays: str | None, moment: str, spoken: str
) -> None:
    workspace = Workspace(number=1, name="W", zone="UTC", hash_key="00")
    member = Member(workspace_id=uuid4(), name="Ana", role="sales", zone=zone)
    member.quiet_hours, member.working_days, member.holidays = quiet, days, holidays
    here = ZoneInfo(zone)
    found = calm(member, workspace, datetime.fromisoformat(moment).replace(tzinfo=here))
    assert found == datetime.fromisoformat(spoken).replace(tzinfo=here)
