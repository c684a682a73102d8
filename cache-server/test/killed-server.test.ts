import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRunningDigest } from '@tr/hash';
import { PATHS, toChunkList } from '@tr/protocol';
import { createFileEntryStore, createFileStreamBlobStore, nodeDisk, openCacheFolder } from '@tr/store';
import { toEntryBytes } from '@tr/transport';
import type { ActionKey, Sha256 } from '@tr/model';
import { loadBlake3 } from '../src/config/load-blake3.js';
import { Ledger } from '../src/upkeep/ledger.js';
import { Upkeep } from '../src/upkeep/upkeep.js';

const MAIN = fileURLToPath(new URL('../../bin/tr-cache-server.js', import.meta.url));
const TOKEN = 'a-token-of-this-test-0123456789';
const UPLOADS = 1000;
const ACKNOWLEDGED_AT_KILL = 250;
const HOUR_MS = 60 * 60 * 1000;

const sha256 = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;

/** One upload, what it says and where the same comes back. */
interface Upload {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  /** Gets what was sent, when it is there. */
  readonly back: {
    readonly method: string;
    readonly path: string;
    readonly body?: string;
    readonly skipLine?: boolean;
  };
}

/** Bodies of all kinds: inside an entry, a few pages, a few chunks of a socket. */
function bytesOf(at: number): Buffer {
  const block = createHash('sha512').update(`upload ${at}`).digest();
  return Buffer.alloc([150, 5_000, 40_000, 300_000][at % 4] ?? 1, block);
}

function turboUpload(at: number): Upload {
  const path = `/v8/artifacts/artifact${at}?slug=team`;
  return { method: 'PUT', path, body: bytesOf(at), back: { method: 'GET', path } };
}

function chunkUpload(at: number): Upload {
  const bytes = bytesOf(at);
  const list = toChunkList([{ hash: sha256(bytes), size: bytes.length }]);
  return {
    method: 'POST',
    path: PATHS.putChunks,
    body: Buffer.concat([Buffer.from(`${list}\n`), bytes]),
    back: { method: 'POST', path: PATHS.getChunks, body: list, skipLine: true },
  };
}

async function startServer(directory: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [MAIN, '--dir', directory, '--port', '0'], {
    env: { ...process.env, TR_CACHE_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: the workers are killed at the same moment.
    detached: true,
  });
  const url = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000);
      const found = /Listening on (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url };
}

/** `kill -9` of a server with all its processes. */
function killAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

function open(url: string, { method, path, length }: { method: string; path: string; length: number }): ClientRequest {
  return request(`${url}${path}`, {
    method,
    agent,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-length': length, 'content-type': 'application/octet-stream' },
  });
}

/** Status and body; status 0 when the connection broke. */
async function answerOf(sent: ClientRequest): Promise<{ readonly status: number; readonly body: Buffer }> {
  return await new Promise((resolve) => {
    sent.on('error', () => resolve({ status: 0, body: Buffer.alloc(0) }));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve({ status: 0, body: Buffer.alloc(0) }));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
  });
}

/** What is there now of an upload; undefined for nothing. */
async function bringBack(url: string, { back }: Upload): Promise<Buffer | undefined> {
  const sent = open(url, { ...back, length: Buffer.byteLength(back.body ?? '') });
  sent.end(back.body);
  const { status, body } = await answerOf(sent);
  if (status === 404) return undefined;
  assert.equal(status, 200);
  if (back.skipLine !== true) return body;
  const rest = body.subarray(body.indexOf(10) + 1);
  return rest.length === 0 ? undefined : rest;
}

/** The end of what was sent: of a chunk upload, the chunk. */
function contentOf({ body, back }: Upload): Buffer {
  return back.skipLine === true ? body.subarray(body.indexOf(10) + 1) : body;
}

