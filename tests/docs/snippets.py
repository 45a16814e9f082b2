#!/usr/bin/env python3
"""Runs every snippet of the documentation, and checks where its links lead.

    snippets.py --writ PATH [--rewrite] [DOCUMENT…]

Documents are README.md, CONTRIBUTING.md and docs/*.md by default. What a fence says decides:

    yaml policy    `writ check` must accept it
    yaml refused   a policy that `writ check` must refuse
    yaml suite     `writ test` must pass it
    cel            a table of expressions, each with what `writ expr` makes of it; see below
    console        the commands behind `$ ` are run; what stands below must be what they print,
                   stdout and stderr together, byte for byte but for root hashes and times
    json client    a client's configuration: every command line of writ in it is tried, with a
                   stand-in for the server
    json           must parse
    sh             commands that are too large for here: must be of a known kind, name scripts,
                   presets and command lines of writ that are there and work
    sh NAME        a script of this name, which the console snippets below can run
    yaml workflow  of GitHub: must parse, and what its steps run must be shell; tests/cli/ci.py runs it
    yaml hooks     of the pre-commit framework: must name hooks that .pre-commit-hooks.yaml has
    cpp            an excerpt of the file that its first line names: `// vm/value.h`
    text           a picture; nothing that could be run
    nothing        sh if its first line starts like a command, else text

Any other fence fails, so that no snippet goes untested. A YAML snippet whose first line is a
comment with a file's name (`# policy.yaml`) is that file for the console snippets after it; each
document has a folder of its own, with writ in PATH and the project's policies/ beside.

A table of expressions may start with what they are evaluated with (several lines of args add up). A
line without an arrow is a heading, and a comment may follow a value:

    args: {"amount": 3}
    now: 2026-03-02T09:30:00Z
    args.amount * 2     => 6
    args.amount * 0.5   => error: no such overload       // evaluating it fails
    1 + "1"             => refused: no overload for int + string

--rewrite puts what the commands really print into the documents, to be read before it is kept.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import yaml_values

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds for one command

FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})(.*)$")
LINK = re.compile(r"\]\(([^)\s]+)\)")
INLINE_CODE = re.compile(r"`[^`\n]*`")
FOLDERS = "bench|cli|compiler|docs|grammar|policies|proxy|scripts|tests|vm"
PATH_IN_CODE = re.compile(r"`((?:%s)/[\w./-]*)`" % FOLDERS)

# What the stand-in for a server is sent and sends back; nobody waits for an answer to it.
NOTIFICATION = '{"jsonrpc":"2.0","method":"notifications/initialized"}\n'


class Fault(Exception):
    """What is wrong with a snippet."""


@dataclasses.dataclass
class Snippet:
    kind: str
    line: int         # of its opening fence, from 1
    lines: list[str]  # between the fences

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)


@dataclasses.dataclass
class Document:
    snippets: list[Snippet]
    prose: list[tuple[int, str]]  # the lines that are in no snippet


def parse(text):
    snippets, prose, opened = [], [], None
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        if opened is None and fence:
            indent, opened, kind = fence.groups()
            if indent:
                raise Fault(f"line {number}: an indented fence; let it start its line")
            snippets.append(Snippet(kind.strip(), number, []))
        elif opened is None:
            prose.append((number, line))
        elif line.strip() == opened:
            opened = None
        else:
            snippets[-1].lines.append(line)
    if opened is not None:
        raise Fault(f"line {snippets[-1].line}: a fence that is never closed")
    return Document(snippets, prose)


class Workplace:
    """The folder in which one document's snippets are run."""

    def __init__(self, writ, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        (folder / "bin" / "writ").symlink_to(writ)
        self.files = folder / "files"
        self.files.mkdir()
        (self.files / "policies").symlink_to(SOURCE / "policies")
        self.environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(folder),
                            "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}

    def run(self, command, text=""):
        """(exit status, all that was printed)"""
        try:
            done = subprocess.run(command, cwd=self.files, env=self.environment, input=text,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Fault(f"still running after {PATIENCE} s: {shlex.join(command)}") from None
        return done.returncode, done.stdout

    def save(self, snippet):
        """The name of the file that a YAML snippet is."""
        named = re.match(r"# ([\w.-]+\.ya?ml)$", snippet.lines[0] if snippet.lines else "")
        name = named.group(1) if named else f"line-{snippet.line}.yaml"
        (self.files / name).write_text(snippet.text)
        return name


# ---- One function a kind of fence.

def expect_exit(place, wanted, *command):
    status, output = place.run(list(command))
    if status != wanted:
        raise Fault(f"`{shlex.join(command)}` exits with {status}, not {wanted}:\n{output}")


def check_policy(snippet, place):
    expect_exit(place, 0, "writ", "check", place.save(snippet))


def check_refused(snippet, place):
    expect_exit(place, 1, "writ", "check", place.save(snippet))


def check_suite(snippet, place):
    expect_exit(place, 0, "writ", "test", place.save(snippet))


def commands_of(snippet):
    """[(the lines of a command, the lines of its output)]"""
    pairs = []
    continued = False
    for line in snippet.lines:
        if line.startswith("$ ") or continued:
            if not continued:
                pairs.append(([], []))
            pairs[-1][0].append(line)
            continued = line.endswith("\\")
        elif pairs:
            pairs[-1][1].append(line)
        else:
            raise Fault("a console snippet starts with a command: $ …")
    if not pairs:
        raise Fault("no command: $ …")
    return pairs


# Root hashes, in full and as logs show them: each change of the compiler gives others.
ROOT_HASH = re.compile(r"\b(?:[0-9a-f]{64}|(?<=program )[0-9a-f]{16})\b")
# How long something took.
TIME = re.compile(r"\b\d+\.\d ms\b")


def without_what_varies(lines):
    return [TIME.sub("… ms", ROOT_HASH.sub("…", line)) for line in lines]


def run_console(snippet, place, rewrite=False):
    status = 0
    rewritten = []
    for command, shown in commands_of(snippet):
        text = "\n".join(command)[2:]
        # Each command is a shell of its own that starts with the status of the one before.
        status, output = place.run(["bash", "-c", f"(exit {status})\n{text}"])
        printed = output.removesuffix("\n").split("\n") if output else []
        rewritten += command + printed
        if without_what_varies(printed) != without_what_varies(shown) and not rewrite:
            raise Fault(f"`{text}` prints\n{output}and not\n" + "".join(f"{s}\n" for s in shown))
    if rewrite:
        snippet.lines[:] = rewritten


ARROW = re.compile(r"^(.*\S)(\s+=>\s+)(.*?)(\s+//.*)?$")


def evaluate(expression, given, place):
    """What `writ expr` makes of an expression, in one line."""
    options = ["--args", json.dumps(given["args"])] + (["--now", given["now"]] if "now" in given
                                                       else [])
    status, output = place.run(["writ", "expr", "--json", *options, expression])
    if status == 2:
        refused = re.search(r"error: (.*)", output)
        return f"refused: {refused.group(1) if refused else output}"
    result = json.loads(output.rstrip("\n").split("\n")[-1])
    return result["value"] if status == 0 else f"error: {result['error']['text']}"


def check_table(snippet, place, rewrite=False):
    given, rewritten, count = {"args": {}}, [], 0
    for line in snippet.lines:
        entry = ARROW.match(line)
        if line.startswith("args: "):
            given["args"] |= json.loads(line.removeprefix("args: "))
        elif line.startswith("now: "):
            given["now"] = line.removeprefix("now: ")
        elif entry:
            count += 1
            expression, arrow, shown, comment = entry.groups()
            value = evaluate(expression.strip(), given, place)
            line = f"{expression}{arrow}{value}{comment or ''}"
            if value != shown and not rewrite:
                raise Fault(f"`{expression.strip()}` is {value} and not {shown}")
        rewritten.append(line)
    if not count:
        raise Fault("no expression: EXPRESSION => VALUE")
    if rewrite:
        snippet.lines[:] = rewritten


def parse_json(snippet, _place):
    try:
        return json.loads(snippet.text)
    except ValueError as error:
        raise Fault(f"no JSON: {error}") from None


def check_client(snippet, place):
    found = 0
    pending = [parse_json(snippet, place)]
    while pending:
        node = pending.pop()
        if isinstance(node, dict) and "command" in node:
            try_command_line([node["command"], *node.get("args", [])], place)
            found += 1
        elif isinstance(node, (dict, list)):
            pending += node.values() if isinstance(node, dict) else node
    if not found:
        raise Fault("a client's configuration without a command")


def try_command_line(words, place):
    """Tries a `writ run` whose policy and server are not here: both get a stand-in."""
    if os.path.basename(words[0]) != "writ":
        raise Fault(f"{words[0]} is not writ")
    if "--" not in words or words[-1] == "--":
        raise Fault(f"no server command follows --: {shlex.join(words)}")
    own = ["writ", *words[1:words.index("--")]]
    signed = "--require-signature" in own
    for i, word in enumerate(own[:-1]):
        if word in ("-c", "--config"):
            own[i + 1] = (signed_policy if signed else any_policy)(place, f"any-{i}")
        elif word == "--require-signature":
            own[i + 1] = str(place.folder / "any.pub")
    status, output = place.run([*own, "--log-level", "error", "--", "cat"], NOTIFICATION)
    if status != 0 or output != NOTIFICATION:
        raise Fault(f"`{shlex.join(words)}` does not work; with stand-ins for the policy and the "
                    f"server it exits with {status}:\n{output}")


def any_policy(place, name):
    path = place.folder / f"{name}.yaml"
    path.write_text('version: "1"\n')
    return str(path)


def signed_policy(place, name):
    key, bundle = place.folder / "any", place.folder / f"{name}.writ"
    if not (place.folder / "any.key").exists():
        expect_exit(place, 0, "writ", "keygen", "-o", str(key))
    expect_exit(place, 0, "writ", "compile", any_policy(place, name), "-o", str(bundle))
    if not (place.folder / f"{name}.writ.sig").exists():
        expect_exit(place, 0, "writ", "sign", "--key", f"{key}.key", str(bundle))
    return str(bundle)


def try_verify(words, place):
    """Tries a `writ verify` of what a run has recorded in the default place."""
    try_command_line(["writ", "run", "-c", "policy.yaml", "--", "cat"], place)
    home = place.environment["HOME"]
    status, output = place.run([re.sub("^~", home, word) for word in words])
    if status != 0:
        raise Fault(f"`{shlex.join(words)}` exits with {status}:\n{output}")


def try_status(words, place):
    """Tries a `writ status`; only a terminal can be watched."""
    expect_exit(place, 0, *(word for word in words if word != "--watch"))


def try_bundle(words, place):
    """Runs a command that makes, signs or verifies a bundle, of a stand-in for its policy."""
    if words[1] == "compile":
        policies = [word for word in words[2:] if word.endswith(".yaml") and not (place.files / word).exists()]
        for policy in policies:
            (place.files / policy).write_text('version: "1"\n')
    expect_exit(place, 0, *words)


def check_shell(snippet, place):
    status, output = place.run(["bash", "-n"], snippet.text)
    if status != 0:
        raise Fault(f"no shell commands:\n{output}")
    for line in re.sub(r"\\\n", " ", snippet.text).split("\n"):
        words = shlex.split(line, comments=True)
        if words:
            check_shell_command(words, place)


def check_script(snippet, place):
    status, output = place.run(["sh", "-n"], snippet.text)
    if status != 0 or snippet.lines[:1] != ["#!/bin/sh"]:
        raise Fault(f"no shell script that starts with #!/bin/sh:\n{output}")
    path = place.files / snippet.kind.split()[1]
    path.write_text(snippet.text)
    path.chmod(0o755)


def parse_yaml(snippet):
    try:
        return yaml_values.read(snippet.text)
    except yaml_values.YAMLError as error:
        raise Fault(f"no YAML: {error}") from None


def steps_of(workflow):
    """{the name of a step: what it runs} of a workflow of GitHub."""
    return {step["name"]: step["run"] for job in workflow["jobs"].values()
            for step in job["steps"] if "run" in step}


def check_workflow(snippet, place):
    for name, script in steps_of(parse_yaml(snippet)).items():
        status, output = place.run(["sh", "-n"], script)
        if status != 0:
            raise Fault(f"what the step \"{name}\" runs is no shell:\n{output}")


def check_hooks(snippet, _place):
    text = (SOURCE / ".pre-commit-hooks.yaml").read_text()
    there = {hook["id"] for hook in yaml_values.read(text)}
    for repository in parse_yaml(snippet)["repos"]:
        for hook in repository["hooks"]:
            if hook["id"] not in there:
                raise Fault(f"{hook['id']} is no hook of .pre-commit-hooks.yaml")


def check_shell_command(words, place):
    if words[0] == "sudo":
        return check_shell_command(words[1:], place)
    if re.match(r"(scripts|\.ci)/", words[0]):
        if not os.access(SOURCE / words[0], os.X_OK):
            raise Fault(f"{words[0]} is no script of this project")
    elif words[0] in ("cmake", "ctest"):
        check_preset(words)
    elif words[0] == "install":
        if words[-2] not in [f"build/{name}/writ" for name in presets("configure")]:
            raise Fault(f"{words[-2]} is not where a preset builds writ")
    elif words[:3] == ["claude", "mcp", "add"] and "--" in words:
        try_command_line(words[words.index("--") + 1:], place)
    elif words[:2] in (["writ", "keygen"], ["writ", "compile"], ["writ", "sign"], ["writ", "verify"]) \
            and "--audit" not in words:
        try_bundle(words, place)
    elif words[:2] == ["writ", "verify"]:
        try_verify(words, place)
    elif words[:2] == ["writ", "status"]:
        try_status(words, place)
    elif words[:2] == ["writ", "bench"]:
        try_flags(words, place)
    elif words[0] == "writ":
        try_command_line(words, place)
    else:
        raise Fault(f"no way is known to check `{shlex.join(words)}`; what does the fence hold?")
    return None


def try_flags(words, place):
    """What takes too long to be run: its flags must be there."""
    _, known = place.run(["writ", words[1], "--help"])
    for word in words[2:]:
        if word.startswith("-") and not re.search(rf"(^|[ ,]){re.escape(word)}[ ,]", known, re.MULTILINE):
            raise Fault(f"writ {words[1]} has no {word}")


def presets(kind):
    listed = json.loads((SOURCE / "CMakePresets.json").read_text())
    return [preset["name"] for preset in listed[f"{kind}Presets"] if not preset.get("hidden")]


def check_preset(words):
    kind = "test" if words[0] == "ctest" else "build" if "--build" in words else "configure"
    if "--preset" not in words:
        raise Fault(f"no --preset: {shlex.join(words)}")
    name = words[words.index("--preset") + 1]
    if name not in presets(kind):
        raise Fault(f"{name} is no {kind} preset")


def squeezed(text):
    return " ".join(text.split())


def check_excerpt(snippet, _place):
    named = re.match(r"// ([\w./-]+)$", snippet.lines[0] if snippet.lines else "")
    if not named or not (SOURCE / named.group(1)).is_file():
        raise Fault("the first line must name the file this is from, as in // vm/value.h")
    whole = squeezed((SOURCE / named.group(1)).read_text())
    for passage in re.split(r"^\s*(?://\s*)?…\s*$", "\n".join(snippet.lines[1:]), flags=re.M):
        if squeezed(passage) not in whole:
            raise Fault(f"{named.group(1)} does not hold\n{passage}")


def check_picture(snippet, place):
    if re.search(r'^(\$ |writ |scripts/|writ: 1|version: "1")', snippet.text, re.M):
        raise Fault("this could be run; say with the fence what it is")
    try:
        parse_json(snippet, place)
    except Fault:
        return
    raise Fault("this is JSON; say so with the fence")


def check_unlabelled(snippet, place):
    words = snippet.text.split() or [""]
    commands = re.match(r"(sudo|scripts/.*|cmake|ctest|install|claude|writ)$", words[0])
    (check_shell if commands else check_picture)(snippet, place)


KINDS = {
    "yaml policy": check_policy,
    "yaml refused": check_refused,
    "yaml suite": check_suite,
    "cel": check_table,
    "console": run_console,
    "json client": check_client,
    "json": parse_json,
    "yaml workflow": check_workflow,
    "yaml hooks": check_hooks,
    "sh": check_shell,
    "sh NAME": check_script,
    "": check_unlabelled,
    "cpp": check_excerpt,
    "text": check_picture,
}
REWRITTEN = ("cel", "console")


# ---- Links.

def anchors(text):
    """The anchors that the headings of a document have when it is shown as a page."""
    made = set()
    for _, line in parse(text).prose:
        if heading := re.match(r"#{1,6}\s+(.*)", line):
            words = re.sub(r"[^\w\- ]", "", heading.group(1).strip().lower())
            made.add(words.replace(" ", "-"))
    return made


def check_links(document, path):
    for number, line in document.prose:
        for target in LINK.findall(INLINE_CODE.sub("", line)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = path.parent / name if name else path
            if not file.exists():
                yield number, f"a link to {target}, which does not exist"
            elif anchor and anchor not in anchors(file.read_text()):
                yield number, f"a link to {target}, which has no such heading"
        for name in PATH_IN_CODE.findall(line):
            if not (SOURCE / name).exists():
                yield number, f"{name} does not exist"


# ---- Documents.

def check_document(path, writ, rewrite=False):
    """(how many snippets there are, [what is wrong])"""
    faults = []
    try:
        document = parse(path.read_text())
    except Fault as fault:
        return 0, [str(fault)]
    with tempfile.TemporaryDirectory(prefix="writ-docs-") as folder:
        place = Workplace(writ, pathlib.Path(folder))
        for snippet in document.snippets:
            try:
                kind = re.sub(r"^sh [\w.-]+$", "sh NAME", snippet.kind)
                if kind not in KINDS:
                    raise Fault(f"a fence that says \"{snippet.kind}\": known are "
                                + ", ".join(kind for kind in KINDS if kind))
                if kind in REWRITTEN:
                    KINDS[kind](snippet, place, rewrite)
                else:
                    KINDS[kind](snippet, place)
            except Fault as fault:
                faults.append(f"line {snippet.line}: {fault}")
    faults += [f"line {number}: {what}" for number, what in check_links(document, path)]
    if rewrite:
        rewrite_document(path, document)
    return len(document.snippets), faults


def rewrite_document(path, document):
    kept = path.read_text().split("\n")
    old = parse(path.read_text()).snippets
    for before, after in reversed(list(zip(old, document.snippets))):
        kept[before.line:before.line + len(before.lines)] = after.lines
    path.write_text("\n".join(kept))


# What must be found wrong, or nothing below means anything.
CONTROLS = [
    ("```yaml policy\nversion: \"2\"\n```\n", "exits with 1"),
    ("```yaml refused\nversion: \"1\"\n```\n", "exits with 0"),
    ("```yaml suite\npolicy: {version: \"1\"}\ncases: [{name: a, call: a, expect: deny}]\n```\n",
     "expected deny, got allow"),
    ("```console\n$ writ --version\nwrit 0\n```\n", "prints"),
    ("```cel\n1 + 1   => 3\n```\n", "is 2 and not 3"),
    ("```cel\nargs: {}\nargs.a   => null\n```\n", "is error: no such field"),
    ("```cel\n1 +   => 1\n```\n", "is refused: "),
    ("```cel\n1 + 1\n```\n", "no expression"),
    ("```json\n{,}\n```\n", "no JSON"),
    ("```json client\n{\"a\":{\"command\":\"writ\",\"args\":[\"-x\",\"--\",\"b\"]}}\n```\n",
     "does not work"),
    ("```sh\nscripts/no-such-script\n```\n", "no script"),
    ("```sh\nclaude mcp add x -- writ run -- y\n```\n", "does not work"),
    ("```\ncmake --preset no-such-preset\n```\n", "no configure preset"),
    ("```sh a.sh\n#!/bin/sh\nif\n```\n", "no shell script"),
    ("```yaml workflow\njobs: { a: { steps: [{ name: b, run: if }] } }\n```\n", "is no shell"),
    ("```yaml hooks\nrepos: [{ hooks: [{ id: no-such-hook }] }]\n```\n", "is no hook"),
    ("```cpp\n// vm/value.h\nno such line\n```\n", "does not hold"),
    ("```text\nversion: \"1\"\n```\n", "could be run"),
    ("```toml\na = 1\n```\n", "a fence that says"),
    ("```console\n$ true\n", "never closed"),
    ("[a](no-such-file.md)\n", "does not exist"),
    ("# One\n[a](#two)\n", "no such heading"),
    ("see `docs/no-such-file.md`\n", "does not exist"),
]


def check_controls(writ):
    with tempfile.TemporaryDirectory(prefix="writ-docs-") as folder:
        path = pathlib.Path(folder) / "control.md"
        for text, expected in CONTROLS:
            path.write_text(text)
            _, faults = check_document(path, writ)
            if len(faults) != 1 or expected not in faults[0]:
                yield f"control {text!r}: expected \"{expected}\", found {faults}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--writ", required=True, type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument("--rewrite", action="store_true", help="show what is really printed")
    parser.add_argument("documents", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    os.umask(0o022)  # run takes no policy that a group can write
    if shutil.which("bash") is None:
        sys.exit("bash is needed")

    failed = list(check_controls(options.writ))
    for fault in failed:
        print(fault)
    documents = options.documents or [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md",
                                      *sorted((SOURCE / "docs").glob("*.md"))]
    total = 0
    for path in documents:
        count, faults = check_document(path.resolve(), options.writ, options.rewrite)
        total += count
        failed += faults
        for fault in faults:
            print(f"{os.path.relpath(path, SOURCE)}: {fault}")
    print(f"{len(documents)} documents, {total} snippets, {len(CONTROLS)} controls: "
          f"{len(failed)} faults")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
