#!/usr/bin/env python3
"""writ scan: what it asks servers, what policy it writes, and how it fails.

The servers are scan_server.py with different wishes. Every policy that is written must pass `writ
check`; the hostile listings are there to break out of its comments and quotes.
"""

import json
import random
import signal
import subprocess
import sys

from harness import PATIENCE, main
from scan_harness import SERVER, ScanTest, tool

class Handshakes(ScanTest):
    def test_a_server_with_a_handshake(self):
        policy = self.policy_of([tool("get_user")])
        self.assertIn('# A policy for "small server" 1.0, made by writ scan', policy)
        self.assertIn("# Protocol 2025-11-25, 1 tool.", policy)
        methods = [message["method"] for message in self.sent()]
        self.assertEqual(methods, ["initialize", "notifications/initialized", "tools/list"])

    def test_older_revisions(self):
        for revision in ["2024-11-05", "2025-03-26", "2025-06-18"]:
            with self.subTest(revision):
                policy = self.policy_of([tool("get_user")], protocol=revision)
                self.assertIn(f"# Protocol {revision}, 1 tool.", policy)

    def test_a_stateless_server(self):
        policy = self.policy_of([tool("get_user")], [tool("get_group")], era="stateless")
        self.assertEqual(self.allowed(policy), ["get_user", "get_group"])
        self.assertIn('# A policy for "small server" 1.0', policy)
        self.assertIn("# Protocol 2026-07-28, 2 tools.", policy)
        methods = [message["method"] for message in self.sent()]
        self.assertEqual(methods, ["initialize", "server/discover", "tools/list", "tools/list"])

    def test_what_the_server_asks_is_answered(self):
        self.policy_of([tool("get_user")], asks=True)
        answers = [message for message in self.sent() if "method" not in message]
        self.assertEqual(answers[0], {"jsonrpc": "2.0", "id": 1, "result": {}})
        self.assertEqual(answers[1]["error"]["code"], -32601)

    def test_stderr_of_the_server_and_strange_lines_pass(self):
        done = self.scan(pages=[[tool("get_user")]], banner="Welcome!")
        self.expect(done, 0)
        self.assertIn("the server's own log", done.err)
        self.assertIn("Welcome!", done.err)


    def test_careless_answers(self):
        tools = '{"tools":[{"name":"get_user"}]}'
        for answer in ['{"jsonrpc":"2.0","id":ID,"result":%s,"error":null}',
                       '{"jsonrpc":"2.0","id":"ID","result":%s}']:
            with self.subTest(answer):
                policy = self.policy_of(raw={"tools/list": answer % tools})
                self.assertEqual(self.allowed(policy), ["get_user"])
        self.expect(self.scan(raw={"tools/list": '{"id":ID,"result":null,"error":{"code":7}}'}), 2)


class Pages(ScanTest):
    def test_all_pages_are_read(self):
        policy = self.policy_of(*[[tool(f"get_{i}")] for i in range(20)])
        self.assertEqual(self.allowed(policy), [f"get_{i}" for i in range(20)])

    def test_a_repeated_cursor_is_refused(self):
        done = self.scan(pages=[[tool("a")], [tool("b")]], cursors=["x", "x"])
        self.expect(done, 2, out="")
        self.assertIn('the server\'s list does not end: the cursor "x" came twice', done.err)

    def test_an_endless_list_is_refused(self):
        done = self.scan(endless=True)
        self.expect(done, 2, out="")
        self.assertIn("the server's list has more than 1000 pages", done.err)

    def test_a_cursor_that_is_no_text_is_refused(self):
        answer = '{"jsonrpc":"2.0","id":ID,"result":{"tools":[],"nextCursor":7}}'
        done = self.scan(raw={"tools/list": answer})
        self.expect(done, 2, out="")
        self.assertIn("nextCursor", done.err)

    def test_a_list_that_changes_while_it_is_read_is_read_again(self):
        policy = self.policy_of([tool("get_user")], changes=1)
        self.assertEqual(self.allowed(policy), ["get_user", "get_late_0"])

    def test_a_list_that_never_stops_changing_is_taken_in_the_end(self):
        self.policy_of([tool("get_user")], changes=1000)
        lists = [message for message in self.sent() if message.get("method") == "tools/list"]
        self.assertEqual(len(lists), 3)


