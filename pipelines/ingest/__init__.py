"""Deliveries into the lake: files found, kept by their bytes, read by their contracts into canonical Parquet.

``landing.land`` is the entrance. No Dagster and no accounting here: what a value means is for ``sql/``.
"""
