import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { writeFields } from '../../src/protocols/wire.js';
import type { Attack, Role, Target } from './attack.js';
import { joinFrame, V2 } from '../rig/grpc.js';
import { ask, freshHash } from './talk.js';

const TWIRP = '/twirp/github.actions.results.api.v1.CacheService';
const UNAUTHENTICATED = '16';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Attacks on the protocols beside Turborepo's. */
export const PROTOCOL_ATTACKS: readonly Attack[] = [
  {
    title: 'Bazel: a blob under a digest that is not its own',
    needs: ['bazel'],
    run: async (target) => {
      const url = `${target.url}/cas/${sha256(freshHash())}`;
      const { status } = await ask(url, { method: 'PUT', token: target.token('main'), body: 'evil' });
      const read = await ask(url, { token: target.token('main') });
      return { held: read.status === 404, met: `${status}; then ${read.status}` };
    },
  },
  {
    title: 'Bazel: reads a blob of another tenant or of `pr/7` by its digest',
    needs: ['bazel'],
    run: async (target) => {
      const text = freshHash();
      const url = `${target.url}/cas/${sha256(text)}`;
      await ask(url, { method: 'PUT', token: target.token('pull'), body: text });
      const met = [
        await ask(url, { token: target.token('main') }),
        await ask(url, { token: target.token('stranger') }),
      ].map(({ status }) => status);
      return { held: met.every((status) => status === 404), met: met.join(', ') };
    },
  },
  {
    title: 'Bazel: `pr/7` writes an action result under an instance called `main`',
    needs: ['bazel'],
    run: async (target) => {
      const path = `/main/ac/${sha256(freshHash())}`;
      const { status } = await ask(`${target.url}${path}`, { method: 'PUT', token: target.token('pull'), body: '' });
      const read = await ask(`${target.url}${path}`, { token: target.token('main') });
      return { held: read.status === 404, met: `${status}; \`main\` reads ${read.status}` };
    },
  },
  {
    title: 'gRPC: two credentials, one as binary metadata, one in the path; scope as metadata',
    needs: ['grpc'],
    run: async (target) => {
      const [main, pull] = [target.token('main'), target.token('pull')];
      const method = `${V2}.Capabilities/GetCapabilities`;
      const met = [
        await callGrpc(target, method, { authorization: 'Bearer wrong', 'authorization-bin': btoa(`Bearer ${main}`) }),
        await callGrpc(target, method, { 'x-authorization': `Bearer ${main}` }),
        await callGrpc(target, `${method}?access_token=${main}`, { authorization: 'Bearer wrong' }),
        await callGrpc(target, method, { authorization: `Bearer wrong, Bearer ${main}` }),
      ];
      // And a scope that the metadata claim: stored where the credential belongs.
      const hash = sha256(freshHash());
      const digest = writeFields([[1, hash]]);
      const claims = { authorization: `Bearer ${pull}`, scope: 'main', tenant: 'other', 'x-scope': 'main' };
      await callGrpc(
        target,
        `${V2}.ActionCache/UpdateActionResult`,
        claims,
        writeFields([
          [2, digest],
          [3, ''],
        ]),
      );
      const read = await ask(`${target.url}/ac/${hash}`, { token: main });
      const held = met.every((status) => status === UNAUTHENTICATED) && read.status === 404;
      return { held, met: `${[...new Set(met)].join(', ')}; \`main\` reads ${read.status}` };
    },
  },
  {
    title: 'gRPC: a compressed message, one of 4 GB, a batch whose digests lie, a million fields',
    needs: ['grpc'],
    run: async (target) => {
      const login = { authorization: `Bearer ${target.token('main')}` };
      const path = `${V2}.ContentAddressableStorage/BatchUpdateBlobs`;
      const zstd = writeFields([
        [
          1,
          writeFields([
            [1, sha256('x')],
            [2, 1_000_000_000],
          ]),
        ],
        [2, 'bomb'],
        [3, 1],
      ]);
      const met = [
        await sendGrpc(target, path, login, Buffer.from([1, 0, 0, 0, 1, 0])),
        await sendGrpc(target, path, login, Buffer.from([0, 255, 255, 255, 255])),
        await callGrpc(target, path, login, Buffer.alloc(2_000_000, Buffer.from([8, 0]))),
        await callGrpc(target, path, login, writeFields([[2, zstd]])),
      ];
      const read = await ask(`${target.url}/cas/${sha256('x')}`, { token: target.token('main') });
      const held = met.slice(0, 3).every((status) => status === '3' || status === '8') && read.status === 404;
      return { held, met: `${met.join(', ')}; then ${read.status}` };
    },
  },
  {
    title: 'GitHub Actions: a signed URL changed, turned round, or of another server',
    needs: ['github-actions'],
    run: async (target) => {
      const { signed_upload_url: signed } = await askActions(target, 'pull', 'CreateCacheEntry');
      const url = new URL(signed ?? '');
      const grant = JSON.parse(Buffer.from(url.searchParams.get('grant') ?? '', 'base64url').toString()) as object;
      const forged = new URL(url);
      forged.searchParams.set('grant', Buffer.from(JSON.stringify({ ...grant, scope: 'main' })).toString('base64url'));
      const unsigned = new URL(url);
      unsigned.searchParams.delete('sig');
      const met = [
        await ask(forged.href, { method: 'PUT', body: 'evil' }),
        await ask(unsigned.href, { method: 'PUT', body: 'evil' }),
        await ask(url.href),
      ].map(({ status }) => status);
      return { held: met.every((status) => status === 401), met: met.join(', ') };
    },
  },
  {
    title: 'GitHub Actions: finishes an upload that another scope began',
    needs: ['github-actions'],
    run: async (target) => {
      const begun = await ask(`${target.url}/_apis/artifactcache/caches`, {
        method: 'POST',
        token: target.token('pull'),
        body: JSON.stringify({ key: freshHash(), version: 'v' }),
      });
      const { cacheId } = JSON.parse(begun.text) as { cacheId: number };
      const url = `${target.url}/_apis/artifactcache/caches/${cacheId}`;
      const headers = { 'content-range': 'bytes 0-3/*' };
      const met = [
        await ask(url, { method: 'PATCH', token: target.token('main'), body: 'evil', headers }),
        await ask(url, { method: 'POST', token: target.token('stranger'), body: '{"size":0}' }),
      ].map(({ status }) => status);
      return { held: met.every((status) => status === 404), met: met.join(', ') };
    },
  },
];