class Sorting(ScanTest):
    def kinds(self, tools):
        policy = self.policy_of(tools)
        found = {}
        for kind in ["read", "write", "execute", "destructive"]:
            if f"# ---- {kind}:" not in policy:
                continue
            for line in self.section(policy, kind).splitlines():
                if line.startswith("  - ") or line.startswith("  # - "):
                    found[line.split("- ", 1)[1]] = kind
        return found

    def test_annotations(self):
        kinds = self.kinds([
            tool("a", annotations={"readOnlyHint": True}),
            tool("b", annotations={"readOnlyHint": False}),
            tool("c", annotations={"readOnlyHint": False, "destructiveHint": False}),
            tool("d", annotations={"destructiveHint": True}),
            tool("get_e", annotations={"readOnlyHint": False}),
            tool("f", annotations={"readOnlyHint": "true"}),
        ])
        self.assertEqual(kinds, {"a": "read", "b": "write", "c": "write", "d": "destructive",
                                 "get_e": "write", "f": "write"})

    def test_names(self):
        kinds = self.kinds([tool(name) for name in [
            "get_user", "listCommits", "API-get-user", "brave_web_search", "create_issue",
            "delete_issue", "get_and_delete", "run_tests", "list_and_update", "frobnicate",
            "updateUser", "HTTPDelete", "search_code", "get_commit"]])
        self.assertEqual(kinds, {
            "get_user": "read", "listCommits": "read", "API-get-user": "read",
            "brave_web_search": "read", "search_code": "read", "get_commit": "read",
            "create_issue": "write", "list_and_update": "write", "frobnicate": "write",
            "updateUser": "write", "run_tests": "execute", "delete_issue": "destructive",
            "get_and_delete": "destructive", "HTTPDelete": "destructive"})

    def test_a_verb_that_writes_counts_wherever_it_stands(self):
        writers = ["status_update", "snapshot_create", "snapshot_restore", "list_add_member",
                   "listAdd", "list_create", "view_update", "history_rewrite", "check_in",
                   "search_replace", "cat_write", "tail_set", "info_set", "count_increment",
                   "tree_create", "read_write", "list_move", "get_and_post", "mailing_list_subscribe",
                   "slack_post_message", "read_and_forward_email", "show_and_hide",
                   "compare_and_swap"]
        self.assertEqual(set(self.kinds([tool(name) for name in writers]).values()), {"write"})

    def test_what_is_joined_writes_unless_it_is_known_to_read(self):
        writers = ["read_and_then_forward", "read_or_forward", "read_then_forward",
                   "list_files_and_forwards", "list_files_and_deletes", "list_files_and_creates",
                   "list_files_and_updates", "list_users_and_sends", "list_files_and_posts",
                   "read_and_files", "report_and_files", "list_files_and_folders_in_step"]
        readers = ["read_and_then_list", "list_files_and_folders", "searchFilesOrDirectories",
                   "get-users-and-roles", "get_and_or_list", "fetch_and"]
        kinds = self.kinds([tool(name) for name in writers + readers])
        self.assertEqual({name for name, kind in kinds.items() if kind == "read"}, set(readers))

    def test_the_reason_names_the_word_and_what_joins_it(self):
        policy = self.policy_of([
            tool("read_and_then_forward"), tool("list_issues_and_labels"), tool("read_and_write"),
            tool("show_and_hide", annotations={"readOnlyHint": True})])
        for name, reason in [
                ("read_and_then_forward", '"forward" after "then" may be something it does'),
                ("list_issues_and_labels", '"labels" after "and" may be something it does'),
                ("read_and_write", 'its name says "write"'),
                ("show_and_hide", '"hide" after "and" may be something it does, though its '
                                  'annotations say that it only reads')]:
            self.assertIn(f"  # sorted here because {reason}\n  # - {name}\n", policy)

    def test_what_is_read_may_be_named_as_writing_is(self):
        readers = ["get_commit", "list_merge_request_diffs", "get_pull_request_status", "getPost",
                   "retrieve_charge", "slack_get_channel_history", "git_status", "git_diff",
                   "directory_tree", "API-retrieve-a-comment", "get_file_info"]
        kinds = self.kinds([tool(name) for name in readers])
        self.assertEqual({name for name in readers if kinds[name] != "read"}, set())

    def test_words_that_say_too_little(self):
        unclear = ["resolve_issue", "resolve_review_thread", "download_file", "echo_to_file"]
        self.assertEqual(set(self.kinds([tool(name) for name in unclear]).values()), {"write"})

    def test_arguments_that_tell_the_server_what_to_do(self):
        text = {"type": "string"}
        kinds = self.kinds([
            tool("query", sql=text), tool("query_database", query=text), tool("query_db", code=text),
            tool("fetch_rows", sql=text), tool("query_user", id=text),
            tool("search_code", query=text), tool("get_country", code=text),
            tool("query-docs", annotations={"readOnlyHint": True}, query=text)])
        self.assertEqual(kinds, {
            "query": "write", "query_database": "write", "query_db": "write",
            "fetch_rows": "write", "query_user": "read", "search_code": "read",
            "get_country": "read", "query-docs": "read"})

    def test_a_name_outweighs_an_annotation(self):
        policy = self.policy_of([tool(name, annotations={"readOnlyHint": True}) for name in [
            "delete_all", "write_file", "transfer_funds", "open_nodes", "network_request"]])
        self.assertEqual(self.allowed(policy), ["open_nodes", "network_request"])
        for word in ["delete", "write", "transfer"]:
            self.assertIn(f'its name says "{word}", though its annotations say that it only reads',
                          policy)

    def test_only_readers_are_allowed(self):
        self.policy_of([tool("get_user"), tool("create_user"), tool("run"), tool("delete_user")])
        verdicts = {name: self.decide(name)
                    for name in ["get_user", "create_user", "run", "delete_user", "other"]}
        self.assertEqual(verdicts, {"get_user": "allow", "create_user": "deny", "run": "deny",
                                    "delete_user": "deny", "other": "deny"})


