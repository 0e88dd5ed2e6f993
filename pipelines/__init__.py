"""Zero-carbon parks: from meter readings and green certificates to audited emission intensities.

The accounting lives in ``sql/``; this package lands deliveries, runs that SQL on Parquet, audits and publishes.
"""

METHOD_VERSION = "2025.910+2026.622"
"""The accounting method: NDRC notice 910 (2025) annexes 3 and 4, certificate rules of notice 622 (2026)."""
