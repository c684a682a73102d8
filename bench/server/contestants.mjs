// The servers that are compared, each a process of its own on a free port of loopback, with a directory of its own.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the popular open server is; installed on first use into a folder of the user's cache, not into this repository. */
const PEER = 'turborepo-remote-cache@2.12.0';
export const TOKEN = 'bench-token-0123456789';
const root = fileURLToPath(new URL('../../', import.meta.url));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function waitFor(url) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers at ${url}`);
}

function start(command, { directory, env = {} }) {
  mkdirSync(directory, { recursive: true });
  const log = openSync(join(directory, '..', 'server.log'), 'a');
  const [program, ...args] = command;
  return spawn(program, args, { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
}

/** Our server, with more flags and variables. */
export async function startOurs(work, flags = [], env = {}) {
  const port = await freePort();
  const directory = join(work, 'ours', 'data');
  const main = join(root, 'cache-server/bin/tr-cache-server.js');
  const child = start(
    [process.execPath, main, '--dir', directory, '--port', String(port), '--max-size', '1TB', ...flags],
    {
      directory,
      env: { TR_CACHE_TOKEN: TOKEN, ...env },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await waitFor(`${url}/healthz`);
  return { name: 'tr', url, child, directory, before: '/v8/artifacts/', after: '?slug=bench' };
}

function peerMain() {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tr-bench', PEER);
  const main = join(folder, 'node_modules/turborepo-remote-cache/dist/cli.js');
  if (existsSync(main)) return main;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', PEER], {
    cwd: folder,
    stdio: 'ignore',
  });
  return main;
}

/** The popular open Turborepo cache server, on its local storage. */
export async function startPeer(work) {
  const port = await freePort();
  const directory = join(work, 'peer', 'data');
  const child = start([process.execPath, peerMain()], {
    directory,
    env: {
      PORT: String(port),
      TURBO_TOKEN: TOKEN,
      STORAGE_PROVIDER: 'local',
      STORAGE_PATH: directory,
      STORAGE_PATH_USE_TMP_FOLDER: 'false',
      BODY_LIMIT: String(8 * 1024 ** 3),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(`${url}/v8/artifacts/status`);
  return { name: 'peer', url, child, directory, before: '/v8/artifacts/', after: '?slug=bench' };
}

/** nginx as Debian configures it (a worker for each core, sendfile), serving files: the limit for reads. */
export async function startNginx(work) {
  const port = await freePort();
  const base = join(work, 'nginx');
  const directory = join(base, 'data');
  mkdirSync(directory, { recursive: true });
  const config = `daemon off; pid ${base}/pid; error_log ${base}/error.log;
worker_processes auto; user root;
events { worker_connections 768; }
http { sendfile on; tcp_nopush on; access_log ${base}/access.log; keepalive_requests 1000000;
  client_body_temp_path ${base}/body; proxy_temp_path ${base}/proxy; fastcgi_temp_path ${base}/f; uwsgi_temp_path ${base}/u; scgi_temp_path ${base}/s;
  server { listen 127.0.0.1:${port}; root ${directory}; } }
`;
  writeFileSync(join(base, 'nginx.conf'), config);
  const child = start(['nginx', '-c', join(base, 'nginx.conf')], { directory });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(url);
  return { name: 'nginx', url, child, directory, before: '/', after: '' };
}

/** A process and its children: workers. */
function family(pid) {
  return [pid, ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)];
}

/** CPU seconds of a process and its children so far. */
export function cpuSeconds(pid) {
  const ticks = execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' });
  const own = (id) => {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  return family(pid).reduce((sum, id) => sum + own(id), 0) / Number(ticks);
}

/** The most memory that a process or one of its children has had, MiB. */
export function peakMemory(pid) {
  const own = (id) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1024;
  return Math.max(...family(pid).map(own));
}

export async function stop(contestant) {
  const { child } = contestant;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
