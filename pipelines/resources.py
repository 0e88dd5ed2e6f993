"""Where the project's data files are: SQL, contracts and reference tables, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_dir(name: str) -> Path:
    """The folder ``sql`` or ``data_contracts``: inside an installed wheel, else beside the package in a checkout."""
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {name}/ is neither in the installed package nor beside it; reinstall")


SQL = data_dir("sql")
CONTRACTS = data_dir("data_contracts")
REFERENCE = _PACKAGE / "reference"
