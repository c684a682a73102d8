/** `tr cache export` and `import`: a result as a tar file, whose reader believes nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startCacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { cleanEnvironment, TR_BIN } from '../rig/exec-tr.js';
import { createSample } from '../rig/samples.js';
import { readTree, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

/** Small and large, executable, linked, empty, the same content twice and with both modes, a long name, no ASCII. */
const BUILD = [
  'mkdir -p dist/empty dist/deep',
  'cat src/*.txt > dist/out.txt',
  'cp dist/out.txt dist/copy.txt',
  'head -c 6000000 /dev/urandom > dist/big.bin',
  'printf "#!/bin/sh\\n" > dist/run.sh',
  'cp dist/run.sh dist/plain.sh',
  'chmod +x dist/run.sh',
  'ln -sfn out.txt dist/link',
  ': > dist/nothing',
  `: > "dist/deep/$(printf 'ü%.0s' $(seq 90)).txt"`,
  'echo built',
].join(' && ');

interface Call {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Bytes go in and come out. */
function call(workspace: TestWorkspace, args: readonly string[], input: Uint8Array = Buffer.alloc(0), env = {}): Call {
  const run = spawnSync(process.execPath, [TR_BIN, 'cache', ...args], {
    cwd: workspace.root,
    env: cleanEnvironment(env),
    input,
    maxBuffer: 1 << 28,
  });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr.toString() };
}

const codesIn = (text: string): string[] => [...text.matchAll(/(export\/[a-z-]+)/g)].map(([, code = '']) => code);

function storedKeys({ root }: TestWorkspace): string[] {
  const actions = join(root, '.tr/cache');
  if (!existsSync(actions)) return [];
  return readdirSync(actions, { recursive: true })
    .map(String)
    .filter((path) => /\/actions\/.*[0-9a-f]{60,}/.test(path));
}

const TASK = 'lib#build';

