import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateKeyPairSync } from 'node:crypto';
import * as zlib from 'node:zlib';
import { sha256 } from '@tr/hash';
import type { ActionKey } from '@tr/model';
import {
  boundFrame,
  findSignatureFlaw,
  loadZstd,
  MAX_CHUNK,
  parseEntryBytes,
  parseSigningKey,
  parseTrustedKeys,
  signManifest,
  toEntryBytes,
  type EntryDocument,
} from '../src/index.js';
import { loadNative, loadOwn, loadPortable } from '../src/zstd/codecs.js';
import { toZstd, type Zstd } from '../src/zstd/zstd.js';
import { KEY } from './rig.js';

const CHUNK = { hash: sha256('frame'), size: 5, length: 9 };
const ENTRY: EntryDocument = {
  actionKey: KEY,
  manifest: { hash: sha256('m'), size: 1 },
  durationMs: 3,
  chunks: [CHUNK, { ...CHUNK, hash: sha256('second') }],
  inline: [Buffer.from('frame')],
  signature: undefined,
};

describe('entry document', () => {
  it('comes back as it was', () => {
    const parsed = parseEntryBytes(toEntryBytes(ENTRY), KEY);
    assert.ok(parsed.ok);
    assert.deepEqual({ ...parsed.value, inline: parsed.value.inline.map(String) }, { ...ENTRY, inline: ['frame'] });
  });

  const header = (change: (value: Record<string, unknown>) => void): Buffer => {
    const bytes = toEntryBytes(ENTRY);
    const end = bytes.indexOf(10);
    const value = JSON.parse(bytes.subarray(0, end).toString()) as Record<string, unknown>;
    change(value);
    return Buffer.concat([Buffer.from(JSON.stringify(value)), bytes.subarray(end)]);
  };
  const bad: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    'not JSON': Buffer.from('hello\n'),
    'a list': Buffer.from('[]\n'),
    'not UTF-8': Buffer.from([0xff, 0xfe, 0x0a]),
    'another format': header((value) => (value['format'] = 'x')),
    'another version': header((value) => (value['version'] = 2)),
    'another key': header((value) => (value['actionKey'] = sha256('x'))),
    'no chunks': header((value) => (value['chunks'] = [])),
    'too many chunks': header((value) => (value['chunks'] = Array.from({ length: 65_537 }, () => [CHUNK.hash, 1, 1]))),
    'a chunk that is too long': header((value) => (value['chunks'] = [[CHUNK.hash, 5, MAX_CHUNK + 1]])),
    'a chunk of nothing': header((value) => (value['chunks'] = [[CHUNK.hash, 5, 0]])),
    'a negative size': header((value) => (value['chunks'] = [[CHUNK.hash, -5, 1]])),
    'a broken size': header((value) => (value['chunks'] = [[CHUNK.hash, 1.5, 1]])),
    'a hash that is a path': header((value) => (value['chunks'] = [['../../etc/passwd', 5, 9]])),
    'more inline than chunks': header((value) => (value['inline'] = 3)),
    'fewer inline bytes than it says': toEntryBytes({ ...ENTRY, inline: [Buffer.from('fra')] }),
    'more inline bytes than it says': toEntryBytes({ ...ENTRY, inline: [Buffer.from('frame!')] }),
    'a large manifest': header((value) => (value['manifest'] = { hash: CHUNK.hash, size: 2 ** 40 })),
    'a malformed signature': header((value) => (value['signature'] = { keyId: 'x', value: 'y' })),
  };
  for (const [title, bytes] of Object.entries(bad)) {
    it(`refuses ${title}`, () => assert.ok(!parseEntryBytes(bytes, KEY).ok));
  }
  it('refuses the key of another entry', () => {
    assert.ok(!parseEntryBytes(toEntryBytes(ENTRY), sha256('other') as string as ActionKey).ok);
  });
});

