"""The HTML pages of a publication: an overview of all parks and one page for each, in Chinese and English.

``reading`` takes the rows from a publication, ``charts`` and ``year_charts`` make the figures, ``park`` and
``overview`` say what a page shows, ``pages`` writes the files. Nothing here computes a published figure or looks at a
clock.
"""
