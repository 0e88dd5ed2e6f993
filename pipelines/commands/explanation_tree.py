"""An explained figure as a tree of Rich: the formula with its values, what it rests on, and the leaves, biggest first.

What is in the tree is found in ``evidence.figures``; nothing is read or computed here but sums of what is not shown.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.text import Text
from rich.tree import Tree

from pipelines.commands import chinese, formatting
from pipelines.evidence import explanation
from pipelines.evidence.account import Row
from pipelines.evidence.figures import Figure, Key, Step
from pipelines.texts import Language, text
from pipelines.texts.evidence_zh import FORMULAS_ZH, SENTENCES_ZH

SHOWN = 8
"""Leaves, meters and rows of a figure that are shown unless all are asked for."""


def amount(value: object) -> str:
    """A value without loss: thousands separated, no zeros at the end."""
    if isinstance(value, Decimal):
        shown = f"{value:,f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    if isinstance(value, float):
        return repr(value)
    return formatting.cell(value)


class ExplanationTree:
    """Draws explained figures in one language. ``limit``: leaves that are shown of each; None for all."""

    def __init__(
        self,
        figures: Mapping[Key, Figure],
        files: Mapping[str, Row],
        language: Language,
        limit: int | None = SHOWN,
    ) -> None:
        self._figures, self._files, self._language, self._limit = figures, files, language, limit
        self._drawn: set[Key] = set()

    def draw(self, key: Key) -> Tree:
        """The tree of one figure; what was drawn above is only named."""
        figure = self._figures[key]
        root = Tree(self._label(figure), guide_style="dim")
        self._grow(root, figure)
        return root

    def _say(self, name: str, **values: object) -> str:
        return text(name, self._language, **values)

    def _label(self, figure: Figure, before: str = "") -> Text:
        label = Text(f"{before}{chinese.column(figure.column, self._language)} {figure.year}", style="bold")
        label.append(f"  {self._value(figure)}", style="cyan")
        return label.append(f"  {self._formula(figure.column, '', figure.formula.formula)}", style="dim not bold")

    def _value(self, figure: Figure) -> str:
        if figure.value is None:
            return self._say("ex_no_value")
        if isinstance(figure.value, str) and figure.value in formatting.VERDICT_STYLES:
            return self._say(figure.value)
        return f"{amount(figure.value)} {figure.unit}".rstrip()

    def _formula(self, column: str, step: str, formula: str) -> str:
        if self._language != "zh":
            return formula
        return FORMULAS_ZH.get(f"{column}:{step}" if step else column, formula)

    def _grow(self, node: Tree, figure: Figure) -> None:
        if figure.unit and not figure.value and not figure.steps:
            return
        if figure.key in self._drawn:
            node.add(Text(self._say("ex_above"), style="dim"))
            return
        self._drawn.add(figure.key)
        node.add(Text(self._check(figure), style="green"))
        computed = sorted((s for s in figure.steps if s.formula), key=lambda step: -abs(step.leaf.amount))
        for step in computed:
            self._grow_step(node, figure, step)
        stepped = {key for step in computed for key in self._keys(figure, step)}
        self._add_leaves(node, figure, [step for step in figure.steps if not step.formula])
        for key in figure.parts:
            if key not in stepped:
                self._add_figure(node, key)
        if figure.constants:
            self._add_list(
                node,
                "ex_factors",
                [
                    f"{c.name} = {amount(Decimal(c.value))} {c.unit if c.unit != '1' else ''}".rstrip()
                    + f"  ({c.source})"
                    for c in figure.constants
                ],
            )
        if figure.meters:
            self._add_list(node, "ex_meters", [self._meter(meter) for meter in figure.meters])
        if figure.rows:
            self._add_list(node, "ex_rows", [self._row(row) for row in figure.rows])

    def _add_figure(self, node: Tree, key: Key) -> None:
        part = self._figures[key]
        self._grow(node.add(self._label(part)), part)

    def _keys(self, figure: Figure, step: Step) -> list[Key]:
        parts = step.formula.parts if step.formula else ()
        return [(figure.year, part) for part in parts if "." not in part]

    def _grow_step(self, node: Tree, figure: Figure, step: Step) -> None:
        """A step with its formula, and below it the figures it is computed from; just the figure where it is one."""
        assert step.formula
        if same := explanation.same_figure(self._figures, figure.key, step):
            part = self._figures[same[0]]
            self._grow(node.add(self._label(part, "− " if same[1] < 0 else "")), part)
            return
        label = Text(f"{amount(step.leaf.amount)} {figure.unit}", style="cyan")
        formula = self._formula(figure.column, step.leaf.source, step.formula.formula)
        branch = node.add(label.append(f"  {formula}", style="not bold"))
        for key in self._keys(figure, step):
            self._add_figure(branch, key)

    def _check(self, figure: Figure) -> str:
        check = explanation.check_of(self._figures, figure.key)
        if check is None:
            return self._say("ex_computed" if figure.agreement == "exact" else "ex_close")
        count, total = check
        if not count:
            return self._say("ex_no_leaves")
        return self._say("ex_adds_up", count=count, total=amount(total), unit=figure.unit)

    def _add_leaves(self, node: Tree, figure: Figure, steps: Sequence[Step]) -> None:
        leaves = sorted((step.leaf for step in steps), key=lambda leaf: -abs(leaf.amount))
        shown = leaves[: self._limit]
        for leaf in shown:
            line = Text(f"{amount(leaf.amount)} {figure.unit}", style="cyan")
            words = [self._say(f"k_{leaf.kind}")]
            if leaf.kind == "document" and leaf.file_id:
                words.append(self._say("ex_line", file=self._file(leaf.file_id), line=leaf.source.rpartition(":")[2]))
            else:
                words += [leaf.source, leaf.month or "", self._file(leaf.file_id) if leaf.file_id else ""]
            sentence = leaf.sentence or ""
            words.append(SENTENCES_ZH.get(sentence, sentence) if self._language == "zh" else sentence)
            node.add(line.append("  " + "  ".join(word for word in words if word), style="not bold"))
        if rest := leaves[len(shown) :]:
            total = sum((leaf.amount for leaf in rest), Decimal(0))
            more = self._say("ex_more", count=len(rest), total=amount(total), unit=figure.unit)
            node.add(Text(more, style="dim"))

    def _add_list(self, node: Tree, heading: str, lines: Sequence[str]) -> None:
        branch = node.add(Text(self._say(heading), style="dim"))
        shown = lines[: self._limit]
        for line in shown:
            branch.add(Text(line))
        if len(lines) > len(shown):
            branch.add(Text(self._say("ex_more_rows", count=len(lines) - len(shown)), style="dim"))

    def _file(self, file_id: str) -> str:
        return formatting.file_label(self._files[file_id])

    def _meter(self, meter: Row) -> str:
        methods = ", ".join(f"{method} {intervals:,}" for method, intervals in sorted(meter["by_method"].items()))
        said = self._say(
            "ex_intervals",
            role=meter["role"],
            expected=meter["intervals_expected"],
            measured=meter["intervals_measured"],
            estimated=meter["intervals_estimated"],
            methods=f" ({methods})" if methods else "",
            open=meter["intervals_open"],
            energy=amount(meter["energy_mwh"]),
        )
        files = ", ".join(self._file(file_id) for file_id in meter["file_ids"][: self._limit])
        return f"{meter['meter_id']}: {said}" + (f"; {files}" if files else "")

    def _row(self, row: Mapping[str, Any]) -> str:
        if "code" in row:
            return f"{row['code']}: {chinese.sentence(row['code'], row['sentence'], self._language)}"
        return "  ".join(f"{name} {amount(value)}" for name, value in row.items() if value is not None)
