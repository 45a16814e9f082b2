"""LangGraph's MCP adapter behind writ: an agent's graph loads the tools and calls them. The calls
that a model would ask for are written down here, so that no model is needed."""

import unittest

from langchain_core.messages import AIMessage
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from desk import DENIED, DIRECT, THROUGH_WRIT, command, fresh_journal


async def run_agent(how, *calls):
    """Lets a graph of one tool node execute the calls, [(tool, arguments)], one after another.
    Returns the names of the tools it loaded, the answers, [(status, text)], and what the server
    executed."""
    with fresh_journal() as journal:
        first, *rest = command(how, journal)
        servers = MultiServerMCPClient(
            {"desk": {"transport": "stdio", "command": first, "args": rest}})
        async with servers.session("desk") as session:
            tools = await load_mcp_tools(session)
            graph = StateGraph(MessagesState)
            graph.add_node("tools", ToolNode(tools))
            graph.add_edge(START, "tools")
            graph.add_edge("tools", END)
            agent = graph.compile()
            answers = []
            for number, (name, arguments) in enumerate(calls):
                request = {"name": name, "args": arguments, "id": f"call-{number}",
                           "type": "tool_call"}
                messages = [AIMessage(content="", tool_calls=[request])]
                state = await agent.ainvoke({"messages": messages})
                answer = state["messages"][-1]
                answers.append((answer.status, answer.text))
        return [tool.name for tool in tools], answers, journal.calls()


class Agent(unittest.IsolatedAsyncioTestCase):
    async def test_does_the_same_with_and_without_writ(self):
        calls = [("add", {"a": 2, "b": 3}), ("read_note", {"path": "/notes/first"}),
                 ("write_note", {"path": "/notes/x", "text": "y"}),
                 ("read_note", {"path": "/notes/missing"})]
        direct_names, direct_answers, direct_executed = await run_agent(DIRECT, *calls)
        names, answers, executed = await run_agent(THROUGH_WRIT, *calls)
        self.assertEqual([status for status, _ in direct_answers],
                         ["success", "success", "success", "error"])
        self.assertEqual(answers, direct_answers)
        self.assertEqual(executed, direct_executed)
        self.assertEqual(len(executed), len(calls))
        self.assertIn("delete_notes", direct_names)
        self.assertEqual(names, [name for name in direct_names if name != "delete_notes"])

    async def test_reads_why_a_call_was_denied_and_goes_on(self):
        _, answers, executed = await run_agent(
            THROUGH_WRIT, ("write_note", {"path": "/etc/passwd", "text": "x"}),
            ("add", {"a": 2, "b": 3}))
        denied, allowed = answers
        self.assertEqual(denied, ("error", DENIED + "Notes are only written below /notes/"))
        self.assertEqual(allowed[0], "success")
        self.assertEqual([call["name"] for call in executed], ["add"])

    async def test_cannot_call_a_hidden_tool(self):
        _, direct_answers, direct_executed = await run_agent(DIRECT, ("delete_notes", {}))
        self.assertEqual((direct_answers[0][0], len(direct_executed)), ("success", 1))
        _, [answer], executed = await run_agent(THROUGH_WRIT, ("delete_notes", {}))
        self.assertEqual(answer[0], "error")
        self.assertEqual(executed, [])


if __name__ == "__main__":
    unittest.main()
