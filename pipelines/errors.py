"""The errors a user can cause, each with the exit code that the command line ends with. Nothing else belongs here."""


class UserError(Exception):
    """Wrong usage: one sentence that names the option, file or line and says what to do. Exit code 2."""

    exit_code = 2


class InputRefused(UserError):
    """The input cannot be used and nothing was published. Exit code 3."""

    exit_code = 3


class AuditFailed(UserError):
    """The candidate publication failed its audit; the last good publication stays current. Exit code 4."""

    exit_code = 4
