#!/usr/bin/env python3
"""What `writ check` prints for programs: SARIF for code scanning, workflow commands for GitHub.

    check_formats.py --writ PATH [unittest's options]

SARIF is held against the parts of the standard (SARIF 2.1.0, OASIS) that writ uses, each with all
the members it may have there: see FORM.
"""

import re
import urllib.parse

from harness import CommandTest, main

FAULTY = """\
writ: 1
default: allow
rules:
  - name: né
    require: args.ü ==
  - name: misspelled
    require: arg.a == 1
    requires: true
"""

WARNED = """\
version: "1"
tools: {t: {rules: [{name: r, conditions: [{path: args.m, op: eq, value: 0644}]}]}}
"""

SOUND = "writ: 1\ndefault: allow\n"


class Members:
    """An object of the standard: what its members are, and which of them must be there."""

    def __init__(self, required, **members):
        self.required = set(required.split())
        self.members = members


class ListOf:
    def __init__(self, item, least=0):
        self.item = item
        self.least = least


class MapOf:
    def __init__(self, value):
        self.value = value


def text(value):
    return isinstance(value, str) and value != ""


def boolean(value):
    return isinstance(value, bool)


def integer_from(least):
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def one_of(*words):
    return lambda value: value in words


def uri_reference(value):
    # RFC 3986, without query and fragment: a path that does not pass for a scheme.
    return text(value) and re.fullmatch(
        r"(file://)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", value) is not None


MESSAGE = Members("text", text=text)
ARTIFACT_LOCATION = Members("uri", uri=uri_reference, uriBaseId=one_of("%SRCROOT%"))
REGION = Members("startLine startColumn endColumn", startLine=integer_from(1),
                 startColumn=integer_from(1), endColumn=integer_from(1))
RULE = Members("id shortDescription fullDescription help", id=text, shortDescription=MESSAGE,
               fullDescription=MESSAGE, help=MESSAGE)
RESULT = Members(
    "ruleId ruleIndex level message locations", ruleId=text, ruleIndex=integer_from(0),
    level=one_of("error", "warning", "note", "none"), message=MESSAGE,
    locations=ListOf(Members("physicalLocation", physicalLocation=Members(
        "artifactLocation", artifactLocation=ARTIFACT_LOCATION, region=REGION)), 1))
RUN = Members(
    "tool results", results=ListOf(RESULT), columnKind=one_of("unicodeCodePoints"),
    tool=Members("driver", driver=Members("name", name=text, version=text, rules=ListOf(RULE))),
    invocations=ListOf(Members("executionSuccessful", executionSuccessful=boolean,
                               exitCode=integer_from(0))),
    originalUriBaseIds=MapOf(Members("", description=MESSAGE)))
FORM = Members("version runs", version=one_of("2.1.0"), runs=ListOf(RUN, 1),
               **{"$schema": lambda value: value.startswith("https://")})


def faults(value, form, at="$"):
    """Where a value is not of the form."""
    if isinstance(form, Members):
        if not isinstance(value, dict):
            return [f"{at} is no object"]
        found = [f"{at}.{name} is missing" for name in form.required - set(value)]
        for name, member in value.items():
            found += (faults(member, form.members[name], f"{at}.{name}") if name in form.members
                      else [f"{at}.{name} is not of the standard"])
        return found
    if isinstance(form, MapOf):
        return [fault for key, item in value.items() for fault in faults(item, form.value, f"{at}.{key}")]
    if isinstance(form, ListOf):
        if not isinstance(value, list) or len(value) < form.least:
            return [f"{at} is no list of {form.least} or more"]
        return [fault for i, item in enumerate(value) for fault in faults(item, form.item, f"{at}[{i}]")]
    return [] if form(value) else [f"{at} cannot be {value!r}"]


