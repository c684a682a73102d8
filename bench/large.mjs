// Memory of every process while a large result goes up, through the server and down, and a node_modules tree likewise.
//   npm run bench:large -- [--gib=5] [--files=40000] [--cases=artifact,route,modules] [--store=directory|s3|direct]
// artifact: a task with one output of that size, run by `tr` on one machine (a checkout with a local cache of its own) and restored on
// another. route: the same size by plain PUT and GET on the routes of Turborepo. modules: a tree of many files, and then one package of it changed.
// --store=s3: the server keeps everything in a bucket of Ceph (its storage is a file on disk). direct: `tr` uses that bucket without a server.
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCommands } from '../scripts/ensure-commands.mjs';
import { startS3Server } from '../test/dist/rig/s3-server.js';
import { peakMemory, startOurs, stop, TOKEN } from './server/contestants.mjs';

const options = Object.fromEntries(process.argv.slice(2).map((arg) => arg.replace(/^--/, '').split('=')));
const MIB = 1024 * 1024;
const bytes = Math.round(Number(options.gib ?? 5) * 1024) * MIB;
const files = Number(options.files ?? 40_000);
const store = options.store ?? 'directory';
if (!['directory', 's3', 'direct'].includes(store)) throw new Error(`--store=${store}: directory, s3 or direct`);
const wanted = (name) => options.cases === undefined || options.cases.split(',').includes(name);
const tr = fileURLToPath(new URL('../node_modules/.bin/tr', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'tr-bench-large-'));
/** Bytes that do not compress, at the speed of AES. */
const source = `openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f -iv 0 -in /dev/zero 2>/dev/null | head -c ${bytes}`;

function checkOut(name, script) {
  const root = join(work, name);
  mkdirSync(join(root, 'packages/a'), { recursive: true });
  const write = (path, value) => writeFileSync(join(root, path), `${JSON.stringify(value, null, 2)}\n`);
  write('package.json', { name: 'large', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] });
  write('package-lock.json', { name: 'large', lockfileVersion: 3, requires: true, packages: {} });
  write('packages/a/package.json', { name: 'a', version: '1.0.0', scripts: { make: script } });
  write('turbo.json', { remoteCache: { uploadTimeout: 3600, timeout: 300 }, tasks: { make: { outputs: ['out/**'] } } });
  writeFileSync(join(root, '.gitignore'), 'out\n.tr\nnode_modules\n');
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['-c', 'user.name=b', '-c', 'user.email=b@b', 'commit', '-qm', 'b'],
  ])
    execFileSync('git', args, { cwd: root });
  return root;
}

