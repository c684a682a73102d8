// Throughput of cache servers over the routes of Turborepo, on loopback, in turns in one run: ours, the popular open one
// (from npm, local storage), and nginx's static files as the limit for reads.
//   npm run bench:server -- [--seconds=4] [--warm=4] [--rounds=3] [--connections=64] [--cases=get-150,…] [--only=tr,peer,nginx] [--flags='--workers 1 …'] [--upload=5] [--json=file]
// Needs wrk and nginx. `--flags` are for our server, `--upload` is the size in GiB of what is uploaded in the case `during-upload`.
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../measure.mjs';
import { ensureCommands } from '../../scripts/ensure-commands.mjs';
import { cpuSeconds, peakMemory, startNginx, startOurs, startPeer, stop, TOKEN } from './contestants.mjs';

const options = Object.fromEntries(
  process.argv.slice(2).map((arg) => {
    const [name, ...value] = arg.replace(/^--/, '').split('=');
    return [name, value.join('=')];
  }),
);
const seconds = Number(options.seconds ?? 4);
const rounds = Number(options.rounds ?? 3);
const warmSeconds = Number(options.warm ?? 4);
const connections = Number(options.connections ?? 64);
const uploadBytes = Number(options.upload ?? 5) * 1024 ** 3;
const only = options.only?.split(',');
const flags = options.flags?.split(' ') ?? [];
const MIB = 1024 * 1024;
const KEYS = { 150: 2000, [MIB]: 200 };
const cases = [
  { name: 'get-150', title: 'GET 150 B', method: 'GET', size: 150, who: ['tr', 'peer', 'nginx'] },
  // Ours keeps 64 MiB of bodies in memory in each worker: these fit, the others do not.
  {
    name: 'get-1m-48',
    title: 'GET 1 MiB, 48 bodies',
    method: 'GET',
    size: MIB,
    keys: 48,
    who: ['tr', 'peer', 'nginx'],
  },
  { name: 'get-1m-200', title: 'GET 1 MiB, 200 bodies', method: 'GET', size: MIB, who: ['tr', 'peer', 'nginx'] },
  { name: 'put-150', title: 'PUT 150 B', method: 'PUT', size: 150, who: ['tr', 'peer'] },
  { name: 'put-1m', title: 'PUT 1 MiB', method: 'PUT', size: MIB, who: ['tr', 'peer'] },
  {
    name: 'during-upload',
    title: 'GET 150 B while a large upload runs',
    method: 'GET',
    size: 150,
    // The popular one collects a body in memory and goes down at 4 GiB.
    who: ['tr'],
    upload: true,
  },
].filter(({ name }) => options.cases === undefined || options.cases.split(',').includes(name));

ensureCommands({ wrk: 'wrk', nginx: 'nginx-light' });
const work = mkdtempSync(join(tmpdir(), 'tr-bench-server-'));
const keyOf = (size, at) => `${size}x${String(at).padStart(6, '0')}`;

function put(url, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'PUT',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/octet-stream', ...headers },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          answer.statusCode < 300 ? resolve() : reject(new Error(`status ${answer.statusCode}`)),
        );
      },
    );
    sent.on('error', reject);
    body(sent);
  });
}

async function fill(contestant) {
  const { name, url, directory, before, after } = contestant;
  for (const [size, count] of Object.entries(KEYS)) {
    for (let at = 0; at < count; at++) {
      const bytes = randomBytes(Number(size));
      if (name === 'nginx') writeFileSync(join(directory, keyOf(size, at)), bytes);
      else
        await put(`${url}${before}${keyOf(size, at)}${after}`, { 'content-length': bytes.length }, (sent) =>
          sent.end(bytes),
        );
    }
  }
}

