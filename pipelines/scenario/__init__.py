"""Scenarios: a park's published year, changed and accounted anew by the same pipeline.

``base`` reads what is landed and published, ``changes`` are the questions one can ask, ``flows`` what they do to each
interval, ``delivery`` writes it all as ordinary files, ``run`` lands and runs these in a folder of its own. Nothing
here writes to the home folder that it reads.
"""
