"""The benchmark: how long the path from delivered files to published metrics takes, against two floors.

Run it with ``make bench``. Nothing here is part of the installed package.
"""