function filesBelow(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('a server killed during 1,000 uploads keeps whole what it acknowledged, and shows nothing half-written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'killed-server-'));
  const uploads = Array.from({ length: UPLOADS }, (_, at) => (at % 2 === 0 ? turboUpload(at) : chunkUpload(at)));
  const first = await startServer(directory);
  let second: Awaited<ReturnType<typeof startServer>> | undefined;
  try {
    // Every upload is under way, half of its body sent, before the first one ends.
    const acknowledged = new Set<Upload>();
    const exited = once(first.child, 'exit');
    const requests = uploads.map((upload) => open(first.url, { ...upload, length: upload.body.length }));
    const answers = uploads.map(async (upload, at) => {
      const { status } = await answerOf(requests[at] as ClientRequest);
      if (status < 200 || status > 299) return;
      acknowledged.add(upload);
      if (acknowledged.size === ACKNOWLEDGED_AT_KILL) killAll(first.child);
    });
    await Promise.all(
      requests.map(
        (sent, at) =>
          new Promise((resolve) => {
            sent.once('error', resolve);
            const { body } = uploads[at] as Upload;
            sent.write(body.subarray(0, body.length / 2), resolve);
          }),
      ),
    );
    requests.forEach((sent, at) => {
      const { body } = uploads[at] as Upload;
      sent.end(body.subarray(body.length / 2));
    });
    await Promise.all(answers);
    killAll(first.child);
    await exited;
    assert.ok(acknowledged.size >= ACKNOWLEDGED_AT_KILL, `${acknowledged.size} acknowledged`);
    assert.ok(acknowledged.size < UPLOADS, 'the server was killed too late to test anything');

    second = await startServer(directory);
    let whole = 0;
    for (const upload of uploads) {
      const found = await bringBack(second.url, upload);
      if (acknowledged.has(upload)) assert.notEqual(found, undefined, `${upload.path} was acknowledged`);
      if (found === undefined) continue;
      assert.ok(found.equals(contentOf(upload)), `${upload.path} is something else`);
      whole++;
    }
    assert.ok(whole >= acknowledged.size);
    const beginBlake3 = await loadBlake3();
    assert.ok(beginBlake3 !== undefined);
    const nameOf = (bytes: Uint8Array, isBlake3: boolean): string => {
      const running = isBlake3 ? beginBlake3() : createRunningDigest();
      running.update(bytes);
      return running.finish().hash;
    };
    // Also of what no entry names yet.
    for (const path of filesBelow(join(directory, 'v1/blobs')))
      assert.equal(nameOf(readFileSync(path), path.endsWith('-b3')), basename(path));
    // An entry of our protocol can be written over the chunks that are there.
    const chunk = [...acknowledged].find(({ back }) => back.skipLine === true) as Upload;
    const content = contentOf(chunk);
    const entry = toEntryBytes({
      actionKey: sha256(Buffer.from('entry')) as string as ActionKey,
      manifest: { hash: sha256(Buffer.from('manifest')), size: 8 },
      durationMs: 1,
      chunks: [{ hash: sha256(content), size: content.length, length: content.length }],
      inline: [],
      signature: undefined,
    });
    const path = `${PATHS.entries}/${sha256(Buffer.from('entry'))}`;
    const put = open(second.url, { method: 'PUT', path, length: entry.length });
    put.end(entry);
    assert.equal((await answerOf(put)).status, 200);
  } finally {
    killAll(first.child);
    if (second !== undefined) {
      const gone = once(second.child, 'exit');
      second.child.kill('SIGTERM');
      await gone;
    }
    rmSync(directory, { recursive: true, force: true });
  }
});

test('upkeep removes what killed writers left, and spares what is being written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'killed-server-'));
  try {
    const folder = openCacheFolder({ directory, disk: nodeDisk });
    const blobs = createFileStreamBlobStore(folder);
    const put = await blobs.putBytes(Buffer.from('a blob'));
    assert.ok(put.ok);
    const left = folder.freshPath('tmp');
    writeFileSync(left, 'half of a bl');
    const upkeepAt = (now: () => number): Upkeep =>
      new Upkeep({
        entries: createFileEntryStore(folder, { now }),
        blobs,
        ledger: new Ledger({ totalBytes: undefined, scopeBytes: {}, maxAgeMs: undefined }),
        quotas: { totalBytes: undefined, scopeBytes: {}, maxAgeMs: undefined },
        now,
        graceMs: 2 * HOUR_MS,
        onEvicted: () => {},
      });
    await upkeepAt(Date.now).run();
    assert.ok(existsSync(left));
    await upkeepAt(() => Date.now() + HOUR_MS).run();
    assert.deepEqual(filesBelow(join(directory, 'v1/tmp')), []);
    assert.deepEqual(await blobs.findMissing([put.value.digest]), { ok: true, value: [] });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
