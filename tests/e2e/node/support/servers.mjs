// The real servers, as command lines for Node itself: their launchers would use the system's Node.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const require = createRequire(import.meta.url);

function installed(name, ...args) {
  const manifest = require.resolve(`@modelcontextprotocol/server-${name}/package.json`);
  const [script] = Object.values(require(manifest).bin);
  return [process.execPath, path.join(path.dirname(manifest), script), ...args];
}

export const everythingServer = () => installed('everything', 'stdio');
export const filesystemServer = (...folders) => installed('filesystem', ...folders);
export const memoryServer = () => installed('memory');
export const statelessServer = () => [
  process.execPath,
  fileURLToPath(new URL('../stateless_server.mjs', import.meta.url)),
];
