#!/usr/bin/env python3
"""Holds docs/schema/ against what reads policies and suites, so that neither drifts from the other.

    schema.py --writ PATH [unittest's options]

- Every valid policy and suite of the project, its documentation and the referees fits its schema.
- Policies and suites that use every key are changed at every place, and all policies that the tests
  know to be refused are read: the schema must refuse what writ refuses, but for what BEYOND names,
  and nothing else.
- In every mapping the schema knows the keys that writ says it may have; where writ says which words
  are possible, the schema knows these.
- Every key has a description, since that is what an author is shown in an editor.
"""

import concurrent.futures
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import warnings

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder)
                for folder in ("cli", "referees")]

import debian_packages

debian_packages.need("yaml", "jsonschema")

import jsonschema
import snippets
import yaml_values
from harness import PATIENCE, CommandTest, main
from needs import SHARED, SOURCE

SCHEMAS = SOURCE / "docs" / "schema"
NAMES = ("policy", "suite")

# What writ says where it refuses what a schema cannot see, and why it cannot.
BEYOND = {
    "names refer to others, or must differ": [
        r"no rule counts the counter ", r"path \".*\" names no counter",
        r"the counter \".*\" is counted but never limited", r"duplicate counter ",
        r"rule \".*\" stands in line \d+ already", r"variable \".*\" is defined in line \d+ already",
        r"the policy has no label ", r"the label \".*\" is missing",
        r"\".*\" stands in \w+ already"],
    "other files are looked at": [r".* cannot be read: "],
    "patterns are compiled": [r"this regex does not compile: "],
    "costs are computed": [r"rule \".*\" may cost "],
    "two values are compared": [r"max has \d+ decimals, and scale keeps \d+"],
    "a bound is no pattern": [r"per is longer than the 366 days ", r"path has \d+ names, at most "],
    "YAML is read before a schema sees it": [
        r"duplicate key ", r"the key .* stands in this mapping already", r"a key of data must be ",
        r"YAML reads ", r"this number does not fit 64 bits", r".* is further from 0 than "],
}
# By its name, since its message is that of faults which a schema does see.
BEYOND_BY_NAME = {
    "version_with_a_dot": "1.0 is 1 to a schema",
    "version with a fraction": "1.0 is 1 to a schema",
}
# Whose text only the compiler understands. What is no text at all, a schema does see.
EXPRESSIONS = ("when", "require", "forbid", "max", "of", "by", "message", "expression")

# Every key of the languages, with values that fit.
SEEDS = {
    "writ": ("policy", """
writ: 1
name: seed
description: every key
default: deny
allow: [pay, get_*]
hide: [drop]
labels: [env]
data: { cap: { usd: 5, eur: [1, 2] }, hosts: { from_file: hosts.txt } }
variables: { total: args.x, two: 1 + 1 }
rules:
  - name: checks
    tools: pay
    when: labels.env == "prod"
    require: [args.n > 1, args.m < 3]
    forbid: args.z
    only_args: [n, m, z, x]
    message: "no ${args.n}"
    mode: shadow
  - name: counts
    tools: [pay, get_*]
    quota: { max: 5.25, per: hour, of: args.n, by: args.z, sliding: true, scale: 2 }
  - { name: a session, quota: { max: data.cap.usd, per: session } }
"""),
    "writ, variables in a list": ("policy", """
writ: 1
default: deny
allow: pay
variables: [{ name: total, expression: args.x }]
rules: [{ name: nothing, forbid: true }]
"""),
    "intercept": ("policy", """
version: "1"
description: every key
default: deny
hide: [drop]
tools:
  pay:
    rules:
      - name: checks
        action: evaluate
        conditions:
          - { path: args.a, op: eq, value: 1 }
          - { path: args.a, op: in, value: [1] }
          - { path: args.a, op: lt, value: 1 }
          - { path: args.a, op: regex, value: a }
          - { path: args.a, op: exists, value: true }
          - { path: state.pay.spend, op: lte, value: 5 }
        state: { counter: spend, window: hour, increment: 1, increment_from: args.n }
        on_deny: spent
      - { name: limit, rate_limit: 5/hour, on_deny: slower }
  free:
  list: { rules: [] }
  "*":
    rules: [{ name: closed, action: deny }]
"""),
    "suite": ("suite", """
policy: { writ: 1, default: deny, labels: [env] }
now: 2026-03-02T09:30:00Z
labels: { env: prod }
client: { name: a, version: "1" }
server: { name: s }
cases:
  - { name: call, call: t, args: { a: 1 }, expect: deny, rule: r, message: m, repeat: 2, upstream: ok }
  - name: steps
    steps:
      - { call: t, expect: allow }
      - { advance: 5m }
      - { list: [a], visible: [a] }
  - { name: list, list: [a], visible: [a] }
  - { name: time, advance: 5m }
"""),
}
# What is put in the place of each value.
OTHERS = (7, -1.5, True, "a text", "", None, [], ["a"], [["a"]], {}, {"a": 1})
STRANGER = "zzqq"  # near to no key and no word

