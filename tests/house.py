"""The house measured: what one must read for a task, how long files are, which names are used twice.

Run it as ``python -m tests.house``; `test_house` holds what must not grow.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mfg"
TASKS = {  # what is imported for a task, and how many lines may have to be read for it
    "dose": "mfg.prescription.dosing",
    "results": "mfg.results.figures",
    "engine": "mfg.simulation.running",
    "audit of a log": "mfg.simulation.adherence",
}


def modules() -> dict[str, Path]:
    """Every module of the package, by its name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def tree_of(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules that are loaded when a file is: not those that stand in a function or are for the type checker."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def closure(module: str) -> set[str]:
    """All modules of the package that are loaded with *module*, itself and their packages included."""
    known, found, waiting = modules(), set[str](), [module]
    while waiting:
        name = waiting.pop()
        if name not in known or name in found:
            continue
        found.add(name)
        waiting += imported(tree_of(known[name]), known)
        if "." in name:
            waiting.append(name.rpartition(".")[0])
    return found


def lines(path: Path) -> int:
    """The lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def reading(task: str) -> int:
    """How many lines are loaded for a task."""
    known = modules()
    return sum(lines(known[name]) for name in closure(TASKS[task]))


def definitions() -> Iterator[tuple[str, str]]:
    """The name of every class and public constant of the package, with its module."""
    for module, path in modules().items():
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef):
                yield node.name, module
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    names = target.elts if isinstance(target, ast.Tuple) else [target]
                    for one in names:
                        if isinstance(one, ast.Name) and not one.id.startswith("_"):
                            yield one.id, module


def twice() -> dict[str, list[str]]:
    """The names that more than one module defines."""
    homes: dict[str, list[str]] = {}
    for name, module in definitions():
        homes.setdefault(name, []).append(module)
    return {name: found for name, found in sorted(homes.items()) if len(set(found)) > 1}


def words() -> frozenset[str]:
    """The names of steps, works, rows and endings: those that `mfg.works` and `mfg.log` spell."""
    known = modules()
    homes = ["mfg.works", "mfg.log.notes", "mfg.log.endings"]
    return frozenset(
        text.value
        for module in homes
        for node in tree_of(known[module]).body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and names_only(node.value)
        for text in ast.walk(node.value)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    )


def names_only(value: ast.expr) -> bool:
    """Whether an assignment gives texts their names: ``A, B = "a", "b"``."""
    values = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(isinstance(one, ast.Constant) for one in values)


def typed(path: Path) -> Iterator[str]:
    """The texts that are typed in a file, without those that tell something about the code: documentation and types."""
    tree = tree_of(path)
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and ast.get_docstring(node) is not None
        if isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id == "Literal"
        ):
            told |= {id(one) for one in ast.walk(node.slice)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def typed_again() -> dict[str, list[str]]:
    """The words of `words` that are typed outside their home, with the modules in which they are."""
    found: dict[str, list[str]] = {}
    for module, path in modules().items():
        if module != "mfg.works" and not module.startswith("mfg.log"):
            for word in sorted(words() & set(typed(path))):
                found.setdefault(word, []).append(module)
    return found


def public_methods() -> dict[str, int]:
    """How many public methods and properties each class has."""
    found: Counter[str] = Counter()
    for module, path in modules().items():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
                found[f"{module}.{node.name}"] = sum(not one.name.startswith("_") for one in methods)
    return dict(found)


def main() -> None:
    """Print every measure."""
    say = sys.stdout.write
    known = modules()
    say(f"{len(known)} files, {sum(map(lines, known.values()))} lines\n")
    for task, module in TASKS.items():
        say(f"{task}: {len(closure(module))} files, {reading(task)} lines to read\n")
    say("over 300 lines: ")
    say(", ".join(f"{m} {lines(p)}" for m, p in known.items() if lines(p) > 300) + "\n")
    say("over 15 public methods: ")
    say(", ".join(f"{name} {n}" for name, n in public_methods().items() if n > 15) + "\n")
    for word, where in typed_again().items():
        say(f"typed again: {word!r} in {', '.join(where)}\n")
    for name, homes in twice().items():
        say(f"twice: {name} in {', '.join(homes)}\n")


if __name__ == "__main__":
    main()
