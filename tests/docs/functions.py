#!/usr/bin/env python3
"""Holds the tables of docs/language.md to the tables of the code.

    functions.py

Functions come from vm/functions/functions.def, operators from compiler/check/operators.def, macros from
grammar/macro.cc. The page says which functions belong together and in what order:

    <!-- functions: type dyn int -->
    …the table…
    <!-- /functions -->

Every function must stand in one of these tables, and nothing else may; and in an example, which
snippets.py runs. With WRIT_REBASE=1 in the
environment the tables are written anew, to be read before they are kept.
"""

import os
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PAGE = SOURCE / "docs/language.md"

TEXT = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
FUNCTION = re.compile(rf"^FN\(\w+, {TEXT}, {TEXT}, (\d+), (\w+), {TEXT}, {TEXT}\)$", re.M)
OPERATOR = re.compile(rf"^OP\(\w+, {TEXT}, {TEXT}, {TEXT}\)$", re.M)
MACRO = re.compile(r'^    \{"(\w+)", \d', re.M)
SECTION = re.compile(r"(<!-- (functions|operators|macros):?([^>]*) -->\n)(.*?)(<!-- /\2 -->\n)", re.S)

GROWTH = {"Flat": "", "Linear": " + size", "Product": " + size × size"}


def literal(source):
    """What a C++ string literal stands for."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', source)
    return re.sub(r"\\(.)", r"\1", "".join(parts))


def code(text):
    return f"`{text}`".replace("|", "\\|")


def cell(text):
    """Prose in which nothing but code is markup."""
    parts = text.replace("|", "\\|").split("`")
    parts[::2] = [re.sub(r"([*_<])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def read_functions():
    text = (SOURCE / "vm/functions/functions.def").read_text()
    rows = {}
    for name, signatures, cost, growth, meaning, errors in FUNCTION.findall(text):
        rows[literal(name)] = (literal(signatures), cost + GROWTH[growth], literal(meaning),
                               literal(errors))
    if len(rows) != len(re.findall(r"^FN\(", text, re.M)):
        sys.exit("a row of functions.def cannot be read, or two have one name")
    return {name: row for name, row in rows.items() if not name.startswith("@")}


def function_table(names, functions):
    lines = ["| function | what it is | errors | cost |", "|---|---|---|---|"]
    for name in names:
        signatures, cost, meaning, errors = functions[name]
        shown = "<br>".join(code(signature) for signature in signatures.split("; "))
        lines.append(f"| {shown} | {cell(meaning)} | {cell(errors)} | {cost} |")
    return "\n".join(lines) + "\n"


def operator_table():
    text = (SOURCE / "compiler/check/operators.def").read_text()
    rows = [[literal(part) for part in row] for row in OPERATOR.findall(text)]
    if len(rows) != len(re.findall(r"^OP\(", text, re.M)):
        sys.exit("a row of operators.def cannot be read")
    alike = {}  # those that take the same are one row
    for name, written, signatures in rows:
        alike.setdefault(signatures.replace(name, ""), []).append(written)
    lines = ["| operator | operands and result |", "|---|---|"]
    for signatures, operators in alike.items():
        forms = []
        for signature in signatures.split("; "):
            operands, result = signature.split(" -> ")
            forms.append(code(infix(operators[0], operands[1:-1]) + " → " + result))
        lines.append(f"| {' '.join(map(code, operators))} | {', '.join(forms)} |")
    return "\n".join(lines) + "\n"


def infix(written, operands):
    """`int, int` with `+` between them."""
    parts, depth = [""], 0
    for c in operands:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    parts = [part.strip() for part in parts]
    if len(parts) == 1:
        return written + parts[0]
    if written.startswith("["):
        return f"{parts[0]}{written[:-1]}{parts[1]}]"
    return f"{parts[0]} {written} {parts[1]}"


def check_macros(text):
    """The macros' rows are prose; they must be complete."""
    source = (SOURCE / "grammar/macro.cc").read_text()
    named = set(MACRO.findall(source)) | {"has", "cel.bind"}
    return [f"the table of macros lacks {name}" for name in sorted(named) if f"{name}(" not in text]


def main():
    page = PAGE.read_text()
    functions = read_functions()
    faults, placed = [], []

    def table(section):
        begin, kind, names, old, end = section.groups()
        if kind == "macros":
            faults.extend(check_macros(old))
            return section.group(0)
        if kind == "functions":
            known = [name for name in names.split() if name in functions]
            faults.extend(f"{name} is no function" for name in names.split()
                          if name not in functions)
            placed.extend(known)
            new = function_table(known, functions)
        else:
            new = operator_table()
        if new != old:
            if not os.environ.get("WRIT_REBASE"):
                faults.append(f"{begin.strip()} differs from the code; WRIT_REBASE=1 writes it "
                              "anew")
        return begin + new + end

    rewritten = SECTION.sub(table, page)
    faults += [f"{name} stands in no table" for name in functions if name not in placed]
    faults += [f"{name} stands in two tables" for name in set(placed) if placed.count(name) > 1]
    examples = "".join(re.findall(r"^```cel\n(.*?)^```$", page, re.M | re.S))
    faults += [f"{name} has no example" for name in functions
               if not re.search(rf"(^|\W){re.escape(name)}\(", examples, re.M)]
    for kind in ("operators", "macros"):
        if f"<!-- {kind}" not in page:
            faults.append(f"there is no table of {kind}")
    if os.environ.get("WRIT_REBASE"):
        PAGE.write_text(rewritten)
    for fault in faults:
        print(f"docs/language.md: {fault}")
    print(f"{len(placed)} functions, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
