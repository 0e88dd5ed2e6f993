"""`python -m pipelines` is the `zcp` command."""

from pipelines.cli import main

main()