ERROR = re.compile(r"^(.*?):(\d+):(\d+): error: (.*)(?:\n  .*\|.*)*(?:\n  hint: (.*))?", re.M)


def validator(name):
    folder = SCHEMAS.as_uri() + "/"
    schemas = {one: json.loads((SCHEMAS / f"{one}.schema.json").read_text()) for one in NAMES}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Debian 12's package has nothing newer
        resolver = jsonschema.RefResolver(
            f"{folder}{name}.schema.json", schemas[name],
            {f"{folder}{one}.schema.json": schema for one, schema in schemas.items()})
    return jsonschema.Draft7Validator(schemas[name], resolver=resolver)


VALIDATORS = {name: validator(name) for name in NAMES}


def faults(kind, document):
    return list(VALIDATORS[kind].iter_errors(document))


def shown(found):
    return [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in found]


# ---- Documents and their places.

def places(document, path=()):
    """The paths to every value in a document."""
    yield path
    items = document.items() if isinstance(document, dict) else \
        enumerate(document) if isinstance(document, list) else ()
    for key, value in items:
        yield from places(value, path + (key,))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def changed(document, path, value):
    """A copy with another value at a path; the copy is made of the changed document alone."""
    document = copy.deepcopy(document)
    at(document, path[:-1])[path[-1]] = value
    return document


def mutants(seed):
    """(what was done, the document)"""
    for path in filter(None, places(seed)):
        where = "/".join(map(str, path))
        for other in OTHERS:
            yield f"{where} = {json.dumps(other)}", changed(seed, path, other)
        without = copy.deepcopy(seed)
        value = at(without, path[:-1]).pop(path[-1])
        yield f"{where} removed", without
        if isinstance(path[-1], str):
            yield f"{where} misspelt", changed(without, path[:-1] + (path[-1] + "_x",), value)


def split_text_file(path):
    """(the documents, all of what is expected) of a file of tests/policies or tests/compiler."""
    given, expected = ("\n" + path.read_text(errors="surrogateescape")).split("\n--- expect\n", 1)
    return given.split("\n--- and\n"), expected


def valid_documents():
    """(kind, name, text) of all that is known to be valid."""
    def kind_of(path):
        return "suite" if path.name.endswith(".test.yaml") else "policy"

    for path in (SOURCE / "policies").glob("*.yaml"):
        yield kind_of(path), path, path.read_text()
    for folder in ("tests/compiler/golden", "tests/policies/warned"):
        for path in (SOURCE / folder).glob("*.txt"):
            for text in split_text_file(path)[0]:
                yield "policy", path, text
    for page in [SOURCE / "README.md", *(SOURCE / "docs").glob("*.md")]:
        for snippet in snippets.parse(page.read_text()).snippets:
            if snippet.kind in ("yaml policy", "yaml suite"):
                yield snippet.kind.split()[1], f"{page}:{snippet.line}", snippet.text


def referees_documents(compat):
    for path in compat.glob("*.yaml"):
        yield "suite", path, path.read_bytes().decode()
    for path in (compat / "policies").iterdir():
        yield "policy", path, path.read_bytes().decode()


