/**
 * What clients send that are not at hand, by their source: the calls in their order, with the fields and headers that they set, and what
 * they need of the answers.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { sha256 } from '@tr/hash';
import { numeric, pick, readFields, writeFields } from '../src/protocols/wire.js';
import { BYTE_STREAM, V2, callGrpc, digestOf, nodeOf, type GrpcAnswer } from './rig/grpc.js';
import { call, shareServer } from './rig/server.js';

const MIB = 1024 * 1024;
const SHA256_FUNCTION = 1;

const shared = shareServer();

const grpc = async (path: string, ...messages: readonly Uint8Array[]): Promise<GrpcAnswer> =>
  await callGrpc(shared.server, { path, token: shared.token, messages });
const only = ({ status, messages }: GrpcAnswer): ReturnType<typeof readFields> => {
  assert.equal(status, 0);
  assert.equal(messages.length, 1);
  return readFields(messages[0] ?? Buffer.alloc(0));
};

/** What a client calls a blob, to write it or to read it. */
interface BlobNames {
  readonly write: string;
  readonly read: string;
}

/** Sends a blob in pieces; the value is what the server says it took. */
async function write(names: BlobNames, content: Buffer, piece: number, isNamedOnce = false): Promise<number> {
  const messages: Buffer[] = [];
  for (let at = 0; at === 0 || at < content.length; at += piece) {
    const name = isNamedOnce && at > 0 ? [] : [[1, names.write] as const];
    const isLast = at + piece >= content.length;
    const data = [10, content.subarray(at, at + piece)] as const;
    messages.push(writeFields([...name, [2, at], ...(isLast ? [[3, 1] as const] : []), data]));
  }
  return numeric(only(await grpc(`${BYTE_STREAM}/Write`, ...messages)), 1);
}

async function read(names: BlobNames): Promise<Buffer> {
  const { status, messages } = await grpc(`${BYTE_STREAM}/Read`, writeFields([[1, names.read]]));
  assert.equal(status, 0);
  return Buffer.concat(messages.flatMap((message) => pick(readFields(message), 10)));
}

function namesOf(prefix: string, content: Buffer): BlobNames {
  const blob = `blobs/${sha256(content)}/${content.length}`;
  return { write: `${prefix}uploads/${randomUUID()}/${blob}`, read: `${prefix}${blob}` };
}

describe('clients of the remote execution API', () => {
  test('sbt 2, and an earlier Pants: an empty instance with its slash, and a name in the first piece only', async () => {
    const content = randomBytes(3 * MIB + 7);
    const action = digestOf(Buffer.from('an action of sbt'));
    const wanted = writeFields([
      [1, ''],
      [2, action],
      [5, 'target/a.json'],
      [6, SHA256_FUNCTION],
    ]);
    assert.equal((await grpc(`${V2}.ActionCache/GetActionResult`, wanted)).status, 5);
    const asked = writeFields([
      [1, ''],
      [2, digestOf(content)],
      [3, SHA256_FUNCTION],
    ]);
    const missing = async () => pick(only(await grpc(`${V2}.ContentAddressableStorage/FindMissingBlobs`, asked)), 2);
    assert.equal((await missing()).length, 1);
    const names = namesOf('/', content);
    assert.equal(await write(names, content, MIB, true), content.length);
    assert.equal((await missing()).length, 0);
    const output = nodeOf('target/a.jar', content);
    const result = writeFields([[2, output]]);
    const update = writeFields([
      [1, ''],
      [2, action],
      [3, result],
      [5, SHA256_FUNCTION],
    ]);
    assert.equal((await grpc(`${V2}.ActionCache/UpdateActionResult`, update)).status, 0);
    const hit = await grpc(`${V2}.ActionCache/GetActionResult`, wanted);
    assert.deepEqual(hit.messages[0], result);
    assert.ok((await read(names)).equals(content));
    // It is the same instance as none.
    assert.ok((await read(namesOf('', content))).equals(content));
  });

  test('buck2 goes on where nothing is said of execution, in pieces of a batch, and compares the size that was taken', async () => {
    const capabilities = only(await grpc(`${V2}.Capabilities/GetCapabilities`, writeFields([[1, 'buck']])));
    assert.deepEqual(pick(capabilities, 2), [], 'a field of its own would say that there is none');
    const [cache] = pick(capabilities, 1).map(readFields);
    const batch = numeric(cache ?? [], 4);
    const content = randomBytes(2 * batch + 1);
    for (const _ of ['new', 'there already']) {
      const names = namesOf('buck/', content);
      assert.equal(await write(names, content, batch), content.length);
      assert.ok((await read(names)).equals(content));
    }
  });

  test('Pants: an empty blob is one piece, and each blob of a batch has a status', async () => {
    const empty = Buffer.alloc(0);
    assert.equal(await write(namesOf('', empty), empty, MIB), 0);
    const there = Buffer.from('there');
    const put = writeFields([
      [1, digestOf(there)],
      [2, there],
    ]);
    const updated = only(
      await grpc(
        `${V2}.ContentAddressableStorage/BatchUpdateBlobs`,
        writeFields([
          [1, ''],
          [2, put],
        ]),
      ),
    );
    assert.equal(pick(updated, 1).length, 1);
    const gone = digestOf(Buffer.from('not there'));
    const asked = writeFields([
      [1, ''],
      [2, digestOf(there)],
      [2, gone],
      [2, digestOf(empty)],
    ]);
    const answer = only(await grpc(`${V2}.ContentAddressableStorage/BatchReadBlobs`, asked));
    const responses = pick(answer, 1).map(readFields);
    const codes = responses.map((response) => pick(response, 3).map((status) => numeric(readFields(status), 1)));
    assert.deepEqual(codes, [[0], [5], [0]]);
    assert.deepEqual(pick(responses[0] ?? [], 2)[0], there);
  });

  test('recc and the Go SDK (reclient, Please): a name in every piece, instances with slashes, no execution', async () => {
    const content = randomBytes(2 * MIB + 3);
    const names = namesOf('projects/app/instances/default/', content);
    assert.equal(await write(names, content, MIB), content.length);
    assert.ok((await read(names)).equals(content));
    const elsewhere = await grpc(`${BYTE_STREAM}/Read`, writeFields([[1, namesOf('', content).read]]));
    assert.equal(elsewhere.status, 5, 'another instance');
    const execute = await grpc(`${V2}.Execution/Execute`, writeFields([[1, 'default']]));
    assert.equal(execute.status, 12);
  });
});

