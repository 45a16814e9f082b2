"""A small MCP server on the official Python SDK: a desk with notes, letters and a few questions.

    server.py JOURNAL

Writes a line of JSON to JOURNAL for every tool call that it executes, before it does, so that a
test can tell what reached it.
"""

import json
import pathlib
import sys

import anyio
import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from pydantic import AnyUrl

server = Server("desk", version="1.0", instructions="Notes, letters and questions.")
server.experimental.enable_tasks()
journal = pathlib.Path(sys.argv[1])
notes = {"/notes/first": "remember the milk"}
TOOLS = {}


def tool(tool_name, *, output=None, task=None, **properties):
    """Registers a tool: properties are its arguments' JSON types, all required."""
    def register(function):
        definition = types.Tool(
            name=tool_name,
            description=function.__doc__,
            inputSchema={
                "type": "object",
                "properties": {key: {"type": kind} for key, kind in properties.items()},
                "required": list(properties),
            },
            outputSchema=output,
            execution=types.ToolExecution(taskSupport=task) if task else None,
        )
        TOOLS[tool_name] = (definition, function)
        return function
    return register


def text(words):
    return [types.TextContent(type="text", text=words)]


@tool("add", a="number", b="number",
      output={"type": "object", "properties": {"sum": {"type": "number"}}, "required": ["sum"]})
async def add(context, a, b):
    """Adds two numbers."""
    return {"sum": a + b}


@tool("read_note", path="string")
async def read_note(context, path):
    """Reads a note; a missing one is an error."""
    return text(notes[path])


@tool("write_note", path="string", text="string")
async def write_note(context, path, text):
    """Writes a note."""
    notes[path] = text
    return [types.TextContent(type="text", text=f"written: {path}")]


@tool("delete_notes")
async def delete_notes(context):
    """Deletes every note."""
    notes.clear()
    return text("all gone")


@tool("send_letter", to="string")
async def send_letter(context, to):
    """Sends a letter."""
    return text(f"sent to {to}")


@tool("count", to="integer")
async def count(context, to):
    """Counts, with a progress notification and a log message for each step."""
    for step in range(1, to + 1):
        await context.session.send_progress_notification(
            context.meta.progressToken, step, to, f"step {step}")
        await context.session.send_log_message("info", f"counted {step}", "desk")
    return text(f"counted to {to}")


@tool("wait")
async def wait(context):
    """Waits until it is cancelled."""
    await anyio.sleep_forever()


@tool("ask_model", question="string")
async def ask_model(context, question):
    """Passes a question to the client's model."""
    answer = await context.session.create_message(
        [types.SamplingMessage(role="user", content=types.TextContent(type="text", text=question))],
        max_tokens=10)
    return text(f"{answer.model} says {answer.content.text}")


@tool("ask_user", question="string")
async def ask_user(context, question):
    """Asks the user with a form."""
    answer = await context.session.elicit_form(
        question, {"type": "object", "properties": {"answer": {"type": "string"}}})
    return text(f"{answer.action}: {answer.content}")


@tool("send_user_to", url="string")
async def send_user_to(context, url):
    """Asks the user to visit a page."""
    answer = await context.session.elicit_url("Please log in", url, "visit-1")
    await context.session.send_elicit_complete("visit-1")
    return text(answer.action)


@tool("show_roots")
async def show_roots(context):
    """Lists the client's roots."""
    return text(", ".join(str(root.uri) for root in (await context.session.list_roots()).roots))


@tool("long_job", name="string", task="optional")
async def long_job(context, name):
    """Works in the background where the client asks for a task."""
    result = types.CallToolResult(content=text(f"finished {name}"))

    async def work(task):
        await task.update_status("half way")
        return result

    return await context.experimental.run_task(work) if context.experimental.is_task else result


@server.list_tools()
async def list_tools():
    return [definition for definition, _ in TOOLS.values()]


@server.call_tool()
async def call_tool(name, arguments):
    with journal.open("a") as file:
        file.write(json.dumps({"name": name, "arguments": arguments}) + "\n")
    if name not in TOOLS:
        raise ValueError(f"no tool is called {name}")
    return await TOOLS[name][1](server.request_context, **arguments)


@server.list_resources()
async def list_resources():
    return [types.Resource(uri=AnyUrl(f"note://{path}"), name=path) for path in notes]


@server.read_resource()
async def read_resource(uri):
    return notes[str(uri).removeprefix("note://")]


@server.list_prompts()
async def list_prompts():
    return [types.Prompt(name="greeting", arguments=[types.PromptArgument(name="who")])]


@server.get_prompt()
async def get_prompt(name, arguments):
    return types.GetPromptResult(messages=[types.PromptMessage(
        role="user", content=types.TextContent(type="text", text=f"Greet {arguments['who']}"))])


@server.set_logging_level()
async def set_logging_level(level):
    pass


async def main():
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


anyio.run(main)
