"""The official submission tables of a park as an Excel workbook, made from one publication.

``account`` reads the publication, ``layout`` knows cells and pages, ``workbook`` writes the file; each of the other
modules makes some of its pages. No figure is computed here but sums, units of ten thousand and shares of a sum.
"""