/** Runs to the end; the peak is that of the process itself. */
async function run(root, server) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [tr, 'run', 'make'], {
    cwd: root,
    env: { ...process.env, ...server.env, CI: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  let peak = 0;
  const look = () => {
    try {
      peak = Math.max(peak, peakMemory(child.pid));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 20);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(text);
  return { seconds: (performance.now() - startedAt) / 1000, peak, text };
}

/** Its log lines about requests of `tr`; of a bucket there are none. */
const requestsOf = ({ directory }) =>
  directory === undefined
    ? []
    : readFileSync(join(directory, '..', 'server.log'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"event":"request"') && line.includes('"protocol":"tr"'));
const say = (title, seconds, peak, more = '') =>
  console.log(`| ${title} | ${seconds.toFixed(1)} | ${peak === undefined ? '' : peak.toFixed(0)} | ${more} |`);

async function hashOf(stream) {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

/** What `tr` needs to use a cache server over a directory or bucket, or the bucket itself. */
async function withServer(title, action) {
  if (store === 'directory') return await withOurs(title, { flags: [], env: {} }, action);
  const bucket = await startS3Server('ceph', { diskBytes: 2 * bytes + 8 * 1024 * MIB });
  try {
    const remote = bucket.remote(title);
    if (store === 's3') return await withOurs(title, { flags: ['--store', remote], env: bucket.credentials }, action);
    await action({ env: { ...bucket.credentials, TR_REMOTE_URL: remote } });
  } finally {
    await bucket.close();
  }
}

async function withOurs(title, { flags, env }, action) {
  mkdirSync(join(work, title, 'ours'), { recursive: true });
  const server = await startOurs(join(work, title), flags, { TMPDIR: work, ...env });
  try {
    await action({ ...server, env: { TR_REMOTE_URL: server.url, TR_TOKEN: TOKEN } });
    say(`${title}: the server, in all`, 0, peakMemory(server.child.pid));
  } finally {
    await stop(server);
  }
}

async function artifact() {
  const script = `mkdir -p out && ${source} > out/large.bin`;
  await withServer('artifact', async (server) => {
    const [a, b] = [checkOut('a', script), checkOut('b', script)];
    const up = await run(a, server);
    // One copy at a time: of the output, of the local cache.
    const made = await hashOf(createReadStream(join(a, 'packages/a/out/large.bin')));
    rmSync(a, { recursive: true });
    say('artifact: made, saved and sent by `tr`', up.seconds, up.peak, `${requestsOf(server).length} requests`);
    const before = requestsOf(server).length;
    const down = await run(b, server);
    say(
      'artifact: fetched and restored by `tr`',
      down.seconds,
      down.peak,
      `${requestsOf(server).length - before} requests`,
    );
    if (!/restored|cached/.test(down.text)) throw new Error(`not restored: ${down.text}`);
    const restored = await hashOf(createReadStream(join(b, 'packages/a/out/large.bin')));
    rmSync(b, { recursive: true });
    if (made !== restored) throw new Error('other bytes came back');
  });
}

function call(server, method, headers, path) {
  const sent = request(`${server.url}${path}`, { method, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  const answered = new Promise((resolve, reject) => sent.once('error', reject).once('response', resolve));
  return { sent, answered };
}

async function route() {
  await withServer('route', async (server) => {
    const path = '/v8/artifacts/0123456789abcdef?slug=bench';
    const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
    const zeros = Buffer.alloc(4 * MIB);
    const hash = createHash('sha256');
    let startedAt = performance.now();
    const put = call(server, 'PUT', { 'content-length': bytes, 'content-type': 'application/octet-stream' }, path);
    for (let left = bytes; left > 0; left -= zeros.length) {
      const block = cipher.update(zeros.subarray(0, Math.min(left, zeros.length)));
      hash.update(block);
      if (!put.sent.write(block)) await new Promise((resolve) => put.sent.once('drain', resolve));
    }
    put.sent.end();
    const stored = await put.answered;
    stored.resume();
    if (stored.statusCode !== 202) throw new Error(`status ${stored.statusCode}`);
    say('route: PUT', (performance.now() - startedAt) / 1000);
    startedAt = performance.now();
    const get = call(server, 'GET', {}, path);
    get.sent.end();
    if ((await hashOf(await get.answered)) !== hash.digest('hex')) throw new Error('other bytes came back');
    say('route: GET', (performance.now() - startedAt) / 1000);
  });
}

/** A tree like `node_modules`: packages of some fifty files, most of them small. */
function writeModules(folder) {
  for (let at = 0; at < files; at++) {
    const directory = join(folder, `p${Math.floor(at / 50)}`, at % 3 === 0 ? 'lib' : '.');
    if (at % 50 < 2) mkdirSync(join(folder, `p${Math.floor(at / 50)}`, 'lib'), { recursive: true });
    writeFileSync(
      join(directory, `f${at}.js`),
      `// ${at}\n${randomBytes(600)
        .toString('base64')
        .repeat(1 + ((at * 7) % 23))}`,
    );
  }
}

async function modules() {
  await withServer('modules', async (server) => {
    const tree = join(work, 'tree');
    writeModules(tree);
    const script = `cp -r '${tree}' out`;
    const [a, b] = [checkOut('modules-a', script), checkOut('modules-b', script)];
    const sum = (lines, field) => lines.reduce((total, line) => total + JSON.parse(line)[field], 0) / MIB;
    let seen = 0;
    const took = () => {
      const lines = requestsOf(server).slice(seen);
      seen += lines.length;
      return `${lines.length} requests, ${sum(lines, 'bytesIn').toFixed(1)} MiB up, ${sum(lines, 'bytesOut').toFixed(1)} MiB down`;
    };
    for (const title of ['first', 'second, one package changed']) {
      const up = await run(a, server);
      say(`modules, ${files} files, ${title}: up`, up.seconds, up.peak, took());
      const down = await run(b, server);
      say(`modules, ${title}: down`, down.seconds, down.peak, took());
      const count = readdirSync(join(b, 'packages/a/out'), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ).length;
      if (count !== files) throw new Error(`${count} files came back`);
      for (const file of readdirSync(join(tree, 'p3')))
        if (file.endsWith('.js')) writeFileSync(join(tree, 'p3', file), randomBytes(3000).toString('hex'));
      for (const root of [a, b]) {
        rmSync(join(root, 'packages/a/out'), { recursive: true });
        writeFileSync(join(root, 'packages/a/changed.txt'), 'changed');
      }
    }
  });
}

try {
  console.log(`${(bytes / 1024 ** 3).toFixed(1)} GiB\n\n| what | s | peak MiB | |\n| --- | --- | --- | --- |`);
  if (store !== 'directory') ensureCommands({ radosgw: 'radosgw', 'ceph-mon': 'ceph-mon', 'ceph-osd': 'ceph-osd' });
  if (wanted('route') && store !== 'direct') await route();
  if (wanted('artifact')) await artifact();
  if (wanted('modules')) await modules();
} finally {
  rmSync(work, { recursive: true, force: true });
}
