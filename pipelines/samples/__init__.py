"""Deterministic example deliveries for the 52 listed parks: real names, generated values.

``plans`` says what each park is like, ``shapes`` how load, sun, wind and rivers move through a year, ``balance`` makes
consistent meter series of them, ``masters``, ``activity`` and ``certificates`` the tables beside the readings,
``formats`` the files operators send, ``faults`` what is wrong in some of them, ``demo`` puts it all in folders.
Nothing here is used when real deliveries are run.
"""

from pipelines.samples.demo import GeneratedDemo, generate
from pipelines.samples.faults import PlantedFault

__all__ = ["GeneratedDemo", "PlantedFault", "generate"]
