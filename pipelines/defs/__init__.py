"""Dagster only: assets, checks, sensors and storage around the modules that do the work. No rule of the method here."""