describe('the packaged zstd', () => {
  it('is found without a report about the process, where there is one build for each C library', async (t) => {
    const { report } = process;
    const asked = t.mock.method(report, 'getReport');
    assert.notEqual(await loadNative(), undefined);
    // On Alpine the library has to find its build itself.
    const { glibcVersionRuntime } = (report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
    assert.equal(asked.mock.callCount(), process.platform === 'linux' && glibcVersionRuntime === undefined ? 2 : 1);
  });
});

const CODECS = { native: loadNative, own: loadOwn, portable: loadPortable };

for (const [name, load] of Object.entries(CODECS)) {
  describe(`zstd, ${name}`, () => {
    const open = async (): Promise<Zstd | undefined> => {
      const codec = await load();
      // Node's own came with 22.15; the packaged ones are there wherever the tests run.
      assert.equal(codec !== undefined, name !== 'own' || 'zstdCompress' in zlib);
      return codec && toZstd(codec);
    };
    it('comes back, also when it does not compress', async () => {
      const zstd = await open();
      if (zstd === undefined) return;
      for (const length of [0, 1, 100, 131_072, 3_000_000]) {
        for (const bytes of [
          Buffer.alloc(length, 'ab'),
          Buffer.from(Array.from({ length }, (_, at) => (at * at * 31) >> 5)),
        ]) {
          const frame = await zstd.compress(bytes);
          assert.deepEqual(await zstd.decompress(frame, length), { ok: true, value: bytes });
          assert.ok((boundFrame(frame)?.most ?? -1) >= length);
        }
      }
    });

    it('refuses whatever is not one frame of the right length', async () => {
      const zstd = await open();
      if (zstd === undefined) return;
      const frame = await zstd.compress(Buffer.from('hello hello hello hello'));
      const bomb = Buffer.concat(Array.from({ length: 1000 }, () => frame));
      for (const bytes of [
        Buffer.alloc(0),
        Buffer.from('hello'),
        frame.subarray(0, -1),
        Buffer.concat([frame, frame]),
        bomb,
      ])
        assert.ok(!(await zstd.decompress(bytes, 23)).ok);
      for (const length of [0, 22, 24]) assert.ok(!(await zstd.decompress(frame, length)).ok);
      for (let at = 0; at < frame.length; at++) {
        const flipped = Buffer.from(frame);
        flipped[at] = (flipped[at] ?? 0) ^ 0x55;
        const result = await zstd.decompress(flipped, 23);
        assert.ok(!result.ok || result.value.length === 23);
      }
    });

    it('a frame that unpacks to far more than it says is not unpacked', async () => {
      const zstd = await open();
      if (zstd === undefined) return;
      const frame = await (await loadZstd()).compress(Buffer.alloc(100 * 1024 * 1024));
      assert.ok(frame.length < 20_000);
      assert.deepEqual(await zstd.decompress(frame, 1000), {
        ok: false,
        failure: { detail: 'a zstd frame of another length' },
      });
    });

    it('unpacks what the others pack', async () => {
      const zstd = await open();
      if (zstd === undefined) return;
      const bytes = Buffer.from('other encoders write other bytes '.repeat(10_000));
      for (const other of Object.values(CODECS)) {
        const frame = await (await other())?.encode(bytes);
        if (frame !== undefined)
          assert.deepEqual(await zstd.decompress(frame, bytes.length), { ok: true, value: bytes });
      }
    });

    it('a frame that declares another length is not unpacked, whatever is in it', async () => {
      const zstd = await open();
      if (zstd === undefined) return;
      // One empty raw block, said to be 2^40 bytes.
      const frame = Buffer.from('28b52ffde00000000000010000010000', 'hex');
      assert.equal(boundFrame(frame)?.declared, 2 ** 40);
      // Before the decoder, which would ask for the memory, has seen it.
      assert.deepEqual(await zstd.decompress(frame, 0), {
        ok: false,
        failure: { detail: 'a zstd frame of another length' },
      });
    });
  });
}

describe('signature', () => {
  const pair = (): { readonly secret: string; readonly open: string } => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    return {
      secret: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      open: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    };
  };

  it('is good only for the manifest and the key it was made with', () => {
    const [mine, other] = [pair(), pair()];
    const key = parseSigningKey(mine.secret);
    const trusted = parseTrustedKeys([mine.open]);
    const strangers = parseTrustedKeys([other.open]);
    assert.ok(key !== undefined && trusted.ok && strangers.ok);
    const signed = { ...ENTRY, signature: signManifest(ENTRY.manifest.hash, key) };
    assert.equal(findSignatureFlaw(signed, trusted.value), undefined);
    assert.equal(findSignatureFlaw(ENTRY, trusted.value), 'not signed');
    assert.match(findSignatureFlaw(signed, strangers.value) ?? '', /not trusted/);
    const moved = { ...signed, manifest: { ...ENTRY.manifest, hash: sha256('x') } };
    assert.equal(findSignatureFlaw(moved, trusted.value), 'a wrong signature');
    const parsed = parseEntryBytes(toEntryBytes(signed), KEY);
    assert.ok(parsed.ok && findSignatureFlaw(parsed.value, trusted.value) === undefined);
  });

  it('takes Ed25519 keys only', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.equal(parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()), undefined);
    assert.ok(!parseTrustedKeys([publicKey.export({ format: 'pem', type: 'spki' }).toString()]).ok);
    assert.equal(parseSigningKey('nonsense'), undefined);
  });
});