/** Sends a large body as fast as it is taken; resolves with the seconds that took. */
async function upload({ url, before, after }, name) {
  const block = randomBytes(4 * MIB);
  const startedAt = performance.now();
  await put(`${url}${before}${name}${after}`, { 'content-length': uploadBytes }, async (sent) => {
    for (let left = uploadBytes; left > 0; left -= block.length) {
      block.writeDoubleLE(left);
      if (!sent.write(Buffer.from(block.subarray(0, Math.min(left, block.length)))))
        await new Promise((resolve) => sent.once('drain', resolve));
    }
    sent.end();
  });
  return (performance.now() - startedAt) / 1000;
}

async function load(contestant, { method, size, keys = KEYS[size] }, { label, seconds }) {
  const { url, before, after, child } = contestant;
  const names = method === 'GET' ? String(keys) : label;
  const path = method === 'GET' ? `${before}${size}x` : before;
  const script = fileURLToPath(new URL('load.lua', import.meta.url));
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '30s',
    '--latency',
    '-s',
    script,
    url,
    '--',
    method,
    String(size),
    names,
    path,
    after,
    TOKEN,
  ];
  const before_ = cpuSeconds(child.pid);
  const wrk = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  wrk.stdout.on('data', (chunk) => (text += chunk));
  await new Promise((resolve) => wrk.once('close', resolve));
  const [, json] = /RESULT (.*)/.exec(text) ?? [];
  if (json === undefined) throw new Error(text);
  const result = JSON.parse(json);
  if (result.broken + result.refused > 0)
    console.error(`${contestant.name} ${method} ${size}: ${result.broken} broken, ${result.refused} refused`);
  return {
    ...result,
    rate: result.requests / result.seconds,
    cpu: (1e6 * (cpuSeconds(child.pid) - before_)) / result.requests,
    loadCpu: (1e6 * result.cpuSeconds) / result.requests,
  };
}

const results = [];
function report(title, name, runs) {
  const of = (field) => median(runs.map((run) => run[field]));
  const row = {
    case: title,
    server: name,
    rate: of('rate'),
    p50: of('p50'),
    p99: of('p99'),
    cpu: of('cpu'),
    loadCpu: of('loadCpu'),
    rates: runs.map(({ rate }) => Math.round(rate)),
  };
  results.push(row);
  console.log(
    `| ${title} | ${name} | ${row.rate.toFixed(0)} | ${row.p50.toFixed(1)} | ${row.p99.toFixed(1)} | ${row.cpu.toFixed(0)} | ${row.loadCpu.toFixed(0)} | ${row.rates.join(' ')} |`,
  );
}

const starters = { tr: (work) => startOurs(work, flags), peer: startPeer, nginx: startNginx };
const contestants = {};
try {
  for (const [name, begin] of Object.entries(starters)) {
    if (only !== undefined && !only.includes(name)) continue;
    mkdirSync(join(work, name));
    contestants[name] = await begin(work);
    await fill(contestants[name]);
  }
  console.log(
    '| case | server | requests/s | p50 ms | p99 ms | CPU µs/request | of wrk | each round |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const one of cases) {
    const who = one.who.filter((name) => contestants[name] !== undefined);
    const runs = Object.fromEntries(who.map((name) => [name, []]));
    const titles = Object.fromEntries(who.map((name) => [name, one.title]));
    // Code that runs often is compiled first: a server that has just started says little.
    for (const name of who) await load(contestants[name], one, { label: `${one.name}warm`, seconds: warmSeconds });
    for (let round = 0; round < (one.upload ? 1 : rounds); round++) {
      for (const name of round % 2 === 0 ? who : [...who].reverse()) {
        const label = `${one.name}${round}x`;
        const side = one.upload ? upload(contestants[name], label) : undefined;
        runs[name].push(await load(contestants[name], one, { label, seconds }));
        if (side !== undefined) titles[name] += ` (the upload took ${(await side).toFixed(1)} s)`;
      }
    }
    for (const name of who) report(titles[name], name, runs[name]);
  }
  for (const { name, child } of Object.values(contestants))
    if (name !== 'nginx') console.log(`${name}: peak memory ${peakMemory(child.pid).toFixed(0)} MiB`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  for (const contestant of Object.values(contestants)) await stop(contestant);
  rmSync(work, { recursive: true, force: true });
}