def mappings(schema):
    """Every schema of an object's property, with its name, but those of conditions."""
    if isinstance(schema, dict):
        for key, below in schema.items():
            if key == "properties":
                yield from below.items()
                yield from (found for one in below.values() for found in mappings(one))
            elif key not in ("if", "then", "else", "contains", "examples"):
                yield from mappings(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from mappings(below)


class Schemas(CommandTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.write("hosts.txt", "example.com\n")

    def need_referees(self):
        """The folder of the referees' policies; CI has it."""
        folder = SHARED / "compat"
        if not folder.exists():
            remedy = f"{folder} is missing; set WRIT_SHARED to the folder of the referees' data"
            (self.fail if os.environ.get("CI") == "true" else self.skipTest)(remedy)
        return folder

    def judge(self, kind, name, text):
        """Whether writ takes a document, and [(line, column, message, hint)]."""
        self.write(name, text)
        done = subprocess.run([self.writ, "check" if kind == "policy" else "test", name],
                              cwd=self.folder, stdin=subprocess.DEVNULL, timeout=PATIENCE,
                              capture_output=True, text=True, errors="surrogateescape")
        self.assertIn(done.returncode, (0, 1, 2), text)
        taken = done.returncode == 0 or kind == "suite" and done.returncode == 1
        return taken, [(int(line), int(column), message, hint)
                       for _, line, column, message, hint in ERROR.findall(done.stderr)]

    def judge_all(self, documents):
        """The same for many (kind, document), at once."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(
                lambda numbered: self.judge(numbered[1][0], f"{numbered[0]}.yaml",
                                            json.dumps(numbered[1][1], ensure_ascii=False)),
                enumerate(documents)))

    @staticmethod
    def in_expression(text, line, column):
        return any(place.begin <= (line, column) <= place.end and isinstance(place.value, str)
                   and ("variables" in place.path[:1] or set(EXPRESSIONS) & set(place.path))
                   for place in yaml_values.scalars(text))

    def beyond_a_schema(self, text, said):
        """Whether all that writ said is of what no schema can see."""
        known = [pattern for patterns in BEYOND.values() for pattern in patterns]
        return bool(said) and all(
            any(re.match(pattern, message) for pattern in known)
            or self.in_expression(text, line, column) for line, column, message, _ in said)

    @staticmethod
    def null_for_a_text(kind, found):
        """The reader of suites takes `rule:` for a text without characters, and `rule: null` for
        that word. An author hardly means either, so the schema refuses both."""
        return kind == "suite" and all(fault.instance is None and fault.validator == "type"
                                       and fault.absolute_path[0] != "policy" for fault in found)

    # ---- What fits.

    def check_valid(self, documents):
        count = 0
        for count, (kind, name, text) in enumerate(documents, 1):
            with self.subTest(str(name)):
                self.assertEqual(shown(faults(kind, yaml_values.read(text))), [])
        return count

    def test_what_is_valid_fits(self):
        self.assertGreater(self.check_valid(valid_documents()), 90)

    def test_what_the_referees_know_to_be_valid_fits(self):
        self.check_valid(referees_documents(self.need_referees()))

    def test_the_schemas_are_schemas(self):
        for name in NAMES:
            jsonschema.Draft7Validator.check_schema(VALIDATORS[name].schema)

    # ---- What does not.

    def check_refused(self, name, text, said):
        """`text` is a policy that writ refuses."""
        try:
            document = yaml_values.read(text)
        except yaml_values.YAMLError:
            return
        if faults("policy", document) or name in BEYOND_BY_NAME:
            return
        self.assertTrue(self.beyond_a_schema(text, said), f"{name} fits the schema:\n{said}")

    def test_what_the_tests_know_to_be_refused_is(self):
        files = sorted((SOURCE / "tests/policies/bad").glob("*.txt"))
        self.assertGreater(len(files), 250)
        for path in files:
            (text,), expected = split_text_file(path)
            said = [(int(line), int(column), message, hint)
                    for _, line, column, message, hint in ERROR.findall(expected)]
            with self.subTest(path.stem):
                # The text got a line break before it.
                self.check_refused(path.stem, text,
                                   [(line + 1, *rest) for line, *rest in said])

    def test_what_the_referees_know_to_be_refused_is(self):
        for entry in json.loads((self.need_referees() / "invalid.json").read_text()):
            if "encoding" in entry:
                continue
            with self.subTest(entry["name"]):
                taken, said = self.judge("policy", "policy.yaml", entry["policy"])
                self.assertFalse(taken)
                self.check_refused(entry["name"], entry["policy"], said)

    def test_what_is_changed_is_judged_alike(self):
        for name, (kind, text) in SEEDS.items():
            seed = yaml_values.read(text)
            changes = [("unchanged", seed), *mutants(seed)]
            self.assertGreater(len(changes), 100)
            verdicts = self.judge_all((kind, document) for _, document in changes)
            self.assertTrue(verdicts[0][0], verdicts[0])
            for (what, document), (taken, said) in zip(changes, verdicts):
                found = faults(kind, document)
                if taken == (not found):
                    continue
                with self.subTest(f"{name}: {what}"):
                    if taken:
                        self.assertTrue(self.null_for_a_text(kind, found),
                                        f"writ takes it: {shown(found)}")
                    else:
                        text = json.dumps(document, ensure_ascii=False)
                        self.assertTrue(self.beyond_a_schema(text, said),
                                        f"it fits the schema, and writ says {said}")

    # ---- What there is to write.

    def test_keys(self):
        """In every mapping of the seeds: those that writ lists, and no others."""
        every_key = {name: {key for key, _ in mappings(VALIDATORS[name].schema)} - {"*"}
                     for name in NAMES}
        used = {name: set() for name in NAMES}
        for name, (kind, text) in SEEDS.items():
            seed = yaml_values.read(text)
            paths = [path for path in places(seed) if isinstance(at(seed, path), dict)]
            verdicts = self.judge_all((kind, changed(seed, path + (STRANGER,), {}))
                                      for path in paths)
            for path, (_, said) in zip(paths, verdicts):
                listed = [hint.split(" may have: ")[1].split(", ") for *_, message, hint in said
                          if message.startswith(f'unknown key "{STRANGER}"')]
                used[kind] |= set(at(seed, path))
                if not listed:
                    continue  # a mapping of names that an author gives
                known = {key for key in every_key[kind] | set(listed[0])
                         if key in at(seed, path) or not self.is_stranger(kind, seed, path, key)}
                self.assertEqual(sorted(known), sorted(listed[0]), f"{name}: {path}")
        for kind in NAMES:
            self.assertEqual(every_key[kind] - used[kind], set(), "keys that no seed has")

    @staticmethod
    def is_stranger(kind, seed, path, key):
        """Whether the schema knows no such key in the mapping at `path`."""
        def refuses_the_key(fault):
            if fault.validator is None:  # of a key that is false, whose path is not said
                return fault.instance == STRANGER
            return (fault.validator == "additionalProperties"
                    and list(fault.absolute_path) == list(path))

        return any(map(refuses_the_key, faults(kind, changed(seed, path + (key,), STRANGER))))

    def test_words(self):
        """Where writ says which words are possible: these, and no others."""
        seen = set()
        for name, (kind, text) in SEEDS.items():
            seed = yaml_values.read(text)
            paths = [path for path in places(seed) if isinstance(at(seed, path), str)]
            verdicts = self.judge_all((kind, changed(seed, path, STRANGER)) for path in paths)
            for path, (_, said) in zip(paths, verdicts):
                enums = [fault.validator_value for fault in self.faults_at(kind, seed, path)
                         if fault.validator == "enum"]
                listed = self.words_in(said)
                self.assertTrue(listed or not enums, f"{name}: {path}: {said}")
                if not listed:
                    continue
                seen.add(path[-1])
                words = {word for enum in enums for word in enum
                         if word and isinstance(word, str)} | listed
                self.assertEqual({word for word in words
                                  if not self.faults_at(kind, seed, path, word)}, listed,
                                 f"{name}: {path}")
        self.assertEqual(seen, {"version", "default", "mode", "per", "action", "op", "window",
                                "expect", "upstream"})

    @staticmethod
    def faults_at(kind, seed, path, word=STRANGER):
        return [fault for fault in faults(kind, changed(seed, path, word))
                if list(fault.absolute_path) == list(path)]

    @staticmethod
    def words_in(said):
        """{ok, error} of "must be ok or error, not …"."""
        for *_, message, hint in said:
            found = re.match(r"known operators: (.*)", hint) or re.match(
                r"version must be \"(1)\"", message) or re.match(
                r"(?:(?:the )?\w+(?: of state)? must be|a call needs expect:) "
                r"((?:\w+, )*\w+ or .*?)(?:, not \".*)?$", message)
            if found:
                return set(re.split(r", | or (?:such as )?", found.group(1)))
        return set()

    def test_every_key_is_described(self):
        for name in NAMES:
            root = VALIDATORS[name].schema
            for key, schema in mappings(root):
                if isinstance(schema, dict) and "$ref" in schema:
                    schema = root["definitions"][schema["$ref"].removeprefix("#/definitions/")]
                with self.subTest(f"{name}: {key}"):
                    self.assertTrue(isinstance(schema, bool) or schema.get("description"), schema)

    def test_examples_fit(self):
        for name in NAMES:
            for key, schema in mappings(VALIDATORS[name].schema):
                for example in schema.get("examples", []) if isinstance(schema, dict) else []:
                    with self.subTest(f"{name}: {key}: {example}"):
                        self.assertEqual(
                            shown(VALIDATORS[name].evolve(schema=schema).iter_errors(example)), [])


if __name__ == "__main__":
    main()
