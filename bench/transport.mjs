// What travels, how fast, and in how much memory, without a network: two machines' stores and a shared one in temporary folders.
//   node bench/transport.mjs [--dump=500] [--modules=path of a node_modules]     sizes in MiB
// A dump of text rows to which 1% are appended in two tables; a node_modules in which one package is replaced.
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createStoreBackend, RemoteTier } from '../packages/cache/dist/src/index.js';
import { openLanding } from '../packages/cache/dist/src/remote/open-landing.js';
import { MANIFEST_VERSION } from '../packages/model/dist/src/index.js';
import {
  createFileActionStore,
  createFileChunkLists,
  createFileEntryStore,
  createFileStreamBlobStore,
  nodeDisk,
  openCacheFolder,
} from '../packages/store/dist/src/index.js';

const options = Object.fromEntries(process.argv.slice(2).map((arg) => arg.replace(/^--/, '').split('=')));
const MIB = 1024 * 1024;
const dumpBytes = Number(options.dump ?? 500) * MIB;
const modules = options.modules ?? 'node_modules';
const work = mkdtempSync(join(tmpdir(), 'tr-bench-transport-'));
const now = Date.now;
const folder = (name) => openCacheFolder({ directory: join(work, name), disk: nodeDisk });

const machine = (name) =>
  openLanding({
    local: {
      blobs: createFileStreamBlobStore(folder(name)),
      actions: createFileActionStore(folder(name), { now }),
      lists: createFileChunkLists(folder(name)),
    },
    isWritable: true,
    stateDirectory: join(work, name),
    disk: nodeDisk,
    now,
  }).stores;
const moved = { up: 0, down: 0, requests: 0 };
const inner = createStoreBackend({
  blobs: createFileStreamBlobStore(folder('shared')),
  entries: createFileEntryStore(folder('shared'), { now }),
  scope: 'main',
  parents: [],
  now,
});
const sum = (chunks) => chunks.reduce((total, { size }) => total + size, 0);
const backend = {
  lookup: (keys, signal) => (moved.requests++, inner.lookup(keys, signal)),
  findMissing: (chunks, signal) => (moved.requests++, inner.findMissing(chunks, signal)),
  getChunks: (chunks, signal) => ((moved.down += sum(chunks)), moved.requests++, inner.getChunks(chunks, signal)),
  putChunks: (chunks, signal) => ((moved.up += sum(chunks)), moved.requests++, inner.putChunks(chunks, signal)),
  putEntry: (key, bytes, signal) => ((moved.up += bytes.length), moved.requests++, inner.putEntry(key, bytes, signal)),
};
const openTier = (landing) =>
  new RemoteTier(
    { backend, origin: 'bench', policy: { read: true, write: true }, drainMs: 2 ** 31 - 1, warn: console.error },
    landing,
  );

let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);

async function measure(title, work_) {
  Object.assign(moved, { up: 0, down: 0, requests: 0 });
  peak = 0;
  const startedAt = performance.now();
  await work_();
  const seconds = (performance.now() - startedAt) / 1000;
  const mib = (moved.up + moved.down) / MIB;
  console.log(
    `${title.padEnd(34)} ${mib.toFixed(1).padStart(8)} MiB moved ${String(moved.requests).padStart(5)} requests ${seconds.toFixed(2).padStart(7)} s  peak ${(peak / MIB).toFixed(0)} MiB`,
  );
  return mib;
}

async function save(landing, word, entries) {
  const put = async (text) => (await landing.blobs.putBytes(Buffer.from(text))).value.digest;
  const manifest = {
    formatVersion: MANIFEST_VERSION,
    actionKey: createHash('sha256').update(word).digest('hex'),
    task: 'a#build',
    entries,
    log: await put('log'),
    fingerprint: await put('{}'),
    externalClosure: undefined,
    durationMs: 1,
    producer: 'bench',
    createdAt: now(),
  };
  await landing.actions.put(manifest);
  return manifest;
}

async function send(landing, manifest) {
  const tier = openTier(landing);
  tier.offer(manifest);
  await tier.finish(new AbortController().signal);
}

async function bring(landing, manifest) {
  const tier = openTier(landing);
  const found = await tier.lookup(manifest.actionKey, 'a#build');
  const reason = await tier.bringHome(found.value);
  if (reason !== undefined) throw new Error(JSON.stringify(reason));
  await tier.finish(new AbortController().signal);
}

/** Both machines hold the first result; what the second one moves counts. */
async function compare(title, a, b, first, second) {
  const whole = await measure(`${title}: first up`, () => send(a, first));
  await measure(`${title}: first down`, () => bring(b, first));
  const up = await measure(`${title}: second up`, () => send(a, second));
  const down = await measure(`${title}: second down`, () => bring(b, second));
  console.log(
    `${title}: second is ${((100 * up) / whole).toFixed(1)} % up, ${((100 * down) / whole).toFixed(1)} % down\n`,
  );
}

const row = (at) => `${at}\t${createHash('md5').update(String(at)).digest('hex')}\t2026-01-01 00:00:00\t${at % 97}\n`;
async function writeDump(path, extra) {
  const out = createWriteStream(path);
  const rows = Math.floor(dumpBytes / row(1_000_000).length);
  for (let table = 0; table < 2; table++) {
    const begin = (table * rows) / 2;
    const end = begin + rows / 2;
    const more = extra * (rows / 2);
    let text = `COPY table${table} FROM stdin;\n`;
    for (let at = begin; at < end + more; at++) {
      text += row(Math.floor(at < end ? at : 1e9 + at));
      if (text.length > MIB) {
        if (!out.write(text)) await once(out, 'drain');
        text = '';
      }
    }
    out.write(text);
  }
  out.end();
  await once(out, 'close');
}

async function benchDump() {
  const [a, b] = [machine('dump-a'), machine('dump-b')];
  const results = [];
  for (const [word, extra] of [
    ['dump', 0],
    ['grown', 0.01],
  ]) {
    const path = join(work, word);
    await writeDump(path, extra);
    const { digest } = (await a.blobs.putFile(path)).value;
    results.push(await save(a, word, [{ type: 'file', path: 'dump.sql', executable: false, digest }]));
    rmSync(path);
  }
  await compare('dump', a, b, ...results);
}

async function benchModules() {
  const [a, b] = [machine('modules-a'), machine('modules-b')];
  const entries = [];
  for (const name of readdirSync(modules, { recursive: true, encoding: 'utf8' }).sort((x, y) => (x < y ? -1 : 1))) {
    const path = join(modules, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) continue;
    const { digest } = (await a.blobs.putFile(path)).value;
    entries.push({ type: 'file', path: `node_modules/${name}`, executable: (stats.mode & 0o100) !== 0, digest });
  }
  entries.sort((x, y) => (x.path < y.path ? -1 : 1));
  console.log(
    `node_modules: ${entries.length} files, ${(entries.reduce((total, { digest }) => total + digest.size, 0) / MIB).toFixed(0)} MiB`,
  );
  const first = await save(a, 'modules', entries);
  const bumped = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.path.startsWith('node_modules/fastify/') && !entry.path.startsWith('node_modules/semver/'))
        return entry;
      const bytes = Buffer.concat([readFileSync(join(modules, entry.path.slice(13))), randomBytes(16)]);
      return { ...entry, digest: (await a.blobs.putBytes(bytes)).value.digest };
    }),
  );
  await compare('node_modules', a, b, first, await save(a, 'bumped', bumped));
}

try {
  await benchDump();
  await benchModules();
} finally {
  clearInterval(watch);
  rmSync(work, { recursive: true, force: true });
}