class Sarif(CommandTest):
    def sarif(self, status, *words):
        result = self.run_writ("check", "--sarif", *words)
        self.expect(result, status, err="")
        log = result.json()
        self.assertEqual(faults(log, FORM), [])
        run = log["runs"][0]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        for finding in run["results"]:
            self.assertEqual(rules[finding["ruleIndex"]], finding["ruleId"])
            region = finding["locations"][0]["physicalLocation"].get("region")
            if region is not None:
                self.assertLessEqual(region["startColumn"], region["endColumn"])
        return run

    def test_a_sound_policy_has_no_results(self):
        self.write("p.yaml", SOUND)
        run = self.sarif(0, "p.yaml")
        self.assertEqual(run["results"], [])
        self.assertEqual(run["tool"]["driver"]["name"], "writ")
        self.assertEqual(run["invocations"], [{"executionSuccessful": True, "exitCode": 0}])

    def test_each_finding_is_a_result(self):
        self.write("p.yaml", FAULTY)
        self.write("w.yaml", WARNED)
        run = self.sarif(1, "p.yaml", "w.yaml")
        self.assertEqual([(r["ruleId"], r["level"]) for r in run["results"]],
                         [("syntax", "error"), ("unknown-name", "error"),
                          ("unknown-key", "error"), ("yaml-trap", "warning")])
        self.assertEqual(run["results"][2]["locations"], [{"physicalLocation": {
            "artifactLocation": {"uri": "p.yaml", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 8, "startColumn": 5, "endColumn": 13}}}])
        message = run["results"][2]["message"]["text"]
        self.assertEqual(message, 'unknown key "requires" in a rule\nhint: did you mean require?')
        self.assertEqual(run["invocations"][0]["exitCode"], 1)

    def test_columns_count_code_points_and_end_with_the_line(self):
        self.write("p.yaml", FAULTY)
        first = self.sarif(1, "p.yaml")["results"][0]
        region = first["locations"][0]["physicalLocation"]["region"]
        self.assertEqual(region, {"startLine": 5, "startColumn": 19, "endColumn": 20})
        self.write("p.yaml", "writ: 1\ndefault: allow\nrules:\n  - {name: r, require: 'args.é &&'}\n")
        last = self.sarif(1, "p.yaml")["results"][0]
        region = last["locations"][0]["physicalLocation"]["region"]
        self.assertLessEqual(region["endColumn"], len("  - {name: r, require: 'args.é &&'}") + 1)

    def test_json_says_the_same(self):
        self.write("p.yaml", FAULTY)
        findings = self.run_writ("check", "--json", "p.yaml").json()["findings"]
        results = self.sarif(1, "p.yaml")["results"]
        self.assertEqual([finding["code"] for finding in findings],
                         [finding["ruleId"] for finding in results])
        for finding, result in zip(findings, results):
            region = result["locations"][0]["physicalLocation"]["region"]
            self.assertEqual((finding["line"], finding["column"]),
                             (region["startLine"], region["startColumn"]))

    def test_paths_are_uris_from_the_working_folder(self):
        (self.folder / "a b").mkdir()
        (self.folder / "sub").mkdir()
        names = ("a b/pé%,:.yaml", "sub/../q.yaml", "./r.yaml", "s#?.yaml")
        for name in names:
            self.write(name, WARNED)
        for name in names:
            with self.subTest(name):
                run = self.sarif(0, name)
                location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
                self.assertEqual(location["uriBaseId"], "%SRCROOT%")
                path = urllib.parse.unquote(location["uri"])
                self.assertFalse(path.startswith("."))
                self.assertTrue((self.folder / path).samefile(self.folder / name))

    def test_whole_paths(self):
        self.write("p.yaml", WARNED)
        run = self.sarif(0, str(self.folder.resolve() / "p.yaml"))
        location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        self.assertEqual(location, {"uri": "p.yaml", "uriBaseId": "%SRCROOT%"})
        gone = self.sarif(2, "/nowhere at all/p.yaml")["results"][0]
        self.assertEqual(gone["locations"], [{"physicalLocation": {"artifactLocation": {
            "uri": "file:///nowhere%20at%20all/p.yaml"}}}])

    def test_a_file_that_cannot_be_read(self):
        run = self.sarif(2, "gone.yaml")
        self.assertEqual([r["ruleId"] for r in run["results"]], ["unreadable"])
        self.assertNotIn("region", run["results"][0]["locations"][0]["physicalLocation"])
        self.assertEqual(run["invocations"], [{"executionSuccessful": False, "exitCode": 2}])

    def test_bytes_that_are_no_text(self):
        self.write(b"\xff.yaml".decode("utf-8", "surrogateescape"), b'version: "1"\ndefault: \xff\xfe"\\\n')
        result = self.sarif(1, b"\xff.yaml")["results"][0]
        self.assertEqual(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                         "%FF.yaml")

    def test_braces_that_pass_for_placeholders(self):
        self.write("p.yaml", 'writ: 1\ndefault: allow\n"{0} {a}": 1\n')
        result = self.sarif(1, "p.yaml")["results"][0]
        self.assertIn("{{0}} {a}", result["message"]["text"])


