import { gzipSync } from 'node:zlib';
import type { Attack, Target } from './attack.js';
import { artifactPath, ask, freshHash, get, sendRaw, statuses } from './talk.js';

const OUTSIDE = [
  '..%2f..%2f..%2fstray',
  '..%2fother%2fstray',
  '%2e%2e%2f%2e%2e%2fstray',
  '..%5c..%5cstray',
  'stray%00.txt',
  '%2ftmp%2fstray-absolute',
  '....%2f%2fstray',
];

/** Requests that are not what they seem. */
export const WIRE_ATTACKS: readonly Attack[] = [
  {
    title: 'leaves its place by `..`, encoded slashes or NUL in the key',
    needs: [],
    run: async (target) => {
      const paths = OUTSIDE.map((name) => `/v8/artifacts/${name}?slug=${target.team('main')}`);
      return await tryWays(target, paths);
    },
  },
  {
    title: 'leaves its place by `..`, encoded slashes or NUL in the team',
    needs: [],
    run: async (target) => {
      const names = ['slug', 'teamId', 'team'];
      const paths = OUTSIDE.map((name, at) => `/v8/artifacts/${freshHash()}?${names[at % 3] ?? ''}=${name}`);
      return await tryWays(target, paths);
    },
  },
  {
    title: 'a body shorter than announced is kept',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      const answer = await sendRaw(target, `${head(target, 'PUT', hash)}Content-Length: 10\r\n\r\nhalf`);
      const found = await get(target, 'main', hash);
      return { held: found === 404, met: `${statuses(answer).join(', ') || 'cut'}; then ${found}` };
    },
  },
  {
    title: 'a body larger than any entry may be',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      const answer = await sendRaw(target, `${head(target, 'PUT', hash)}Content-Length: 99999999999999\r\n\r\nx`);
      const found = statuses(answer);
      return { held: found[0] === 413, met: found.join(', then ') };
    },
  },
  {
    title: 'smuggles a second request: two lengths, length and chunks, broken chunks, bare line feeds',
    needs: [],
    run: async (target) => {
      const met = new Set<string>();
      let held = true;
      for (const shape of SHAPES) {
        const [hash, inner] = [freshHash(), freshHash()];
        const hidden = `${head(target, 'PUT', inner)}Content-Length: 4\r\n\r\nevil`;
        const answer = await sendRaw(target, shape(head(target, 'PUT', hash), hidden));
        met.add(statuses(answer).join('+') || 'cut');
        if ((await get(target, 'main', inner)) !== 404 || statuses(answer).length > 1) held = false;
      }
      return { held, met: [...met].join(', ') };
    },
  },
  {
    title: 'headers of 1 MB',
    needs: [],
    run: async (target) => {
      const answer = await sendRaw(target, `${head(target, 'GET', 'x')}X-Huge: ${'x'.repeat(1_000_000)}\r\n\r\n`);
      const found = statuses(answer);
      return { held: found.every((status) => status === 431), met: found.join(', ') || 'cut' };
    },
  },
  {
    title: 'a decompression bomb: 64 MB of zeros as gzip, as an artifact and as JSON',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const headers = { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' };
      const options = { method: 'PUT', token: target.token('main'), body: bomb, headers };
      const { status } = await ask(`${target.url}${artifactPath(target, 'main', hash)}`, options);
      const asked = await ask(`${target.url}/v8/artifacts`, {
        ...options,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
      });
      const stored = await fetch(`${target.url}${artifactPath(target, 'main', hash)}`, {
        headers: { authorization: `Bearer ${target.token('main')}` },
      });
      const size = stored.status === 200 ? (await stored.arrayBuffer()).byteLength : 0;
      return { held: size <= bomb.length && asked.status >= 400, met: `${status}, kept as it is; ${asked.status}` };
    },
  },
  {
    title: 'JSON 100,000 levels deep, and a list of a million hashes',
    needs: [],
    run: async (target) => {
      const url = `${target.url}/v8/artifacts?slug=${target.team('main')}`;
      const met: number[] = [];
      for (const body of ['['.repeat(100_000), `{"hashes":[${'"a",'.repeat(1_000_000)}"a"]}`]) {
        const options = { method: 'POST', token: target.token('main'), body };
        met.push((await ask(url, { ...options, headers: { 'content-type': 'application/json' } })).status);
      }
      return { held: met.every((status) => status >= 400 && status < 500), met: met.join(', ') };
    },
  },
];

/** Ways to say where a body ends twice, or not quite. */
const SHAPES: readonly ((start: string, hidden: string) => string)[] = [
  (start, hidden) => `${start}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Transfer-Encoding: chunked\r\n\r\n0;\nx\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Transfer-Encoding: chunked\r\n\r\n4g\r\nevil\r\n0\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Content-Length: +0\r\n\r\n${hidden}`,
  (start, hidden) => `${start}Content-Length: 0\n\n${hidden}`,
  (start, hidden) => `${start}Content-Length:\r\n 0\r\n\r\n${hidden}`,
];

function head(target: Target, method: string, hash: string): string {
  const path = artifactPath(target, 'main', hash);
  // It would say no more after a refusal, but a proxy in front of it might.
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nAuthorization: Bearer ${target.token('main')}\r\n`;
}

async function tryWays(target: Target, paths: readonly string[]) {
  const met = new Set<number>();
  for (const path of paths) {
    for (const method of ['PUT', 'GET']) {
      const length = method === 'PUT' ? 4 : 0;
      const login = `Authorization: Bearer ${target.token('main')}\r\nContent-Type: application/octet-stream\r\n`;
      const answer = await sendRaw(
        target,
        `${method} ${path} HTTP/1.1\r\nHost: x\r\n${login}Content-Length: ${length}\r\nConnection: close\r\n\r\n${'evil'.slice(0, length)}`,
      );
      for (const status of statuses(answer)) met.add(status);
    }
  }
  const stray = target.strayFiles();
  const where = stray.length === 0 ? 'nothing written' : `${stray.length} files written outside`;
  return { held: stray.length === 0, met: `${[...met].join(', ')}; ${where}` };
}
