import assert from 'node:assert/strict';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKeptServices } from '../src/index.js';
import { parseEntry, parseOwner } from '../src/place/register.js';
import { makeFolder, makeHost } from './rig.js';

const MACHINE = { host: 'elsewhere', boot: '', namespace: '' };
const OWNER = { version: 1, machine: MACHINE, owner: { pid: 1, start: '' } };

test('no line of a register names this process group, the first process or everybody as a server', () => {
  for (const pid of [0, -1, 1, -7, 1.5, 2 ** 60, Number.NaN, '7', null, undefined, {}])
    for (const start of ['', '1', undefined])
      assert.equal(parseEntry({ server: { pid, start } }), undefined, JSON.stringify(pid));
  // Of a process that is gone nothing is known either: it would be taken for the one that has no time.
  assert.equal(parseEntry({ server: { pid: 7 } }), undefined);
  for (const line of [7, 'x', null, undefined, [], {}, { directory: 7 }, { server: null }, { server: 'x' }])
    assert.equal(parseEntry(line), undefined, JSON.stringify(line));
  const server = { pid: 7, start: '1' };
  assert.deepEqual(parseEntry({ server }), { server });
  assert.deepEqual(parseEntry({ directory: '/x' }), { directory: '/x' });
});

test('a first line that is of no owner makes no register', () => {
  assert.deepEqual(parseOwner(OWNER), OWNER);
  for (const line of [
    undefined,
    null,
    7,
    { ...OWNER, version: 2 },
    { ...OWNER, machine: undefined },
    { ...OWNER, machine: { ...MACHINE, boot: 7 } },
    { ...OWNER, owner: undefined },
    { ...OWNER, owner: { pid: 'x', start: '' } },
  ])
    assert.equal(parseOwner(line), undefined, JSON.stringify(line));
});

test('damaged registers and entries of kept services end nothing, neither the sweep nor a list', async (t) => {
  const folder = makeFolder(t);
  const ours = join(makeFolder(t), 'tr-db-0123456789ab');
  for (const path of [ours, join(folder, 'runs'), join(folder, 'kept')]) mkdirSync(path);
  const lines = [OWNER, 7, 'x', null, [], { directory: 7 }, { server: null }, { server: {} }, { directory: ours }];
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  for (const [name, content] of [
    ['runs/whole.jsonl', text],
    ['runs/headless.jsonl', text.slice(text.indexOf('\n') + 1)],
    ['runs/odd.jsonl', '{"version":1}\n'],
    ['kept/db.jsonl', text],
    ['kept/db.json', '{"version":2}'],
    ['kept/other.json', '{"version":2,"definition":"x","service":{"name":"n","kind":"redis"},"given":7}'],
  ] as const) {
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), 0, 0);
  }
  const { host } = makeHost(t, { directory: folder });
  await host.sweep();
  assert.equal(existsSync(ours), false, 'what is whole in it still counts');
  assert.equal(existsSync(join(folder, 'runs/headless.jsonl')), true);
  const options = { root: folder, directory: folder, environment: {}, now: Date.now, warn: () => undefined };
  const kept = createKeptServices(options);
  assert.deepEqual(await kept.list(), []);
  await kept.down(undefined);
});