def unescaped(written):
    return re.sub(r"%(25|0D|0A|3A|2C)", lambda found: chr(int(found[1], 16)), written)


class Github(CommandTest):
    def commands(self, status, *words):
        """(command, properties, message) of each line."""
        result = self.run_writ("check", "--github", *words)
        self.expect(result, status, err="")
        found = []
        for line in result.out.splitlines():
            parts = re.fullmatch(r"::(error|warning) ([^:]*)::(.*)", line)
            self.assertIsNotNone(parts, line)
            properties = dict(part.split("=", 1) for part in parts[2].split(","))
            found.append((parts[1], {name: unescaped(value) for name, value in properties.items()},
                          unescaped(parts[3])))
        return found

    def test_a_sound_policy_says_nothing(self):
        self.write("p.yaml", SOUND)
        self.expect(self.run_writ("check", "--github", "p.yaml"), 0, out="", err="")

    def test_each_finding_is_a_command(self):
        self.write("p.yaml", FAULTY)
        result = self.run_writ("check", "--github", "p.yaml")
        self.expect(result, 1, err="")
        self.assertEqual(result.out.splitlines()[2],
                         '::error file=p.yaml,line=8,col=5,endColumn=13,title=writ%3A unknown-key'
                         '::unknown key "requires" in a rule%0Ahint: did you mean require?')
        self.assertEqual(len(self.commands(1, "p.yaml")), 3)

    def test_warnings(self):
        self.write("w.yaml", WARNED)
        (command, properties, message), = self.commands(0, "w.yaml")
        self.assertEqual((command, properties["title"]), ("warning", "writ: yaml-trap"))
        self.assertIn("octal", message)

    def test_a_file_that_cannot_be_read_has_no_line(self):
        (command, properties, _), = self.commands(2, "gone.yaml")
        self.assertEqual((command, set(properties)), ("error", {"file", "title"}))

    def test_nothing_in_a_policy_ends_a_command(self):
        name = "a,line=1:x%0A\n::error::.yaml"
        self.write(name, 'writ: 1\ndefault: allow\n"%0A\\n::error::\\r\\e[2J": 1\n')
        (_, properties, message), = self.commands(1, name)
        self.assertEqual(properties["file"], name)
        self.assertEqual(properties["line"], "3")
        self.assertNotIn("\x1b", message)


class Flags(CommandTest):
    def test_one_format_at_most(self):
        self.write("p.yaml", SOUND)
        for words in (("--json", "--sarif"), ("--json", "--github"), ("--sarif", "--github"),
                      ("--costs", "--sarif"), ("--costs", "--github")):
            with self.subTest(words):
                result = self.run_writ("check", *words, "p.yaml")
                self.assertEqual((result.status, result.out), (2, ""), result)
                for word in words:
                    self.assertIn(word, result.err)


if __name__ == "__main__":
    main()