describe('export and import', () => {
  let source: TestWorkspace;
  let file: Buffer;
  before(async () => {
    source = createSample({ libBuild: BUILD });
    await source.tr(['run', 'build']);
    const exported = call(source, ['export', TASK]);
    assert.equal(exported.status, 0, exported.stderr);
    assert.match(exported.stderr, /^Exported lib#build: 7 files, [\d.]+ MiB, under [0-9a-f]{16}\.$/m);
    file = exported.stdout;
  });
  after(() => source.dispose());

  test('plain tar lists and unpacks it; the bytes are the same every time and everywhere', () => {
    const other = keep(checkOut(source));
    writeFileSync(join(other.root, 'result.tar'), file);
    const list = spawnSync('tar', ['-tf', 'result.tar'], { cwd: other.root, encoding: 'utf8' });
    assert.equal(list.status, 0, list.stderr);
    assert.equal(list.stderr, '');
    assert.deepEqual(list.stdout.split('\n').slice(0, 3), ['manifest.json', 'log', 'fingerprint.json']);
    mkdirSync(join(other.root, 'unpacked'));
    const unpacked = spawnSync('tar', ['-xf', '../result.tar'], {
      cwd: join(other.root, 'unpacked'),
      encoding: 'utf8',
    });
    assert.equal(unpacked.status, 0, unpacked.stderr);
    assert.deepEqual(
      readTree(join(other.root, 'unpacked/outputs/packages/lib/dist')),
      readTree(join(source.root, 'packages/lib/dist')),
    );
    assert.match(readFileSync(join(other.root, 'unpacked/log'), 'utf8'), /built/);

    assert.deepEqual(call(source, ['export', TASK]).stdout, file);
    const imported = call(other, ['import'], file);
    assert.equal(imported.status, 0, imported.stderr);
    assert.deepEqual(call(other, ['export', TASK]).stdout, file);
  });

  test('an imported result is a hit, byte by byte; a second import changes nothing', async () => {
    const other = keep(checkOut(source));
    const imported = call(other, ['import'], file);
    assert.match(imported.stdout.toString(), /^Imported lib#build: 7 files/);
    assert.match(call(other, ['import'], file).stdout.toString(), /^Imported nothing: there is a result already/);
    const run = await other.tr(['run', 'build', '--filter=lib', '--log-format=json']);
    assert.deepEqual(run.outcomes, { 'lib#build': 'restored' });
    assert.match(run.stdout, /built/);
    assert.deepEqual(readTree(join(other.root, 'packages/lib/dist')), readTree(join(source.root, 'packages/lib/dist')));
    assert.equal((await other.tr(['cache', 'verify'])).exitCode, 0);
  });

  test('a result that lost its blobs has them again after an import', async () => {
    const other = keep(checkOut(source));
    call(other, ['import'], file);
    const blobs = readdirSync(join(other.root, '.tr/cache'), { recursive: true })
      .map(String)
      .filter((path) => /\/blobs\/.*[0-9a-f]{60,}/.test(path));
    assert.ok(blobs.length > 2);
    for (const blob of blobs) other.remove(`.tr/cache/${blob}`);
    assert.equal(call(other, ['import'], file).status, 0);
    assert.deepEqual((await other.tr(['run', 'build', '--filter=lib', '--log-format=json'])).outcomes, {
      'lib#build': 'restored',
    });
  });

  test('a result that only the remote has is fetched', async () => {
    const server = await startCacheServer();
    try {
      const first = keep(createSample());
      await first.tr(['run', 'build'], { env: server.client });
      const other = keep(checkOut(first));
      assert.deepEqual(codesIn(call(other, ['export', TASK]).stderr), ['export/not-stored']);
      const exported = call(other, ['export', TASK], undefined, server.client);
      assert.equal(exported.status, 0, exported.stderr);
      assert.deepEqual(exported.stdout, call(first, ['export', TASK]).stdout);
    } finally {
      await server.close();
    }
  });

  /** Offset of the first member, and of the text in it. */
  const FIRST = 1024;
  const manifestSize = (bytes: Buffer): number => parseInt(bytes.toString('latin1', FIRST + 124, FIRST + 135), 8);
  const padded = (size: number): number => Math.ceil(size / 512) * 512;
  const flip = (at: number) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    return changed;
  };
  /** Another manifest, with its size and checksum put right. */
  const withManifest = (alter: (manifest: Record<string, unknown>) => void) => (bytes: Buffer) => {
    const size = manifestSize(bytes);
    const manifest = JSON.parse(bytes.toString('utf8', FIRST + 512, FIRST + 512 + size)) as Record<string, unknown>;
    alter(manifest);
    const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
    const header = Buffer.from(bytes.subarray(FIRST, FIRST + 512));
    header.write(text.length.toString(8).padStart(11, '0'), 124, 'latin1');
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const body = Buffer.concat([text, Buffer.alloc(padded(text.length) - text.length)]);
    return Buffer.concat([bytes.subarray(0, FIRST), header, body, bytes.subarray(FIRST + 512 + padded(size))]);
  };
  const ATTACKS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    nothing: () => Buffer.alloc(0),
    'no tar': () => Buffer.from('hello '.repeat(1000)),
    'another tar': (bytes) => Buffer.concat([bytes.subarray(FIRST), Buffer.alloc(FIRST)]),
    'a bit in its manifest': flip(FIRST + 512 + 100),
    'a bit in the header of a member': (bytes) => flip(FIRST + 512 + padded(manifestSize(bytes)) + 3)(bytes),
    'a bit in a large content': (bytes) => flip(Math.floor(bytes.length / 2))(bytes),
    'a bit in its last content': (bytes) => flip(bytes.lastIndexOf('#!/bin/sh'))(bytes),
    'a bit between two members': (bytes) => flip(bytes.lastIndexOf('#!/bin/sh') + 500)(bytes),
    'a bit after its end': (bytes) => flip(bytes.length - 1)(bytes),
    'its end missing': (bytes) => bytes.subarray(0, -1024),
    'its second half missing': (bytes) => bytes.subarray(0, bytes.length / 2),
    'more at its end': (bytes) => Buffer.concat([bytes, Buffer.alloc(512)]),
    'the key of another task': withManifest((manifest) => (manifest['actionKey'] = '0'.repeat(64))),
    'no key': withManifest((manifest) => delete manifest['actionKey']),
    'a version of the manifest that is none': withManifest((manifest) => (manifest['formatVersion'] = '9')),
    'a path outside': withManifest((manifest) => {
      (manifest['entries'] as Record<string, unknown>[]).push({ path: '../../x', type: 'directory' });
    }),
    'an output more': withManifest((manifest) => {
      (manifest['entries'] as Record<string, unknown>[]).push({ path: 'packages/lib/dist/zzz', type: 'directory' });
    }),
    'an output of 1 TiB': withManifest((manifest) => {
      const files = (manifest['entries'] as { type: string; path: string; digest?: { size: number } }[]).filter(
        ({ path }) => path.endsWith('big.bin'),
      );
      for (const { digest } of files) if (digest !== undefined) digest.size = 2 ** 39;
    }),
  };
  for (const [title, attack] of Object.entries(ATTACKS)) {
    test(`refused, and nothing is stored: ${title}`, async () => {
      const other = keep(checkOut(source));
      const imported = call(other, ['import'], attack(file));
      assert.equal(imported.status, 1, imported.stdout.toString() + imported.stderr);
      assert.deepEqual(codesIn(imported.stderr), ['export/damaged'], imported.stderr);
      assert.deepEqual(storedKeys(other), []);
      assert.equal((await other.tr(['cache', 'verify'])).exitCode, 0);
    });
  }

  const NEWER: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'the format': (bytes) => {
      const newer = Buffer.from(bytes);
      newer.write('tr export 9', newer.indexOf('tr export 1'), 'latin1');
      return newer;
    },
    'the manifest': withManifest((manifest) => (manifest['formatVersion'] = 9)),
  };
  for (const [title, make] of Object.entries(NEWER)) {
    test(`refused: a newer version of ${title}, with its number`, () => {
      const other = keep(checkOut(source));
      const imported = call(other, ['import'], make(file));
      assert.equal(imported.status, 1);
      assert.deepEqual(codesIn(imported.stderr), ['export/other-version']);
      assert.match(imported.stderr, /version 9/);
      assert.deepEqual(storedKeys(other), []);
    });
  }

  test('with public keys, only what one of them has signed is imported', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const publicKeys = [publicKey.export({ format: 'pem', type: 'spki' }).toString()];
    const TR_SIGNING_KEY = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    const first = keep(createSample({ config: { remoteCache: { publicKeys } } }));
    await first.tr(['run', 'build']);
    const unsigned = call(first, ['export', TASK]).stdout;
    const signed = call(first, ['export', TASK], undefined, { TR_SIGNING_KEY }).stdout;
    assert.deepEqual(call(first, ['export', TASK], undefined, { TR_SIGNING_KEY }).stdout, signed);
    const other = keep(checkOut(first));
    for (const bytes of [unsigned, Buffer.concat([signed.subarray(0, FIRST), file.subarray(FIRST)])]) {
      const refused = call(other, ['import'], bytes);
      assert.equal(refused.status, 1);
      assert.ok(refused.stderr.includes('export/untrusted'), refused.stderr);
    }
    assert.deepEqual(storedKeys(other), []);
    assert.equal(call(other, ['import'], signed).status, 0);
    // A signature that nobody asked for does no harm.
    const plain = keep(createSample());
    await plain.tr(['run', 'build']);
    const extra = call(plain, ['export', TASK], undefined, { TR_SIGNING_KEY }).stdout;
    assert.equal(call(keep(checkOut(plain)), ['import'], extra).status, 0);
  });

  test('wrong calls: unknown task, several, never run, a terminal, a full disk', () => {
    const unknown = call(source, ['export', 'buidl']);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /graph\/unknown-task[^]*`build`/);
    const several = call(source, ['export', 'build']);
    assert.deepEqual([several.status, codesIn(several.stderr)], [2, ['export/several-tasks']]);
    assert.match(several.stderr, /`app#build`, `lib#build`/);
    const fresh = call(keep(createSample()), ['export', TASK]);
    assert.deepEqual([fresh.status, codesIn(fresh.stderr)], [2, ['export/not-stored']]);
    assert.equal(fresh.stdout.length, 0);

    const shell = (line: string) =>
      spawnSync('sh', ['-c', line], {
        cwd: source.root,
        env: cleanEnvironment({ TR: `${process.execPath} ${TR_BIN}` }),
        encoding: 'utf8',
      });
    const terminal = shell(
      `script -qec "$TR cache export ${TASK}" /dev/null < /dev/null; script -qec "$TR cache import" /dev/null`,
    );
    assert.deepEqual(
      codesIn(terminal.stdout),
      ['export/terminal', 'export/terminal'],
      terminal.stdout + terminal.stderr,
    );
    const full = shell(`$TR cache export ${TASK} > /dev/full`);
    assert.deepEqual([full.status, codesIn(full.stderr)], [1, ['export/write-failed']], full.stderr);
    assert.match(full.stderr, /ENOSPC/);
    assert.ok(shell(`$TR cache export ${TASK} | head -c 10`).status === 0);
  });
});
