"""From built models to an immutable publication: candidate, audit, snapshot, switch; and reading what is published."""
