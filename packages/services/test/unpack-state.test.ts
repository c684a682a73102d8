import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Sha256 } from '@tr/model';
import { packState, UnpackableError } from '../src/state/pack-state.js';
import { HEADER_NAME, STATE_VERSION, type StateHeader } from '../src/state/state-header.js';
import { paddingAfter, toHeader, type StateMember } from '../src/state/tar-member.js';
import { isWantedFile } from '../src/postgres/cluster.js';
import { StateError, unpackState } from '../src/state/unpack-state.js';
import { makeFolder } from './rig.js';
import { spawnSync } from 'node:child_process';

const HEADER: StateHeader = { version: STATE_VERSION, kind: 'redis', format: '7', platform: 'here', database: '' };

function member(path: string, content: string, isDirectory = false): Buffer {
  const bytes = Buffer.from(content);
  const header: StateMember = { path, isDirectory, size: bytes.length };
  return Buffer.concat([toHeader(header), bytes, Buffer.alloc(paddingAfter(bytes.length))]);
}

const first = member(HEADER_NAME, `${JSON.stringify(HEADER)}\n`);
const end = Buffer.alloc(1024);

/** A header block with one byte changed and its checksum made right again. */
function forge(block: Buffer, at: number, text: string): Buffer {
  const changed = Buffer.from(block);
  changed.write(text, at, 'latin1');
  let sum = 8 * 0x20;
  for (let index = 0; index < 512; index += 1) if (index < 148 || index >= 156) sum += changed[index] ?? 0;
  changed.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return changed;
}

async function unpack(t: TestContext, bytes: Buffer): Promise<{ readonly folder: string; readonly directory: string }> {
  const folder = makeFolder(t);
  const path = join(folder, 'state.tar');
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
  const directory = join(folder, 'inner', 'data');
  mkdirSync(join(folder, 'inner'));
  await unpackState({
    path,
    sha256,
    expected: HEADER,
    directory,
    account: undefined,
    isStored: (name) => name !== 'unwanted',
  });
  return { folder, directory };
}

test('hostile states are refused, and write nothing beside their folder', async (t) => {
  const link = forge(toHeader({ path: 'x', isDirectory: false, size: 0 }), 156, '2');
  const hostile: Readonly<Record<string, Buffer>> = {
    'a path upwards': member('../escaped', 'x'),
    'a path upwards inside': member('a/../../escaped', 'x'),
    'an absolute path': member('/tmp/tr-escaped', 'x'),
    'a backslash': member('a\\b', 'x'),
    'an empty part': member('a//b', 'x'),
    'a link': forge(link, 157, '/etc/passwd'),
    'a hard link': forge(link, 156, '1'),
    'a fifo': forge(link, 156, '6'),
    'a device': forge(link, 156, '3'),
    'a prefix': forge(link, 345, '..'),
    'twice the same file': Buffer.concat([member('a', 'x'), member('a', 'y')]),
    'a file as a folder': Buffer.concat([member('a', 'x'), member('a/b', 'y')]),
    'a folder that was not made': member('a/b', 'y'),
    'a long path upwards': member(`${'a/'.repeat(80)}../${'../'.repeat(100)}escaped`, 'x'),
    'a path that is too long': member('a/'.repeat(600), 'x'),
    'a file that no state has': member('unwanted', 'x'),
    'a wrong checksum': Buffer.concat([member('a', 'x').fill(0x31, 148, 150)]),
  };
  for (const [name, bytes] of Object.entries(hostile)) {
    await assert.rejects(unpack(t, Buffer.concat([first, bytes, end])), StateError, name);
  }
  await assert.rejects(unpack(t, Buffer.concat([member('a', 'x'), end])), StateError, 'no header');
  await assert.rejects(unpack(t, Buffer.concat([first, member('a', 'x')])), StateError, 'no end');
  await assert.rejects(unpack(t, Buffer.concat([first, end, member('a', 'x')])), StateError, 'more after the end');
  await assert.rejects(unpack(t, Buffer.alloc(0)), StateError, 'nothing');
  assert.equal(existsSync('/tmp/tr-escaped'), false);
});

test('what was packed is unpacked, long names and large files included; tar reads it too', async (t) => {
  const source = makeFolder(t);
  const long = 'n'.repeat(150);
  mkdirSync(join(source, 'deep', long), { recursive: true });
  mkdirSync(join(source, 'empty'));
  writeFileSync(join(source, 'deep', long, 'file'), 'deep');
  writeFileSync(join(source, 'large'), Buffer.alloc(9 * 1024 * 1024 + 5, 'abc'));
  writeFileSync(join(source, 'nothing'), '');
  writeFileSync(join(source, 'unwanted'), 'x');
  const target = join(makeFolder(t), 'state.tar');
  const isWanted = (path: string): boolean => path !== 'unwanted';
  const packed = await packState({ header: HEADER, directory: source, isWanted, target });
  assert.deepEqual(await packState({ header: HEADER, directory: source, isWanted, target }), packed);
  assert.equal(createHash('sha256').update(readFileSync(target)).digest('hex'), packed.sha256);
  const { directory } = await unpack(t, readFileSync(target));
  const files = readdirSync(directory, { recursive: true }).map(String).sort();
  assert.deepEqual(files, ['deep', `deep/${long}`, `deep/${long}/file`, 'empty', 'large', 'nothing']);
  assert.ok(readFileSync(join(directory, 'large')).equals(readFileSync(join(source, 'large'))));
  const listed = spawnSync('tar', ['-tf', target], { encoding: 'utf8' });
  assert.equal(listed.status, 0, listed.stderr);
  assert.equal(listed.stdout.split('\n')[0], HEADER_NAME);
});

test('a directory with anything but files and folders is no state', async (t) => {
  const source = makeFolder(t);
  spawnSync('ln', ['-s', '/etc/passwd', join(source, 'link')]);
  const target = join(makeFolder(t), 'state.tar');
  await assert.rejects(packState({ header: HEADER, directory: source, isWanted: () => true, target }), UnpackableError);
  assert.equal(existsSync(target), false);
});

test('a state of PostgreSQL brings nothing that would configure the server that runs it', async (t) => {
  const source = makeFolder(t);
  mkdirSync(join(source, 'pg_replslot'));
  const names = ['postgresql.auto.conf', 'pg_hba.conf', 'pg_ident.conf', 'recovery.conf', 'recovery.signal'];
  for (const name of [...names, 'backup_label', 'tablespace_map', 'pg_replslot/one']) {
    writeFileSync(join(source, name), "restore_command = 'true'");
    const target = join(makeFolder(t), 'state.tar');
    await packState({ header: HEADER, directory: source, isWanted: () => true, target });
    const sha256 = undefined;
    const directory = join(makeFolder(t), 'data');
    const isStored = (path: string): boolean => isWantedFile(path, undefined);
    const request = { path: target, sha256, expected: HEADER, directory, account: undefined, isStored };
    await assert.rejects(unpackState(request), StateError, name);
    rmSync(join(source, name));
  }
});
