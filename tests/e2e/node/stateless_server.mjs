// A small MCP server of revision 2026-07-28, without sessions; older clients are served as well.
// It offers what the tests need and the public servers do not: questions to the client inside a
// result (`input_required`), progress, list changes, and a tool worth denying.
import {
  acceptedContent,
  inputRequired,
  inputResponse,
  McpServer,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: value }] });

function createServer() {
  const server = new McpServer(
    { name: 'stateless-example', version: '1.0.0' },
    {
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {} },
      instructions: 'Ask nicely.',
    },
  );

  server.registerTool(
    'echo',
    { description: 'Says it again', inputSchema: z.object({ message: z.string() }) },
    ({ message }) => text(`Echo: ${message}`),
  );

  server.registerTool(
    'add',
    {
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
    },
    ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
  );

  server.registerTool('fail', { description: 'Always fails' }, () => ({
    ...text('it failed'),
    isError: true,
  }));

  server.registerTool('wipe', { description: 'Worth denying' }, () => text('wiped'));
  server.registerTool('backdoor', { description: 'Worth hiding' }, () => text('come in'));

  const confirmation = z.object({ confirm: z.boolean() });
  server.registerTool(
    'deploy',
    { description: 'Asks the user first', inputSchema: z.object({ target: z.string() }) },
    ({ target }, { mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, 'sure', confirmation);
      if (answer?.confirm) return text(`deployed to ${target}, state ${mcpReq.requestState()}`);
      if (inputResponse(mcpReq.inputResponses, 'sure').kind !== 'missing')
        return text('not deployed');
      const question = { message: `Deploy to ${target}?`, requestedSchema: confirmation };
      return inputRequired({
        inputRequests: { sure: inputRequired.elicit(question) },
        requestState: `asked about ${target}`,
      });
    },
  );

  server.registerTool(
    'summarise',
    {
      description: 'Asks the model and for the roots',
      inputSchema: z.object({ topic: z.string() }),
    },
    ({ topic }, { mcpReq }) => {
      const model = inputResponse(mcpReq.inputResponses, 'model');
      const folders = inputResponse(mcpReq.inputResponses, 'folders');
      if (model.kind === 'sampling' && folders.kind === 'roots') {
        return text(`${model.result.content.text} in ${folders.roots.map((root) => root.uri)}`);
      }
      const messages = [{ role: 'user', content: { type: 'text', text: `Summarise ${topic}` } }];
      return inputRequired({
        inputRequests: {
          model: inputRequired.createMessage({ messages, maxTokens: 20 }),
          folders: inputRequired.listRoots(),
        },
      });
    },
  );

  server.registerTool(
    'count',
    {
      description: 'Reports progress',
      inputSchema: z.object({ to: z.number(), everyMs: z.number() }),
    },
    async ({ to, everyMs }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= to && !mcpReq.signal.aborted; ++progress) {
        await sleep(everyMs);
        const params = { progressToken, progress, total: to };
        if (progressToken !== undefined)
          await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return text(`counted to ${to}`);
    },
  );

  server.registerTool('touch', { description: 'Changes the list of tools' }, () => {
    server.sendToolListChanged();
    return text('touched');
  });

  server.registerResource('notes', 'example://notes', { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, text: 'a note' }],
  }));

  server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name}` } }],
  }));

  return server;
}

serveStdio(createServer);
