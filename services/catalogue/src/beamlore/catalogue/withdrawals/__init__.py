"""Withdrawals: datasets that some people could see and can see no longer, for the pages that still show them."""

from beamlore.catalogue.withdrawals.models import FOLLOWED, KEPT, Withdrawal, withdrawal_of
from beamlore.catalogue.withdrawals.repository import COLLECTION, WithdrawalNotes, Withdrawals
from beamlore.catalogue.withdrawals.watch import WithdrawalWatch

__all__ = [
    "COLLECTION",
    "FOLLOWED",
    "KEPT",
    "Withdrawal",
    "WithdrawalNotes",
    "WithdrawalWatch",
    "Withdrawals",
    "withdrawal_of",
]
