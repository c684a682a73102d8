/** Development servers: started together, answering, and gone when they should be, on whatever way. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { processesMentioning, waitUntil } from '../rig/processes.js';
import { createRoot, createWorkspace, invocation, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** A server that writes down where it listens, and that it was asked to go. */
const SERVER = `
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
const notes = process.argv[2];
const server = createServer((_request, response) => response.end('hello from ' + process.env.npm_package_name));
server.listen(0, '127.0.0.1', () => {
  writeFileSync(notes + '.port', String(server.address().port));
  console.log('ready');
});
process.on('SIGINT', () => {
  writeFileSync(notes + '.closed', 'SIGINT');
  server.close();
});
`;

/** `web#dev` comes with `api#dev`, after `api` is built; `web#e2e` asks `api`, which it comes with. */
function createServers(): TestWorkspace {
  const root = createRoot();
  const dev = (name: string): string => `node ../../server.cjs ${root}.invocations/${name}`;
  const workspace = createWorkspace(
    {
      'package.json': { json: { name: 'r', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] } },
      'turbo.json': {
        json: {
          tasks: {
            build: {},
            dev: { cache: false, persistent: true, dependsOn: ['^build'] },
            'web#dev': { cache: false, persistent: true, dependsOn: ['^build'], with: ['api#dev'] },
            e2e: { cache: false, with: ['api#dev'] },
            wait: { cache: false, dependsOn: ['dev'] },
          },
        },
      },
      '.gitignore': '.tr\n',
      'server.cjs': SERVER,
      'ask.cjs': `
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const [notes, result] = process.argv.slice(2);
const poll = setInterval(async () => {
  if (!existsSync(notes + '.port')) return;
  clearInterval(poll);
  const answer = await fetch('http://127.0.0.1:' + readFileSync(notes + '.port', 'utf8'), { headers: { connection: 'close' } });
  writeFileSync(result, await answer.text());
}, 10);
`,
      'packages/api/package.json': {
        json: { name: 'api', version: '1.0.0', scripts: { build: invocation(root, 'api-build'), dev: dev('api') } },
      },
      'packages/web/package.json': {
        json: {
          name: 'web',
          version: '1.0.0',
          scripts: {
            dev: dev('web'),
            e2e: `node ../../ask.cjs ${root}.invocations/api ${root}.invocations/answer`,
            wait: 'true',
          },
          dependencies: { api: '*' },
        },
      },
    },
    { root },
  );
  keep(workspace);
  return workspace;
}

const noteOf = (workspace: TestWorkspace, name: string): string => `${workspace.root}.invocations/${name}`;

async function ask(workspace: TestWorkspace, name: string): Promise<string> {
  const port = readFileSync(noteOf(workspace, `${name}.port`), 'utf8');
  const answer = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
  return answer.text();
}

test('a server and the one it comes with: both answer; Ctrl-C lets both close, and nothing is left', async () => {
  const workspace = createServers();
  let child: ChildProcess | undefined;
  const running = workspace.tr(['run', 'dev', '--filter=web'], { onStart: (process) => (child = process) });
  await waitUntil('both servers to listen', () =>
    ['api.port', 'web.port'].every((name) => existsSync(noteOf(workspace, name))),
  );
  assert.equal(await ask(workspace, 'web'), 'hello from web');
  assert.equal(await ask(workspace, 'api'), 'hello from api');
  assert.equal(workspace.invocations('api-build'), 1, 'what they depend on came first');
  child?.kill('SIGINT');
  const run = await running;
  assert.equal(run.exitCode, 130);
  for (const name of ['api', 'web']) {
    assert.equal(readFileSync(noteOf(workspace, `${name}.closed`), 'utf8'), 'SIGINT', `${name} closed by itself`);
    assert.match(run.stdout, new RegExp(`^${name}:dev: ready$`, 'm'));
  }
  assert.match(run.stdout, /Stopped: {4}by SIGINT\n/);
  assert.deepEqual(processesMentioning(workspace.root), []);
});

test('a server that only comes with a task ends with it, and the run is a success', async () => {
  const workspace = createServers();
  const run = await workspace.tr(['run', 'e2e', '--log-format=json']);
  assert.equal(run.exitCode, 0, run.stderr);
  assert.equal(readFileSync(noteOf(workspace, 'answer'), 'utf8'), 'hello from api');
  assert.equal(run.outcomes['web#e2e'], 'executed');
  assert.equal(run.outcomes['api#dev'], 'executed');
  assert.deepEqual(processesMentioning(workspace.root), []);
});

test('a server that fails ends the run with its exit code, and the other server', async () => {
  const workspace = createServers();
  workspace.write({
    'server.cjs': `${SERVER}\nif (process.env.npm_package_name === 'web') server.on('listening', () => process.exit(9));\n`,
  });
  const run = await workspace.tr(['run', 'dev', '--filter=web']);
  assert.equal(run.exitCode, 9);
  assert.match(run.stdout, /FAILED web:dev .*exited with code 9\.\n/);
  assert.deepEqual(processesMentioning(workspace.root), []);
});

test('nothing can wait for a server, and servers must leave a slot: both are told before anything starts', async () => {
  const workspace = createServers();
  const waits = await workspace.tr(['run', 'wait', '--filter=web']);
  assert.equal(waits.exitCode, 2);
  assert.match(waits.stderr, /^turbo\.json:\d+:\d+ graph\/persistent-dependency `web#wait` depends on `web#dev`/);
  const full = await workspace.tr(['run', 'dev', '--concurrency=2']);
  assert.equal(full.exitCode, 2);
  assert.match(full.stderr, /^task\/too-many-persistent .*\n {2}next: Set `--concurrency`.*at least 3\./);
});

test('with --parallel nothing waits, so a server may depend on another', async () => {
  const workspace = createServers();
  const config = JSON.parse(workspace.read('turbo.json')) as { readonly tasks: object };
  const tasks = { ...config.tasks, 'web#dev': { cache: false, persistent: true, dependsOn: ['api#dev'] } };
  workspace.write({ 'turbo.json': { json: { ...config, tasks } } });
  let child: ChildProcess | undefined;
  const running = workspace.tr(['run', 'dev', '--filter=web', '--parallel'], {
    onStart: (process) => (child = process),
  });
  await waitUntil('both servers to listen', () =>
    ['api.port', 'web.port'].every((name) => existsSync(noteOf(workspace, name))),
  );
  child?.kill('SIGINT');
  assert.equal((await running).exitCode, 130);
  assert.deepEqual(processesMentioning(workspace.root), []);
});
