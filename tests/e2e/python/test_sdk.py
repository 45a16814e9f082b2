"""The official Python SDK on both sides of writ: what passes is not changed, what is denied can be
read by the client and never reaches the server."""

import json
import unittest

import anyio
import mcp.types as types
from mcp.shared.exceptions import McpError

from desk import DENIED, DIRECT, THROUGH_WRIT, connect

STEPS = []


def step(shows):
    """Registers a part of the session that must go the same with and without writ. It returns what
    it saw, as JSON; `shows` must be in there, or the step has not done what it is for."""
    def register(function):
        STEPS.append((function.__name__, function, shows))
        return function
    return register


def plain(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


@step(shows='"Notes, letters and questions."')
async def initialize(client):
    return plain(client.initialized)


@step(shows="{}")
async def ping(client):
    return plain(await client.session.send_ping())


@step(shows='"long_job"')
async def list_tools(client):
    """All but the one that the policy hides."""
    tools = (await client.session.list_tools()).tools
    return [plain(tool) for tool in tools if tool.name != "delete_notes"]


@step(shows='"note:///notes/first"')
async def list_resources(client):
    return plain(await client.session.list_resources())


@step(shows='"greeting"')
async def list_prompts(client):
    return plain(await client.session.list_prompts())


@step(shows="remember the milk")
async def read_resource(client):
    return plain(await client.session.read_resource("note:///notes/first"))


@step(shows="Greet Ada")
async def get_prompt(client):
    return plain(await client.session.get_prompt("greeting", {"who": "Ada"}))


@step(shows='"sum": 5')
async def call_with_structured_content(client):
    return plain(await client.call("add", a=2, b=3))


@step(shows="written: /notes/caf\u00e9")
async def call_that_the_policy_judges(client):
    words = "\u2028\u00e9\U0001f600"
    return plain(await client.call("write_note", path="/notes/caf\u00e9", text=words))


@step(shows='"characters": 1000000')
async def call_with_a_megabyte(client):
    words = "\u00e9\U0001f600 \"\\\n" + "x" * 999_994
    await client.call("write_note", path="/notes/long", text=words)
    [content] = (await client.call("read_note", path="/notes/long")).content
    return {"characters": len(content.text), "same": content.text == words}


@step(shows='"isError": true')
async def tool_that_fails(client):
    return plain(await client.call("read_note", path="/notes/missing"))


@step(shows="Input validation error")
async def arguments_the_server_refuses(client):
    return plain(await client.call("add", a="two", b=3))


@step(shows="no tool is called nothing")
async def tool_that_does_not_exist(client):
    return plain(await client.call("nothing"))


@step(shows="-32601")
async def method_the_server_lacks(client):
    try:
        return plain(await client.session.list_resource_templates())
    except McpError as error:
        return plain(error.error)


@step(shows='["progress", 3.0, 3.0, "step 3"]')
async def progress_and_logging(client):
    async def on_progress(*progress):
        client.events.append(("progress", *progress))

    await client.session.set_logging_level("info")
    return plain(await client.session.call_tool("count", {"to": 3}, progress_callback=on_progress))


@step(shows="no model says 42")
async def sampling(client):
    return plain(await client.call("ask_model", question="What is six times seven?"))


@step(shows="accept: {'answer': 'yes'}")
async def elicitation_with_a_form(client):
    return plain(await client.call("ask_user", question="May I?"))


@step(shows='["notifications/elicitation/complete", "visit-1"]')
async def elicitation_with_a_url(client):
    return plain(await client.call("send_user_to", url="https://login.example/"))


@step(shows="file:///srv/desk")
async def roots(client):
    return plain(await client.call("show_roots"))


@step(shows="finished report")
async def tasks(client):
    experimental = client.session.experimental
    task = (await experimental.call_tool_as_task("long_job", {"name": "report"})).task
    async for last in experimental.poll_task(task.taskId):
        pass
    result = await experimental.get_task_result(task.taskId, types.CallToolResult)
    known = [other.taskId == task.taskId for other in (await experimental.list_tasks()).tasks]
    return {"status": last.status, "content": [plain(block) for block in result.content],
            "known": known}


@step(shows="Request cancelled")
async def cancellation(client):
    seen = []

    async def wait():
        try:
            seen.append(plain(await client.call("wait")))
        except McpError as error:
            seen.append(plain(error.error))

    async with anyio.create_task_group() as group:
        request_id = client.session._request_id  # of the next request
        group.start_soon(wait)
        await client.journal.wait_for("wait")
        await client.session.send_notification(types.ClientNotification(types.CancelledNotification(
            params=types.CancelledNotificationParams(requestId=request_id, reason="enough"))))
    return seen


@step(shows='"sum": 3')
async def calls_at_the_same_time(client):
    sums = {}

    async def add(n):
        sums[n] = (await client.call("add", a=n, b=1)).structuredContent

    async with anyio.create_task_group() as group:
        for n in range(20):
            group.start_soon(add, n)
    client.journal.path.write_text("")  # they may run in any order
    return sorted(sums.items())


async def observe(function, client):
    """What a step returned, the events it caused, in order, and what the server executed."""
    client.events.clear()
    before = len(client.journal.calls())
    returned = await function(client)
    return json.dumps({"returned": returned, "events": client.events,
                       "executed": client.journal.calls()[before:]}, ensure_ascii=False)


class WhatPasses(unittest.IsolatedAsyncioTestCase):
    maxDiff = 4000

    async def test_is_the_same_with_and_without_writ(self):
        async with connect(DIRECT) as direct, connect(THROUGH_WRIT) as proxied:
            for name, function, shows in STEPS:
                with self.subTest(name):
                    expected = await observe(function, direct)
                    self.assertIn(shows, expected)
                    self.assertEqual(await observe(function, proxied), expected)


class WhatIsDenied(unittest.IsolatedAsyncioTestCase):
    def assert_denied(self, result, code, rule, message):
        self.assertTrue(result.isError)
        [block] = result.content
        self.assertEqual(block.text, DENIED + message)
        self.assert_decision(result, code, rule)

    def assert_decision(self, result, code, rule):
        decision = result.meta["writ/decision"]
        self.assertEqual((decision["code"], decision["rule"]), (code, rule))

    async def test_a_call_that_breaks_a_rule(self):
        async with connect(THROUGH_WRIT) as client:
            result = await client.call("write_note", path="/etc/passwd", text="x")
            self.assert_denied(result, "rule", "notes stay in their folder",
                               "Notes are only written below /notes/")
            self.assertEqual(client.journal.calls(), [])
            self.assertFalse((await client.call("write_note", path="/notes/x", text="y")).isError)
            self.assertEqual(len(client.journal.calls("write_note")), 1)

    async def test_a_hidden_tool(self):
        async with connect(DIRECT) as client:
            names = [tool.name for tool in (await client.session.list_tools()).tools]
            self.assertIn("delete_notes", names)
            self.assertFalse((await client.call("delete_notes")).isError)
        async with connect(THROUGH_WRIT) as client:
            listed = [tool.name for tool in (await client.session.list_tools()).tools]
            self.assertEqual(listed, [name for name in names if name != "delete_notes"])
            result = await client.call("delete_notes")
            self.assertTrue(result.isError)
            self.assertTrue(result.content[0].text.startswith(DENIED), result.content)
            self.assertEqual(result.meta["writ/decision"]["code"], "hidden")
            self.assertEqual(client.journal.calls(), [])

    async def test_a_quota_that_is_used_up(self):
        async with connect(THROUGH_WRIT) as client:
            results = [await client.call("send_letter", to=str(n)) for n in range(5)]
            denied = [result for result in results if result.isError]
            # Midnight may fall in between and let two more pass, never five.
            self.assertIn(len(denied), (1, 2, 3))
            for result in denied:
                self.assert_denied(result, "quota", "two letters a day",
                                   "That is enough letters for today")
                self.assertGreater(result.meta["writ/decision"]["retry_after"], 0)
            self.assertEqual(len(client.journal.calls("send_letter")), 5 - len(denied))

    async def test_a_task(self):
        async with connect(THROUGH_WRIT) as client:
            with self.assertRaises(McpError) as raised:
                await client.session.experimental.call_tool_as_task(
                    "long_job", {"name": "forbidden"})
            self.assertEqual(raised.exception.error.code, -31403)
            self.assertIn("This job is forbidden", raised.exception.error.message)
            self.assertEqual(client.journal.calls(), [])


if __name__ == "__main__":
    unittest.main()
