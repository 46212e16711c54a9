"""Checking what people give as e-mail addresses, phone numbers and dates; in the form in which it is kept."""

from datetime import date
from zoneinfo import ZoneInfo

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from handlers.errors import Invalid


def email(value: str) -> str:
    """The address, normalised. Raises `Invalid` when it cannot be one."""
    try:
        return validate_email(value.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Invalid("invalid.email", value=value) from error


def phone(value: str) -> str:
    """The number as it is kept. Raises `Invalid` when there are too few or too many digits for one."""
    digits = [c for c in value if c.isdigit()]
    if not 3 <= len(digits) <= 20:
        raise Invalid("invalid.phone", value=value)
    return value.strip()


def shown_phone(value: str) -> str:
    """A number as people read it: grouped, with its country."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def day(value: str) -> date:
    """A date. Raises `Invalid` when it is none."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise Invalid("invalid.when", value=value) from error


def zone(value: str) -> str:
    """An IANA zone that exists. Raises `Invalid` when it does not."""
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError) as error:
        raise Invalid("invalid.timezone", value=value) from error


def one_of(value: str, choices: tuple[str, ...], slot: str) -> str:
    """The value, one of a closed list. Raises `Invalid`, naming the list, when it is none of them."""
    if value not in choices:
        raise Invalid("invalid.choice", slot=slot, value=value, choices=choices)
    return value


def quoted(value: str, longest: int) -> str:
    """A value of somebody's file as it is shown: on one line, and not too long."""
    plain = " ".join(value.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