async function askActions(target: Target, role: Role, method: string): Promise<Readonly<Record<string, string>>> {
  const body = JSON.stringify({ key: freshHash(), version: 'v' });
  const { text } = await ask(`${target.url}${TWIRP}/${method}`, { method: 'POST', token: target.token(role), body });
  return JSON.parse(text) as Record<string, string>;
}

type Metadata = Readonly<Record<string, string>>;

/** A call with one message; its gRPC status. */
async function callGrpc(
  target: Target,
  path: string,
  metadata: Metadata,
  message: Uint8Array = Buffer.alloc(0),
): Promise<string> {
  return await sendGrpc(target, path, metadata, joinFrame(message));
}

async function sendGrpc(target: Target, path: string, metadata: Metadata, bytes: Uint8Array): Promise<string> {
  const client = connect(target.url);
  try {
    const head = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc' };
    const stream = client.request({ ...head, ...metadata });
    stream.on('error', () => {});
    let status = '';
    stream.on('response', (headers) => (status = String(headers['grpc-status'] ?? status)));
    stream.on('trailers', (trailers) => (status = String(trailers['grpc-status'] ?? status)));
    stream.resume();
    const closed = once(stream, 'close');
    stream.end(bytes);
    await closed;
    return status;
  } finally {
    client.destroy();
  }
}