class Comments(ScanTest):
    def test_a_tool_in_full(self):
        made = tool("create_issue", "Create an issue\n\n  in a repository\nthird\nfourth",
                    {"readOnlyHint": False, "destructiveHint": False},
                    title={"type": "string"}, kind={"enum": ["bug", 1, None]},
                    labels={"type": "array", "items": {"type": "string"}},
                    count={"type": ["integer", "null"]})
        made["inputSchema"]["required"] = ["title"]
        policy = self.policy_of([made])
        self.assertIn("""
  #   Create an issue
  #   in a repository
  #   third
  #   …
  #     title: string, required
  #     kind: any, one of "bug", 1, null
  #     labels: array of string
  #     count: integer or null
  # annotations: readOnlyHint: false, destructiveHint: false
  # sorted here because its annotations say so
  # - create_issue
""", policy)

    def uncommented(self, policy):
        """The policy as someone makes it who wants all that it offers."""
        lines = []
        rules = False
        for line in policy.splitlines():
            if line.startswith("  # - "):
                line = "  - " + line[6:]
            rules = rules or line == "# rules:"
            lines.append(line[2:] if rules else line)
        return "\n".join(lines) + "\n"

    def test_all_that_is_offered_loads(self):
        path = {"type": "string"}
        tools = [tool("read_file", path=path), tool("write_file", path=path, url=path),
                 tool("a: b", amount={"type": "number"}), tool("delete", limit={"type": "integer"})]
        tools[0]["inputSchema"]["required"] = ["path"]
        policy = self.policy_of(tools)
        self.check(self.uncommented(policy))
        self.assertEqual(self.decide("delete"), "allow")
        self.assertIn('#     require: path.within(args.path, "/srv/project")', policy)

    def test_no_reader(self):
        policy = self.policy_of([tool("delete")])
        self.check(self.uncommented(policy))
        self.assertEqual(self.decide("delete"), "allow")


