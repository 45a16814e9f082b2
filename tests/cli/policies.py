#!/usr/bin/env python3
"""The ready-made policies against the tools that real servers list: each tool is decided on purpose,
and a policy names only tools and arguments that there are.

    policies.py --writ PATH [unittest's options]

When a server's list changes, the tables below say what a policy did with its tools so far.
"""

import dataclasses
import fnmatch
import json
import pathlib
import re
import sys

from harness import CommandTest, main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "referees"))
from needs import SOURCE, shared  # noqa: E402

POLICIES = SOURCE / "policies"
LISTS = shared("tools")  # where there are none, it ends here


@dataclasses.dataclass
class Purpose:
    """What becomes of a server's tools. Those that are neither hidden nor left to the default are
    allowed, as far as the rules allow."""

    hidden: frozenset = frozenset()
    by_default: frozenset = frozenset()
    elsewhere: frozenset = frozenset()  # named for the sake of the server's other versions
    labels: tuple = ()


def names(text):
    return frozenset(text.split())


PURPOSES = {
    "brave-search": Purpose(hidden=names("brave_local_search brave_place_search")),
    "context7": Purpose(),
    "everything": Purpose(
        hidden=names("get-env toggle-simulated-logging toggle-subscriber-updates")),
    "filesystem": Purpose(hidden=names("read_file")),
    "firecrawl": Purpose(
        hidden=names("""
            firecrawl_agent firecrawl_agent_status firecrawl_interact firecrawl_interact_stop
            firecrawl_parse firecrawl_monitor_create firecrawl_monitor_list firecrawl_monitor_get
            firecrawl_monitor_update firecrawl_monitor_delete firecrawl_monitor_run
            firecrawl_monitor_checks firecrawl_monitor_check"""),
        by_default=names("firecrawl_feedback firecrawl_search_feedback")),
    "github": Purpose(
        hidden=names("create_repository fork_repository"),
        by_default=names("search_repositories search_users update_pull_request_branch"),
        elsewhere=names("delete_file delete_*"),
        labels=("env=dev",)),
    "memory": Purpose(by_default=names("delete_entities delete_relations")),
    "notion": Purpose(
        hidden=names("""
            API-get-user API-get-users API-create-a-data-source API-update-a-data-source""")),
    "playwright": Purpose(
        hidden=names("""
            browser_run_code_unsafe browser_evaluate browser_file_upload browser_drop
            browser_network_request""")),
    "sequential-thinking": Purpose(),
}

# Their servers' lists are not recorded: each says at its top where the names are from.
UNRECORDED = names("postgres slack stripe")

# A recorded list that is of no server to guard.
EXAMPLES = names("sdkv2-modern-2026-07-28")


class Policy:
    """What a policy names, read from its text: enough for how the policies here are written."""

    def __init__(self, text):
        self.text = text
        lines = [re.sub(r"(^|\s{2,})#.*", "", line) for line in text.splitlines()]
        head, _, rules = "\n".join(lines).partition("\nrules:\n")
        self.listed = self.tools_in(head)
        self.variables = dict(re.findall(r"^  (\w+):((?:.*\n(?:    .*\n|\n)*))",
                                         head.partition("\nvariables:\n")[2] + "\n", re.M))
        self.rules = [rule for rule in re.split(r"^  - name:", rules, flags=re.M) if rule.strip()]

    @staticmethod
    def items_of(key, text):
        """The entries of `key: a`, `key: [a, b]` and of a list of lines below `key:`."""
        found = set()
        pattern = rf"^ *(?:{key}):(?: *\n((?: +- .*\n?)+)| *\[([^\]]*)\]| *(\S.*))$"
        for below, within, single in re.findall(pattern, text, re.M):
            parts = re.findall(r"- (.*)", below) or within.split(",") if below or within else [single]
            found |= {part.strip().strip("\"'") for part in parts}
        return found

    @classmethod
    def tools_in(cls, text):
        return cls.items_of("allow|hide|tools", text)

    def arguments_in(self, rule):
        """The arguments that a rule reads, by itself and through variables."""
        text, seen = rule, set()
        while new := set(re.findall(r"variables\.(\w+)", text)) - seen:
            seen |= new
            text += "".join(self.variables[name] for name in new)
        return set(re.findall(r"\bargs\.\??(\w+)", text)) | self.items_of("only_args", rule)


class Tools:
    """A recorded list: the arguments of each tool by its name."""

    def __init__(self, path):
        listed = json.loads(path.read_text())["tools"]
        self.arguments = {tool["name"]: set(tool["inputSchema"].get("properties", {}))
                          for tool in listed}

    def fitting(self, globs):
        return {name for name in self.arguments
                if any(fnmatch.fnmatchcase(name, glob) for glob in globs)}


class ReadyMade(CommandTest):
    def setUp(self):
        super().setUp()
        self.policies = {path.stem: Policy(path.read_text()) for path in POLICIES.glob("*.yaml")
                         if not path.name.endswith(".test.yaml")}
        self.lists = {path.stem: Tools(path) for path in LISTS.glob("*.json")}

    def test_every_policy_and_every_list_is_looked_at(self):
        self.assertEqual(set(self.policies), set(PURPOSES) | UNRECORDED)
        self.assertEqual(set(self.lists), set(PURPOSES) | EXAMPLES)

    def test_every_tool_is_decided_on_purpose(self):
        for name, purpose in PURPOSES.items():
            becomes = {"hidden": set(), "default": set()}
            words = [word for label in purpose.labels for word in ("--label", label)]
            for tool in self.lists[name].arguments:
                call = json.dumps({"name": tool, "arguments": {}})
                result = self.run_writ("eval", "-c", str(POLICIES / f"{name}.yaml"), *words,
                                       given=call)
                self.assertIn(result.status, (0, 1), result)
                becomes.setdefault(result.json()["code"], set()).add(tool)
            with self.subTest(policy=name):
                self.assertEqual(becomes["hidden"], purpose.hidden)
                self.assertEqual(becomes["default"], purpose.by_default)

    def test_every_tool_that_is_named_is_there(self):
        for name, purpose in PURPOSES.items():
            policy, tools = self.policies[name], self.lists[name]
            named = policy.listed.union(*(policy.tools_in(rule) for rule in policy.rules))
            with self.subTest(policy=name):
                self.assertTrue(named)
                self.assertEqual({one for one in named if not tools.fitting([one])},
                                 purpose.elsewhere)

    def test_every_argument_that_a_rule_reads_is_one_of_its_tools(self):
        for name in PURPOSES:
            policy, tools = self.policies[name], self.lists[name]
            read = 0
            for rule in policy.rules:
                fitting = tools.fitting(policy.tools_in(rule) or ["*"])
                there = set().union(*(tools.arguments[tool] for tool in fitting))
                arguments = policy.arguments_in(rule)
                read += len(arguments)
                with self.subTest(policy=name, rule=rule.splitlines()[0].strip()):
                    self.assertEqual(arguments - there, set())
            self.assertGreater(read, 0, name)

    def test_each_says_what_it_cannot_and_what_to_change_first(self):
        for name, policy in self.policies.items():
            with self.subTest(policy=name):
                top = policy.text.partition("\nwrit: 1\n")[0]
                self.assertIn(f"writ run -c policies/{name}.yaml", top)
                for word in ("Cannot ", "Change first: "):
                    self.assertIn(word, top)

    def test_each_has_a_suite(self):
        for name in self.policies:
            self.assertTrue((POLICIES / f"{name}.test.yaml").exists(), name)


if __name__ == "__main__":
    main()
