"""Amounts of deals: "20000 USD" as a number and a currency, and as people read it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from babel.numbers import list_currencies

from handlers.context import Context
from handlers.errors import Invalid
from storage.tables import Deal


@dataclass(frozen=True)
class Money:
    """An amount and the ISO 4217 code of its currency."""

    number: Decimal
    currency: str


def money(value: str, ctx: Context, default: str | None = None) -> Money:
    """An amount in its normal form; without a code it is of the default currency. Raises `Invalid` for anything else."""
    number, _, code = value.strip().partition(" ")
    code = (code or default or ctx.voice.currency).upper()
    try:
        amount = Decimal(number.replace(",", ""))
    except InvalidOperation as error:
        raise Invalid("invalid.amount", value=value) from error
    if code not in list_currencies() or not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 14:
        raise Invalid("invalid.amount", value=value)
    return Money(amount, code)


def currency_of(deal: Deal, ctx: Context) -> str:
    """The currency in which a deal is counted."""
    return deal.currency or ctx.voice.currency
