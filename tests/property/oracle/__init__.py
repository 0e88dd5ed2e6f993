"""The accounting method a second time, written from the specification alone.

Integers and ``fractions.Fraction``, plain loops, no SQL: slow, and short enough to be compared with the text by eye.
It shares no code and no interpretation with ``sql/``; the tests set the two against each other. It does not judge
overlapping ledger ranges (the golden cases of ``certificates`` do), estimation, or heat meters.
"""

from tests.property.oracle.account import Account, account
from tests.property.oracle.delivery import Delivery, Reference, Row

__all__ = ["Account", "Delivery", "Reference", "Row", "account"]
