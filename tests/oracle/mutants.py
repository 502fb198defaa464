"""The oracle with one line changed: a deliberately wrong reading of the rules.

A mutant is named by what it gets wrong. `right` stands exactly once in its module of reading/, and `wrong` takes its
place; the rest of the oracle stays.
"""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

from misreadings import MISREADINGS

READING = Path(__file__).resolve().parent / "reading"
MODULES = ("times", "events", "configuration", "places", "limits", "judgement", "figures", "answer")  # users last


@dataclass(frozen=True)
class Mutant:
    name: str
    module: str
    right: str
    wrong: str

    def source(self, module):
        text = (READING / f"{module}.py").read_text()
        if module != self.module:
            return text
        if text.count(self.right) != 1:
            raise ValueError(f"{self.name}: {self.right!r} stands {text.count(self.right)} times in {module}.py")
        return text.replace(self.right, self.wrong)

    def answer(self):
        """The function `answer` of the oracle that reads the rules so."""
        package = f"misreading_{self.name}"
        for module in ("__init__", *MODULES):
            full_name = package if module == "__init__" else f"{package}.{module}"
            path = READING / f"{module}.py"
            spec = importlib.util.spec_from_file_location(
                full_name, path, submodule_search_locations=[] if module == "__init__" else None)
            made = importlib.util.module_from_spec(spec)
            sys.modules[full_name] = made
            exec(compile(self.source(module), path, "exec"), made.__dict__)
        return made.answer


def every_mutant():
    return [Mutant(name, module, right, wrong) for module, changes in MISREADINGS.items()
            for name, right, wrong in changes]
