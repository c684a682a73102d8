import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { canonicalJson } from '@tr/hash';
import {
  fail,
  ok,
  snapshotPath,
  type ActionKey,
  type CacheEntry,
  type Fingerprint,
  type RunEvent,
  type ServiceDefinition,
  type ServiceFailure,
  type Sha256,
  type TaskFingerprint,
  type TaskGraph,
} from '@tr/model';
import type { LeaseRequest, ServiceHost, StoredState } from '@tr/services';
import { SnapshotServices } from '../src/snapshot-services.js';
import { graphOf, idOf, snapshotOf } from './rig/graph.js';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const keyOf = ({ task, inputs }: Fingerprint): ActionKey => digest(canonicalJson({ task, inputs })) as ActionKey;

function fingerprintOf(task: string, files: Readonly<Record<string, string>>): TaskFingerprint {
  const fingerprint = { task: idOf(task), inputs: files } as unknown as Fingerprint;
  return { task: idOf(task), key: keyOf(fingerprint), fingerprint, externalClosure: undefined, environment: {} };
}

/** A host whose states are texts, and a store that has what is put into it. */
class World {
  readonly root = mkdtempSync(join(tmpdir(), 'tr-snapshot-'));
  readonly events: RunEvent[] = [];
  readonly leases: { readonly task: string; readonly states: Readonly<Record<string, string | undefined>> }[] = [];
  readonly stored = new Map<ActionKey, { readonly entry: CacheEntry; readonly path: string | undefined }>();
  /** States that no server comes up on. */
  readonly unusable = new Set<string>();
  readonly discarded: ActionKey[] = [];
  past: readonly Readonly<Record<string, string>>[] = [];
  asked = 0;
  readsCache = true;
  swept = 0;
  /** Times that history was read. */
  looks = 0;
  captured = 'state';
  captureFailure: ServiceFailure | undefined;
  /** The disk that states are wanted on is full: they are put here. */
  elsewhere: string | undefined;

  constructor(context: TestContext) {
    context.after(() => rmSync(this.root, { recursive: true, force: true }));
  }

  store(task: string, files: Readonly<Record<string, string>>, state: string, isThere = true): ActionKey {
    const { key } = fingerprintOf(task, files);
    const path = join(this.root, digest(state));
    writeFileSync(path, state);
    const output = {
      type: 'file',
      path: snapshotPath(idOf(task)),
      executable: false,
      digest: { hash: digest(state), size: 1 },
    };
    const manifest = { task: idOf(task), entries: [output] } as unknown as CacheEntry['manifest'];
    const entry: CacheEntry = { key, manifest, manifestDigest: digest('m') as Sha256, tier: 'local' };
    this.stored.set(key, { entry, path: isThere ? path : undefined });
    return key;
  }

  services(graph: TaskGraph, wholeGraph?: TaskGraph): SnapshotServices {
    const names = ['db', 'redis'];
    return new SnapshotServices({
      graph,
      wholeGraph,
      definitions: new Map(names.map((name) => [name, { name } as ServiceDefinition])),
      host: this.#host(),
      store: {
        findAll: (_task, keys) => {
          this.asked += 1;
          return Promise.resolve(keys.flatMap((key) => this.stored.get(key)?.entry ?? []));
        },
        openOutput: ({ key }) => Promise.resolve(this.stored.get(key)?.path),
        discard: ({ key }) => Promise.resolve(void this.discarded.push(key)),
        listStored: () => Promise.resolve([]),
      },
      readsCache: this.readsCache,
      root: this.root,
      matches: (_globs, path) => path.endsWith('.sql'),
      listPastSteps: () => {
        this.looks += 1;
        return this.past as never;
      },
      sweep: () => void (this.swept += 1),
      computeKey: keyOf,
      emit: (event) => this.events.push(event),
    });
  }

  #host(): ServiceHost {
    return {
      identify: () => assert.fail('not asked here'),
      dispose: () => Promise.resolve(),
      sweep: () => Promise.resolve(),
      acquire: (request: LeaseRequest) => {
        const states = request.services.map(({ service, state }) => [service.name, this.#read(state)] as const);
        const bad = states.find(([, state]) => state !== undefined && this.unusable.has(state));
        if (bad !== undefined)
          return Promise.resolve(fail({ code: 'service/state-unusable', service: bad[0], detail: 'torn' }));
        this.leases.push({ task: request.task, states: Object.fromEntries(states) });
        return Promise.resolve(
          ok({
            environment: { DATABASE_URL: 'x' },
            reset: () => Promise.resolve(ok(undefined)),
            release: () => Promise.resolve(),
            capture: (_service: string, path: string) => {
              if (this.captureFailure !== undefined) return Promise.resolve(fail(this.captureFailure));
              if (this.elsewhere === undefined) {
                mkdirSync(dirname(path), { recursive: true });
                writeFileSync(path, this.captured);
              }
              const isElsewhere = this.elsewhere !== undefined;
              const kept = { sha256: digest(this.captured) as Sha256, size: this.captured.length, isElsewhere };
              return Promise.resolve(ok({ ...kept, path: this.elsewhere ?? path }));
            },
          }),
        );
      },
    };
  }

  #read(state: StoredState | undefined): string | undefined {
    if (state === undefined) return undefined;
    const known = [this.captured, 'old', 'older', 'migrated'].find((text) => digest(text) === state.sha256);
    return known ?? assert.fail('a state nobody made');
  }
}