NASTY = ["\n- evil", "\n  - evil\n", "x\nrules: []", "\r- evil", "a\u2028  - evil", "\u0085- evil",
         "\x00", "\x1b[2J", "\ufeff", "\ufffe", "\uffff", "\ud800", "# - evil", "'", '"', "\\", "''",
         '"\\', "*", "&a", "!!str", "%", "@", "`", "- ", "? ", ": ", " #", "{", "}", "[", "]", ",",
         "|", ">", "~", "null", "true", "1", "1.5", "0x1f", "yes", "2026-01-01", "---", "...", "=",
         "<<", " lead", "trail ", "\t", "", " ", "über", "日本語", "🎉", "a" * 5000, "\u202e", "${x}"]


class Hostile(ScanTest):
    def callable_names(self, names):
        return [name for name in names if "*" not in name and "\x00" not in name and
                "\ud800" not in name and name.strip(" \t\r\n")]

    def test_names(self):
        names = ["get_" + nasty for nasty in NASTY] + NASTY
        policy = self.policy_of([tool(name, annotations={"readOnlyHint": True}) for name in names])
        for name in self.callable_names(names):
            self.assertEqual(self.decide(name), "allow", repr(name))
        for name in ["evil", "get_", "get_anything", "- evil", "anything"]:
            if name not in names:
                self.assertEqual(self.decide(name), "deny", repr(name))
        self.assertNotIn("\x1b", policy)

    def test_no_name_of_a_writer_is_allowed(self):
        names = ["set_" + nasty for nasty in NASTY]
        policy = self.policy_of([tool(name) for name in names])
        self.assertEqual(self.allowed(policy), [])
        for name in self.callable_names(names):
            self.assertEqual(self.decide(name), "deny", repr(name))

    def test_texts_stay_in_comments(self):
        tools = []
        for number, nasty in enumerate(NASTY):
            name = nasty.replace("\ud800", "?")
            made = tool(f"set_{number}", f"{nasty}\n{nasty}{nasty}",
                        **{name: {"type": nasty, "enum": [nasty, {name: nasty}]},
                           "b": {"type": [nasty, 1]}, "c": nasty})
            made["inputSchema"]["required"] = [nasty, 3]
            tools.append(made)
        policy = self.policy_of(tools, info={"name": "".join(NASTY[:20]), "version": "1\n- evil"},
                                protocol="2025-06-18\n- evil")
        self.assertEqual(self.allowed(policy), [])
        for line in policy.splitlines():
            self.assertTrue(line.lstrip().startswith("#") or line in
                            ["", "writ: 1", "default: deny", "allow:"], repr(line))
        self.assertEqual(self.decide("evil"), "deny")

    def test_no_description_looks_like_a_name(self):
        policy = self.policy_of([tool("set_a", "- delete_all\n# - delete_all\n  - delete_all")])
        self.assertNotIn("\n  # - delete_all", policy)

    def test_odd_shapes(self):
        shapes = [5, None, "x", [], {}, {"name": 5}, {"name": None}, {"name": ["a"]},
                  {"name": "get_a", "description": 5, "inputSchema": [], "annotations": "x"},
                  {"name": "get_b", "inputSchema": {"properties": [], "required": "x"}},
                  {"name": "get_c", "inputSchema": {"properties": {"x": 5, "y": None, "z": [1]}}}]
        policy = self.policy_of(shapes)
        self.assertEqual(self.allowed(policy), ["get_a", "get_b", "get_c"])
        self.assertIn("# 8 entries were left out: a call cannot name it.", policy)

    def test_repeated_names(self):
        policy = self.policy_of([tool("get_a", "first"), tool("get_a", "second")],
                                [tool("get_a", "third")])
        self.assertEqual(self.allowed(policy), ["get_a"])
        self.assertIn("# 2 entries had a name for a second time; the first is shown.", policy)
        self.assertNotIn("second\n", policy.split("allow:")[1])

    def test_ten_thousand_tools(self):
        policy = self.policy_of(*[[tool(f"get_{page}_{i}", "d" * 50, path={"type": "string"})
                                   for i in range(1000)] for page in range(10)])
        self.assertEqual(len(self.allowed(policy)), 10_000)

    def test_more_text_than_a_policy_holds(self):
        pages = [[tool(f"get_{page}_{i}", ("d" * 99 + "\n") * 3,
                       **{"a" * 90 + str(n): {"type": "string"} for n in range(20)})
                  for i in range(700)] for page in range(10)]
        policy = self.policy_of(*pages)
        self.assertEqual(len(self.allowed(policy)), 7_000)
        self.assertNotIn("ddd", policy)

    def test_random_listings(self):
        dice = random.Random(1)
        for _ in range(30):
            def text():
                return "".join(dice.choice(NASTY[:-5] + ["get", "_", "a", " "])
                               for _ in range(dice.randrange(4)))
            tools = [tool(text(), text(), {"readOnlyHint": dice.random() < 0.5},
                          **{text().replace("\ud800", "?"): {"type": text()}})
                     for _ in range(dice.randrange(12))] + [tool("get_a")]
            self.policy_of(tools)


