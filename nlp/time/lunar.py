"""Dates of the Chinese and the Islamic calendar, from tables for the years 2000 to 2060."""

from __future__ import annotations

from datetime import date
from itertools import accumulate

# One number a lunar year from 2000: bit i says that its month i has 30 days, not 29; the bits from 13 up
# are the month that is followed by a leap month. Source: Hong Kong Observatory calendar conversion tables.
_YEARS = (
    0x00693, 0x0952B, 0x0052B, 0x00A5B, 0x0555A, 0x0056A, 0x0FB55, 0x00BA4, 0x00B49, 0x0BA93, 0x00A95, 0x0052D,
    0x08AAD, 0x00AB5, 0x135AA, 0x005D2, 0x00DA5, 0x0DD4A, 0x00D4A, 0x00C95, 0x0952E, 0x00556, 0x00AB5, 0x055B2,
    0x006D2, 0x0CEA5, 0x00725, 0x0064B, 0x0AC97, 0x00CAB, 0x0055A, 0x06AD6, 0x00B69, 0x17752, 0x00B52, 0x00B25,
    0x0DA4B, 0x00A4B, 0x004AB, 0x0A55B, 0x005AD, 0x00B6A, 0x05B52, 0x00D92, 0x0FD25, 0x00D25, 0x00A55, 0x0B4AD,
    0x004B6, 0x005B5, 0x06DAA, 0x00EC9, 0x11E92, 0x00E92, 0x00D26, 0x0CA56, 0x00A57, 0x00556, 0x086D5, 0x00755,
    0x00749,
)  # fmt: skip
_FIRST_YEAR = 2000


def _month_lengths(code: int) -> list[int]:
    months = 13 if code >> 13 else 12
    return [29 + (code >> month & 1) for month in range(months)]


_NEW_YEARS = list(
    accumulate((sum(_month_lengths(code)) for code in _YEARS), initial=date(2000, 2, 5).toordinal())
)


def lunar(year: int, month: int, day: int) -> date | None:
    """Return the Gregorian date of a day in the lunar year that begins in `year`.

    Month 12, day -1 is New Year's Eve. None where the month is too short or the year outside the tables.
    """
    index = year - _FIRST_YEAR
    if not 0 <= index < len(_YEARS):
        return None
    leap = _YEARS[index] >> 13
    lengths = _month_lengths(_YEARS[index])
    position = month - 1 if not leap or month <= leap else month
    length = lengths[position]
    if day > length:
        return None
    offset = sum(lengths[:position]) + (length if day < 0 else day - 1)
    return date.fromordinal(_NEW_YEARS[index] + offset + (min(0, day)))


# Gregorian days as YYMMDD. Source: the Umm al-Qura calendar of Saudi Arabia (R.H. van Gent's tables).
_ISLAMIC = {
    "ramadan": """
        001127 011116 021106 031026 041015 051004 060924 070913 080901 090822 100811 110801 120720 130709 140628
        150618 160606 170527 180516 190506 200424 210413 220402 230323 240311 250301 260218 270208 280128 290116
        300105 301226 311215 321204 331123 341112 351101 361020 371010 380930 390919 400907 410828 420817 430806
        440726 450715 460705 470624 480612 490602 500522 510511 520430 530420 540409 550329 560317 570306 580224
        590214 600203""",
    "eid_al_fitr": """
        000108 001227 011216 021205 031125 041114 051103 061023 071013 081001 090920 100910 110830 120819 130808
        140728 150717 160706 170625 180615 190604 200524 210513 220502 230421 240410 250330 260320 270309 280226
        290214 300204 310124 320114 330102 331223 341212 351201 361119 371108 381029 391019 401007 410926 420915
        430904 440824 450814 460803 470724 480712 490701 500620 510610 520529 530519 540509 550428 560416 570405
        580325 590315 600304""",
    "eid_al_adha": """
        000316 010305 020222 030211 040201 050121 060110 061231 071220 081208 091127 101116 111106 121026 131015
        141004 150923 160911 170901 180821 190811 200731 210720 220709 230628 240616 250606 260527 270516 280505
        290424 300413 310402 320322 330311 340301 350218 360207 370126 380116 390105 391226 401214 411204 421123
        431112 441031 451021 461010 470930 480919 490908 500828 510817 520805 530726 540715 550705 560623 570612
        580601 590522 600510""",
    "islamic_new_year": """
        000406 010326 020315 030304 040221 050210 060131 070120 080110 081229 091218 101207 111126 121115 131104
        141025 151014 161002 170921 180911 190831 200820 210809 220730 230719 240707 250626 260616 270606 280525
        290514 300503 310423 320411 330401 340321 350311 360228 370216 380205 390126 400115 410104 411224 421213
        431203 441121 451110 461031 471020 481009 490928 500917 510906 520826 530815 540805 550725 560714 570703
        580622 590611 600531""",
}


def _islamic_days(table: str) -> dict[int, date]:
    """Map a Gregorian year to the first such day in it."""
    days: dict[int, date] = {}
    for entry in table.split():
        day = date(2000 + int(entry[:2]), int(entry[2:4]), int(entry[4:]))
        days.setdefault(day.year, day)
    return days


_ISLAMIC_DAYS = {name: _islamic_days(table) for name, table in _ISLAMIC.items()}


def islamic(name: str, year: int) -> date | None:
    """Return the Islamic holiday `name` that falls in the Gregorian `year`, or None outside the table."""
    return _ISLAMIC_DAYS[name].get(year)


def qingming(year: int) -> date:
    """Return the solar term Qingming (清明), the 4th or 5th of April.

    Formula of the mean tropical year for the 21st century: [Y * 0.2422 + 4.81] - [Y / 4], Y two digits.
    """
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


def winter_solstice(year: int) -> date:
    """Return 冬至: [Y * 0.2422 + 21.94] - [Y / 4] in December, by the same formula."""
    short = year % 100
    return date(year, 12, int(short * 0.2422 + 21.94) - short // 4)