const CHAIN = graphOf({
  migrate: { definition: snapshotOf('db', 'load base') },
  seed: { needs: ['migrate'], definition: snapshotOf('db', 'load base') },
  test: { needs: ['seed'], definition: { services: ['db', 'redis'], workers: 4 } },
});
const nodeOf = (task: string) => CHAIN.nodes.get(idOf(task)) ?? assert.fail();
const signal = new AbortController().signal;

async function openAt(world: World, services: SnapshotServices, task: string, files = {}) {
  const opening = await services.open(nodeOf(task), fingerprintOf(task, files), signal);
  assert.equal(opening.kind, 'open', JSON.stringify(opening));
  assert.ok(opening.kind === 'open');
  return { session: opening.session, lease: world.leases.at(-1) ?? assert.fail() };
}

test('a chain: each task starts from what the one before it left; the first one from nothing, with the base', async (context) => {
  const world = new World(context);
  const services = world.services(CHAIN);
  const migrate = await openAt(world, services, 'migrate', { '1.sql': 'a' });
  assert.deepEqual(migrate.lease.states, { db: undefined });
  assert.deepEqual(migrate.session.before, ['load base']);
  world.captured = 'migrated';
  assert.equal(await migrate.session.capture(), undefined);
  assert.ok(existsSync(join(world.root, snapshotPath(idOf('migrate')))));
  const seed = await openAt(world, services, 'seed', {});
  assert.deepEqual(seed.lease.states, { db: 'migrated' });
  assert.deepEqual(seed.session.before, [], 'the base is below it already');
  world.captured = 'state';
  await seed.session.capture();
  const tests = await openAt(world, services, 'test');
  assert.deepEqual(tests.lease.states, { db: 'state', redis: undefined });
  assert.equal(await tests.session.capture(), undefined, 'its state is no output');
  assert.equal(world.swept, 1);
});

test('a restored state counts like one that was just made', async (context) => {
  const world = new World(context);
  const services = world.services(CHAIN);
  const key = world.store('seed', { 's.sql': 'a' }, 'old');
  services.noteRestored(nodeOf('seed'), world.stored.get(key)?.entry ?? assert.fail());
  assert.deepEqual((await openAt(world, services, 'test')).lease.states, { db: 'old', redis: undefined });
});

test('the nearest ancestor is started from, with one question, and told', async (context) => {
  const world = new World(context);
  world.store('migrate', { 'x.py': 'p', '1.sql': 'a' }, 'older');
  const key = world.store('migrate', { 'x.py': 'p', '1.sql': 'a', '2.sql': 'b' }, 'old');
  world.store('migrate', { 'x.py': 'another', '1.sql': 'a', '2.sql': 'b', '3.sql': 'c' }, 'state');
  const services = world.services(CHAIN);
  const files = { 'x.py': 'p', '1.sql': 'a', '2.sql': 'b', '3.sql': 'c', '4.sql': 'd' };
  const { lease, session } = await openAt(world, services, 'migrate', files);
  assert.deepEqual(lease.states, { db: 'old' });
  assert.deepEqual(session.before, []);
  assert.equal(world.asked, 1);
  assert.deepEqual(world.events, [
    {
      type: 'snapshot-ancestor',
      task: idOf('migrate'),
      service: 'db',
      key,
      tier: 'local',
      kept: 2,
      applied: ['3.sql', '4.sql'],
    },
  ]);
});

test('where nothing is taken from the cache, no ancestor is looked for', async (context) => {
  const world = new World(context);
  world.readsCache = false;
  world.store('migrate', { '1.sql': 'a' }, 'old');
  const { lease } = await openAt(world, world.services(CHAIN), 'migrate', { '1.sql': 'a', '2.sql': 'b' });
  assert.deepEqual(lease.states, { db: undefined });
  assert.deepEqual([world.asked, world.looks], [0, 0]);
});

test('an edited, renamed or removed step: no state that contains it', async (context) => {
  for (const files of [{ '1.sql': 'edited', '2.sql': 'b' }, { '1_renamed.sql': 'a', '2.sql': 'b' }, { '2.sql': 'b' }]) {
    const world = new World(context);
    world.store('migrate', { '1.sql': 'a' }, 'old');
    world.store('migrate', { '1.sql': 'a', '2.sql': 'b' }, 'older');
    world.past = [{ '1.sql': 'a', '2.sql': 'b' }, { '1.sql': 'a' }];
    const { lease, session } = await openAt(world, world.services(CHAIN), 'migrate', files);
    assert.deepEqual(lease.states, { db: undefined }, JSON.stringify(files));
    assert.deepEqual(session.before, ['load base']);
  }
});

