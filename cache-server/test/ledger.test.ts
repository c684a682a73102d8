import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../src/upkeep/ledger.js';

const PLACE = { tenant: 't', scope: 'main', bytes: 60 };
const SLOT = '["t","main"]';
const createLedger = (): Ledger =>
  new Ledger({ totalBytes: undefined, scopeBytes: { main: 100 }, maxAgeMs: undefined });

test('a body finds room although what another process told was counted twice meanwhile', async () => {
  const ledger = createLedger();
  ledger.replace([{ ...PLACE, bytes: 90 }]);
  let rounds = 0;
  ledger.onFull(async () => {
    rounds++;
    ledger.replace([{ ...PLACE, bytes: 40 }]);
    // Told before it was counted, and here only after that.
    if (rounds === 1) ledger.take({ kind: 'stored', slot: SLOT, bytes: 30, entries: 1 });
  });
  const reservation = await ledger.reserve(PLACE);
  reservation.keep(60);
  reservation.release();
  assert.deepEqual([rounds, ledger.totals.bytes], [2, 100]);
});

test('a body that finds no room is refused; one that could never fit makes nobody look for room', async () => {
  const ledger = createLedger();
  ledger.replace([{ ...PLACE, bytes: 90 }]);
  let rounds = 0;
  ledger.onFull(async () => void rounds++);
  await assert.rejects(ledger.reserve(PLACE), { code: 'full' });
  assert.ok(rounds > 0);
  const before = rounds;
  await assert.rejects(ledger.reserve({ ...PLACE, bytes: 101 }), { code: 'full' });
  assert.equal(rounds, before);
});

test('a body that grows has room for all of it made at once, and gives all of it back', async () => {
  const ledger = createLedger();
  ledger.replace([{ ...PLACE, bytes: 50 }]);
  const wanted: number[] = [];
  ledger.onFull(async ({ bytes }) => {
    wanted.push(bytes);
    ledger.replace([]);
  });
  const reservation = await ledger.reserve({ ...PLACE, bytes: 0 });
  assert.equal(reservation.grow(40), undefined);
  await reservation.grow(20);
  assert.deepEqual(wanted, [60]);
  await assert.rejects(async () => await reservation.grow(41), { code: 'full' });
  assert.equal(ledger.fits({ ...PLACE, bytes: 41 }), false);
  reservation.release();
  assert.ok(ledger.fits({ ...PLACE, bytes: 100 }));
  assert.deepEqual(wanted, [60]);
});