describe('BuildKit (`type=gha`)', () => {
  const SERVICE = '/twirp/github.actions.results.api.v1.CacheService';
  const version = sha256(Buffer.from('|go-actionscache-1.0'));
  const ask = async (method: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', token: shared.token, headers, body: JSON.stringify(body) };
    const response = await call(shared.server, `${SERVICE}/${method}`, init);
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const save = async (key: string, body: string): Promise<void> => {
    const { answer } = await ask('CreateCacheEntry', { key, version });
    assert.equal(answer['ok'], true);
    const url = String(answer['signed_upload_url']);
    const put = async (query: string, sent: string): Promise<void> => {
      const headers = { 'x-ms-version': '2020-04-08', 'x-ms-blob-type': 'BlockBlob' };
      const response = await fetch(`${url}${query}`, { method: 'PUT', headers, body: sent });
      assert.equal(response.status, 201);
      assert.ok(response.headers.get('x-ms-request-id'), 'it shows the id without a look whether there is one');
    };
    if (body.length < 10) await put('', body);
    else {
      const ids = [btoa('block-0'), btoa('block-1')];
      const half = Math.floor(body.length / 2);
      await put(`&blockid=${encodeURIComponent(ids[0] ?? '')}&comp=block`, body.slice(0, half));
      await put(`&blockid=${encodeURIComponent(ids[1] ?? '')}&comp=block`, body.slice(half));
      await put('&comp=blocklist', `<BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`);
    }
    const done = await ask('FinalizeCacheEntryUpload', { key, size_bytes: body.length, version });
    assert.equal(done.answer['ok'], true);
    assert.equal(typeof done.answer['entry_id'], 'string');
  };
  const load = async (key: string) =>
    (await ask('GetCacheEntryDownloadURL', { key, restore_keys: [key], version })).answer;

  test('an index that gets a new number with each change, and blobs that are there already', async () => {
    assert.equal((await load('index-app#'))['ok'], false);
    await save('index-app#1', 'first index');
    await save('index-app#2', '2nd');
    const newest = await load('index-app#');
    assert.equal(newest['matched_key'], 'index-app#2');
    const first = await load('index-app#1');
    const part = await fetch(String(first['signed_download_url']), { headers: { 'x-ms-range': 'bytes=6-' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), 'index');
    const { status, answer } = await ask('CreateCacheEntry', { key: 'index-app#2', version });
    assert.equal(status, 409);
    // With a message that says neither, the whole export of a build fails.
    assert.match(String(answer['message']), /already exists/);
    assert.match(String(answer['typeKey']), /AlreadyExists/);
  });
});

describe('HTTP clients with `/webdav/`', () => {
  const basic = (): string => `Basic ${btoa(`any:${shared.token}`)}`;

  test('the build cache of Maven logs in when it is asked to, makes the last directory, and writes', async () => {
    const path = '/webdav/maven/v1.1/com.acme/app/0123456789abcdef/';
    const file = `${path}buildinfo.xml`;
    const stranger = await call(shared.server, file);
    assert.equal(stranger.status, 401);
    assert.match(stranger.headers.get('www-authenticate') ?? '', /Basic realm=/);
    const send = async (method: string, target: string, body: string | null = null): Promise<Response> =>
      await call(shared.server, target, {
        method,
        body,
        headers: { authorization: basic(), 'cache-control': 'no-cache' },
      });
    assert.equal((await send('GET', file)).status, 404);
    assert.ok((await send('OPTIONS', file)).headers.has('dav'));
    assert.equal((await send('MKCOL', path)).status, 201);
    assert.equal((await send('PUT', file, '<build/>')).status, 201);
    assert.equal((await send('PUT', `${path}app-1.0+7-SNAPSHOT.jar`, 'jar')).status, 201);
    assert.equal(await (await send('GET', file)).text(), '<build/>');
    assert.equal((await send('HEAD', file)).headers.get('content-length'), '8');
  });

  test('Please writes without a length, and reads by a key of hex digits', async () => {
    const path = `/webdav/please/${sha256(Buffer.from('key'))}`;
    const missed = await call(shared.server, path, { headers: { authorization: basic() } });
    assert.equal(missed.status, 404);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: basic() };
      const sent = request(`${shared.server.url}${path}`, { method: 'PUT', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.write('a tar ');
      sent.end('archive');
    });
    assert.equal(status, 201);
    const hit = await call(shared.server, path, { headers: { authorization: basic() } });
    assert.equal(await hit.text(), 'a tar archive');
  });

  test('who goes on with a body that broke off gets the rest of it, never all of it in place of the rest', async () => {
    const path = '/webdav/a/b/c/abc0';
    assert.equal(
      (await call(shared.server, path, { method: 'PUT', token: shared.token, body: '0123456789' })).status,
      201,
    );
    const whole = await call(shared.server, path, { token: shared.token });
    const etag = whole.headers.get('etag') ?? '';
    const table: readonly (readonly [Readonly<Record<string, string>>, number, string, string | null])[] = [
      [{ range: 'bytes=4-' }, 206, '456789', 'bytes 4-9/10'],
      [{ range: 'bytes=4-5' }, 206, '45', 'bytes 4-5/10'],
      [{ range: 'bytes=-3' }, 206, '789', 'bytes 7-9/10'],
      [{ range: 'bytes=4-', 'if-range': etag }, 206, '456789', 'bytes 4-9/10'],
      [{ range: 'bytes=4-', 'if-range': '"another"' }, 200, '0123456789', null],
      [{ range: 'bytes=0-1,4-5' }, 200, '0123456789', null],
      [{ range: 'bytes=10-' }, 416, '', null],
    ];
    for (const [headers, status, body, part] of table) {
      const response = await call(shared.server, path, { token: shared.token, headers });
      assert.equal(response.status, status, JSON.stringify(headers));
      assert.equal(response.headers.get('content-range'), part);
      if (status !== 416) assert.equal(await response.text(), body);
    }
    const head = await call(shared.server, path, {
      method: 'HEAD',
      token: shared.token,
      headers: { range: 'bytes=4-' },
    });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get('content-length'), '10');
  });

  test('OpenDAL (sccache): what PROPFIND says of directories and files', async () => {
    const question = '<?xml version="1.0" encoding="utf-8" ?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>';
    const stat = async (path: string): Promise<Response> => {
      const headers = { depth: '0', 'content-type': 'application/xml' };
      return await call(shared.server, path, { method: 'PROPFIND', token: shared.token, headers, body: question });
    };
    assert.equal((await stat('/webdav/.sccache_check')).status, 404);
    const directory = await stat('/webdav/d/e/f/');
    assert.equal(directory.status, 207);
    const said = await directory.text();
    for (const wanted of [
      /<D:collection\/>/,
      /<D:getlastmodified>\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT</,
      /HTTP\/1\.1 200 OK/,
    ])
      assert.match(said, wanted);
    assert.equal(
      (await call(shared.server, '/webdav/.sccache_check', { method: 'PUT', token: shared.token, body: 'Hello' }))
        .status,
      201,
    );
    assert.match(await (await stat('/webdav/.sccache_check')).text(), /<D:getcontentlength>5</);
    assert.equal(
      (await call(shared.server, '/webdav/.sccache_check', { method: 'DELETE', token: shared.token })).status,
      204,
    );
  });
});