test('an ancestor no server comes up on is forgotten, and the next one taken', async (context) => {
  const world = new World(context);
  world.store('migrate', { '1.sql': 'a' }, 'older');
  const bad = world.store('migrate', { '1.sql': 'a', '2.sql': 'b' }, 'old');
  world.unusable.add('old');
  const files = { '1.sql': 'a', '2.sql': 'b', '3.sql': 'c' };
  const { lease } = await openAt(world, world.services(CHAIN), 'migrate', files);
  assert.deepEqual(lease.states, { db: 'older' });
  assert.deepEqual(world.discarded, [bad]);
  assert.deepEqual(
    world.events.map(({ type }) => type),
    ['warning', 'snapshot-ancestor'],
  );
});

test('an ancestor that cannot be fetched is passed over', async (context) => {
  const world = new World(context);
  world.store('migrate', { '1.sql': 'a' }, 'old', false);
  const { lease } = await openAt(world, world.services(CHAIN), 'migrate', { '1.sql': 'a', '2.sql': 'b' });
  assert.deepEqual(lease.states, { db: undefined });
});

test('a state of a dependency that is of no use: the dependency is to be executed again', async (context) => {
  const world = new World(context);
  const services = world.services(CHAIN);
  const key = world.store('seed', { 's.sql': 'a' }, 'old');
  services.noteRestored(nodeOf('seed'), world.stored.get(key)?.entry ?? assert.fail());
  world.unusable.add('old');
  const opening = await services.open(nodeOf('test'), fingerprintOf('test', {}), signal);
  assert.ok(opening.kind === 'remake');
  assert.equal(opening.task, idOf('seed'));
  assert.deepEqual(world.discarded, [key], 'no later run takes it either');
  assert.equal(opening.failure.code, 'service/state-unusable');
});

test('a state that could not be captured is not stored, and nobody starts without it', async (context) => {
  const world = new World(context);
  const services = world.services(CHAIN);
  const { session } = await openAt(world, services, 'migrate');
  world.captureFailure = { code: 'service/capture-failed', service: 'db', detail: 'another session is connected' };
  assert.deepEqual(await session.capture(), {
    reason: 'state-unknown',
    service: 'db',
    detail: 'another session is connected',
  });
  const opening = await services.open(nodeOf('seed'), fingerprintOf('seed', {}), signal);
  const detail = 'app#migrate left none (another session is connected)';
  assert.deepEqual(opening, { kind: 'failed', failure: { code: 'service/state-unusable', service: 'db', detail } });
});

test('no room for a state: it is no output, nor is what lay there before; others start from it where there was room', async (context) => {
  const world = new World(context);
  const services = world.services(CHAIN);
  const { session } = await openAt(world, services, 'migrate');
  const wanted = join(world.root, snapshotPath(idOf('migrate')));
  mkdirSync(dirname(wanted), { recursive: true });
  writeFileSync(wanted, 'of an earlier run');
  world.elsewhere = join(world.root, 'spare');
  assert.deepEqual(await session.capture(), { reason: 'no-space', service: 'db', path: dirname(wanted) });
  assert.equal(existsSync(wanted), false);
  assert.deepEqual((await openAt(world, services, 'seed')).lease.states, { db: 'state' });
});

test('no room for a state anywhere: whoever needs it is told which disk is full', async (context) => {
  const world = new World(context);
  const services = world.services(CHAIN);
  const { session } = await openAt(world, services, 'migrate');
  const failure: ServiceFailure = { code: 'service/no-space', service: 'db', path: '/full', holds: 'state' };
  world.captureFailure = failure;
  assert.equal((await session.capture())?.reason, 'no-space');
  const opening = await services.open(nodeOf('seed'), fingerprintOf('seed', {}), signal);
  assert.deepEqual(opening, { kind: 'failed', failure });
});

test('a task whose state comes from one that the run leaves out does not start from nothing', async (context) => {
  const world = new World(context);
  const only = graphOf({ test: { definition: { services: ['db'] } } });
  const services = world.services(only, CHAIN);
  const node = only.nodes.get(idOf('test')) ?? assert.fail();
  const opening = await services.open(node, fingerprintOf('test', {}), signal);
  assert.deepEqual(opening, {
    kind: 'failed',
    failure: { code: 'service/state-left-out', service: 'db', task: idOf('seed') },
  });
});

test('two states of one service cannot both be started from', async (context) => {
  const world = new World(context);
  const graph = graphOf({
    a: { definition: snapshotOf('db') },
    b: { definition: snapshotOf('db') },
    test: { needs: ['a', 'b'], definition: { services: ['db'] } },
  });
  const node = graph.nodes.get(idOf('test')) ?? assert.fail();
  const opening = await world.services(graph).open(node, fingerprintOf('test', {}), signal);
  assert.deepEqual(opening, {
    kind: 'failed',
    failure: { code: 'service/two-states', service: 'db', tasks: [idOf('a'), idOf('b')] },
  });
});