class Environment(ScanTest):
    def given(self, *flags):
        """The variables that a server is started with."""
        self.environment.update(GITHUB_TOKEN="secret", WRIT_TEST_A="1", WRIT_TEST_B="2")
        self.run_writ("scan", *flags, "--", "/bin/sh", "-c", "env > given.txt")
        lines = (self.folder / "given.txt").read_text().splitlines()
        return {line.split("=")[0] for line in lines}

    def test_all_of_it_or_what_is_named(self):
        self.assertLessEqual({"PATH", "GITHUB_TOKEN", "WRIT_TEST_A"}, self.given())
        few = self.given("--env-clear")
        self.assertIn("PATH", few)
        self.assertFalse({"GITHUB_TOKEN", "WRIT_TEST_A", "WRIT_TEST_B"} & few)
        self.assertEqual(self.given("--env-allow", "WRIT_TEST_A,NONE") - few, {"WRIT_TEST_A"})
        self.assertEqual(self.given("--env-allow=WRIT_TEST_*") - few,
                         {"WRIT_TEST_A", "WRIT_TEST_B"})


class Failures(ScanTest):
    def fails(self, said, status=2, flags=(), **wish):
        done = self.scan(*flags, **wish)
        self.expect(done, status, out="")
        self.assertIn(f"writ: error: {said}", done.err)

    def test_servers_that_die(self):
        for method in ["initialize", "tools/list"]:
            with self.subTest(method):
                self.fails(f"the server exited with status 3 ({method} was asked)", dies_at=method)

    def test_servers_that_do_not_answer(self):
        for method in ["initialize", "tools/list"]:
            with self.subTest(method):
                self.fails(f"the server did not answer within 1 second ({method} was asked)",
                           flags=["--timeout", "1"], silent_at=method)

    def test_a_server_that_does_not_end_is_ended(self):
        done = self.scan(pages=[[tool("get_a")]], stays=True)
        self.expect(done, 0)

    def test_a_signal_ends_the_server_too(self):
        path = self.folder / "wish.json"
        path.write_text(json.dumps({"silent_at": "initialize"}))
        for signal_number in [signal.SIGTERM, signal.SIGINT]:
            with self.subTest(signal_number):
                writ = subprocess.Popen(
                    [self.writ, "scan", "--", sys.executable, str(SERVER), str(path)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                writ.stderr.readline()  # the server runs
                writ.send_signal(signal_number)
                # The server holds the other ends of these pipes, so this waits for it as well.
                out, err = writ.communicate(timeout=PATIENCE)
                self.assertEqual((writ.returncode, out, err), (128 + signal_number, b"", b""))

    def test_servers_that_fail(self):
        self.fails("the server answered tools/list with error -32603 (Out of order)",
                   fails_at="tools/list")
        self.fails("the server answered initialize with error -32603 (Out of order), and "
                   "server/discover with error -32601 (Method not found)", fails_at="initialize")

    def test_no_tools(self):
        self.fails("the server offers no tools", status=1, capabilities={"prompts": {}})
        self.fails("the server offers no tools", status=1, capabilities={}, era="stateless")
        self.fails("the server offers no tools: its list of them is empty", status=1, pages=[[], []])
        self.fails("the server offers no tools: its list names none that a call could name",
                   status=1, pages=[[{"name": 5}]])

    def test_an_error_that_answers_no_id(self):
        raw = '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}'
        self.fails("the server answered initialize with error -32700 (Parse error), and "
                   "server/discover with error -32601 (Method not found)", raw={"initialize": raw})
        self.fails("the server answered tools/list with error -32700 (Parse error)",
                   era="stateless", raw={"tools/list": raw})
        # This one may answer the notification before it, which nothing may answer.
        self.fails("the server did not answer within 1 second; it answered what was not asked with "
                   "error -32700 (Parse error) (tools/list was asked)", flags=["--timeout", "1"],
                   raw={"tools/list": raw})

    def test_what_a_server_says_turns_no_terminal_around(self):
        for text, shown in [("\u202eabc", "\\u202Eabc"), ("\u200b", "\\u200B"),
                            ("\u2066x", "\\u2066x"), ("\x1b[2J", "\\x1B[2J")]:
            error = {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": text}}
            self.fails(f"the server answered initialize with error 1 ({shown})",
                       raw={"initialize": json.dumps(error)})

    def test_garbage(self):
        self.fails("the server did not answer within 1 second; it wrote a line that is no JSON "
                   "object (initialize was asked)", flags=["--timeout", "1"],
                   raw={"initialize": "Error: [object Object]"})
        self.fails('the server wrote JSON that two readers could read differently: duplicate '
                   'member "name"', raw={
            "tools/list": '{"jsonrpc":"2.0","id":ID,"result":{"tools":[{"name":"a","name":"b"}]}}'})
        self.fails("the server answered tools/list without a list of tools",
                   raw={"tools/list": '{"jsonrpc":"2.0","id":ID,"result":{"tools":{}}}'})
        self.fails("the server answered initialize without a protocolVersion",
                   raw={"initialize": '{"jsonrpc":"2.0","id":ID,"result":{}}'})

    def test_commands_that_do_not_start(self):
        done = self.run_writ("scan", "--", "./no-such-server")
        self.expect(done, 2, out="")
        self.assertIn("no-such-server", done.err)

    def test_usage(self):
        self.expect(self.run_writ("scan"), 2, out="")
        self.expect(self.run_writ("scan", "--"), 2, out="")
        self.assertIn("the server's command follows --", self.run_writ("scan", "server").err)
        self.expect(self.run_writ("scan", "--timeout", "0", "--", "true"), 2, out="")


class Output(ScanTest):
    def test_a_file(self):
        done = self.scan("-o", "policy.yaml", pages=[[tool("get_a")]])
        self.expect(done, 0, out="")
        self.assertIn("\n  - get_a\n", (self.folder / "policy.yaml").read_text())

    def test_a_file_that_is_there_is_kept_and_the_server_not_started(self):
        self.write("policy.yaml", "mine")
        done = self.scan("-o", "policy.yaml", pages=[[tool("get_a")]])
        self.expect(done, 2, out="")
        self.assertIn('"policy.yaml" is there already', done.err)
        self.assertEqual((self.folder / "policy.yaml").read_text(), "mine")
        self.assertFalse((self.folder / "wish.json.log").exists())
        self.expect(self.scan("--force", "-o", "policy.yaml", pages=[[tool("get_a")]]), 0)
        self.assertIn("\n  - get_a\n", (self.folder / "policy.yaml").read_text())

    def test_a_folder_that_is_not_there(self):
        done = self.scan("-o", "none/policy.yaml", pages=[[tool("get_a")]])
        self.expect(done, 2, out="")
        self.assertIn("cannot write", done.err)


if __name__ == "__main__":
    main()
