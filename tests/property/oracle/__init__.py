"""The accounting method a second time, written from the specification alone.

Integers and ``fractions.Fraction``, plain loops, no SQL: slow, and short enough to be compared with the text by eye.
It shares no code and no interpretation with ``sql/``; the tests set the two against each other. It does not judge
overlapping ledger ranges (the golden cases of ``certificates`` do) or heat meters. What stands in for readings that do
not count, and how wide the interval of the intensity is, it takes as given: ``test_vee`` and ``test_uncertainty`` judge
them.
"""

from tests.property.oracle.account import Account, account
from tests.property.oracle.delivery import Delivery, Reference, Row
from tests.property.oracle.readings import Estimate, Estimates

__all__ = ["Account", "Delivery", "Estimate", "Estimates", "Reference", "Row", "account"]
