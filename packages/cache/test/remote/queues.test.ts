import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import type { ActionKey, Manifest } from '@tr/model';
import { ForeseenLookups } from '../../src/remote/foreseen-lookups.js';
import { LookupBatcher } from '../../src/remote/lookup-batcher.js';
import { trouble, type RemoteResult } from '../../src/remote/remote-backend.js';
import { UploadQueue } from '../../src/remote/upload-queue.js';

const keyOf = (at: number): ActionKey => sha256(String(at)) as string as ActionKey;
const manifestOf = (at: number): Manifest => ({ actionKey: keyOf(at), entries: [] }) as unknown as Manifest;

/** Promises that are settled by hand, in order. */
function gates<T>() {
  const open: ((value: T) => void)[] = [];
  return {
    wait: () => new Promise<T>((resolve) => void open.push(resolve)),
    next: (value: T) => open.shift()?.(value),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('lookup batcher', () => {
  it('asks once for what becomes known together, and once for what comes meanwhile', async () => {
    const asked: number[] = [];
    const gate = gates<RemoteResult<ReadonlyMap<ActionKey, Uint8Array>>>();
    const batcher = new LookupBatcher((keys) => {
      asked.push(keys.length);
      return gate.wait();
    }, 256);
    const first = Array.from({ length: 50 }, (_, at) => batcher.find(keyOf(at)));
    await turn();
    const second = batcher.find(keyOf(100));
    await turn();
    const later = Array.from({ length: 20 }, (_, at) => batcher.find(keyOf(200 + at)));
    await turn();
    assert.deepEqual(asked, [50, 1]);
    const bytes = Buffer.from('entry');
    gate.next({ ok: true, value: new Map([[keyOf(7), bytes]]) });
    const answers = await Promise.all(first);
    assert.deepEqual(answers[7], { ok: true, value: bytes });
    assert.deepEqual(answers[8], { ok: true, value: undefined });
    gate.next(trouble('busy', 'x'));
    assert.ok(!(await second).ok);
    await turn();
    assert.deepEqual(asked, [50, 1, 20]);
    gate.next({ ok: true, value: new Map() });
    await Promise.all(later);
  });

  it('keeps to the limit of a request', async () => {
    const asked: number[] = [];
    const batcher = new LookupBatcher(async (keys) => {
      asked.push(keys.length);
      return { ok: true, value: new Map() };
    }, 10);
    await Promise.all(Array.from({ length: 25 }, (_, at) => batcher.find(keyOf(at))));
    assert.deepEqual(asked, [10, 10, 5]);
  });

  it('asks once for one key that is wanted twice', async () => {
    const asked: number[] = [];
    const batcher = new LookupBatcher(async (keys) => {
      asked.push(keys.length);
      return { ok: true, value: new Map() };
    }, 10);
    await Promise.all([batcher.find(keyOf(1)), batcher.find(keyOf(1))]);
    assert.deepEqual(asked, [1]);
  });

  it('a bug is trouble for all who wait, and the next ones are asked for', async () => {
    let isBroken = true;
    const batcher = new LookupBatcher(async () => {
      if (isBroken) throw new TypeError('a bug of this test');
      return { ok: true, value: new Map() };
    }, 10);
    for (const answer of await Promise.all(Array.from({ length: 50 }, (_, at) => batcher.find(keyOf(at))))) {
      assert.ok(!answer.ok);
      assert.equal(answer.failure.kind, 'bug');
      assert.match(answer.failure.detail, /^TypeError: a bug of this test \(queues\.test\.js:\d+:\d+\)$/);
    }
    isBroken = false;
    assert.deepEqual(await batcher.find(keyOf(0)), { ok: true, value: undefined });
  });
});

describe('foreseen lookups', () => {
  it('has room again when one of its own was asked for, not when another one was', async () => {
    const nothing = (): Promise<RemoteResult<ReadonlyMap<ActionKey, Uint8Array>>> =>
      Promise.resolve({ ok: true, value: new Map() });
    const foreseen = new ForeseenLookups(new LookupBatcher(nothing, 256));
    for (let at = 0; at < 127; at++) await foreseen.add(keyOf(at));
    let hasRoom = false;
    const adding = foreseen.add(keyOf(127)).then(() => (hasRoom = true));
    await foreseen.find(keyOf(1000));
    await turn();
    assert.equal(hasRoom, false);
    await foreseen.find(keyOf(5));
    await adding;
  });
});

describe('upload queue', () => {
  const never = new AbortController().signal;

  it('sends everything, two at a time', async () => {
    let [running, most] = [0, 0];
    const queue = new UploadQueue(async (manifest) => {
      most = Math.max(most, ++running);
      await turn();
      running--;
      return manifest.actionKey !== keyOf(3);
    }, assert.ifError);
    for (let at = 0; at < 10; at++) queue.add(manifestOf(at));
    assert.deepEqual(await queue.drain(60_000, never), { sent: 9, failed: 1, dropped: 0, left: 0 });
    assert.equal(most, 2);
  });

  it('leaves what is not sent when time is up or somebody interrupts', async () => {
    for (const [budget, interrupt] of [
      [1, never],
      [60_000, AbortSignal.abort()],
      [60_000, AbortSignal.timeout(1)],
    ] as const) {
      const queue = new UploadQueue(() => new Promise(() => undefined), assert.ifError);
      for (let at = 0; at < 5; at++) queue.add(manifestOf(at));
      assert.deepEqual(await queue.drain(budget, interrupt), { sent: 0, failed: 0, dropped: 0, left: 5 });
    }
  });

  it('drops what is too much instead of growing', async () => {
    const gate = gates<boolean>();
    const queue = new UploadQueue(() => gate.wait(), assert.ifError);
    for (let at = 0; at < 700; at++) queue.add(manifestOf(at));
    const { failed, dropped, left } = await queue.drain(1, never);
    assert.deepEqual([failed, dropped + left], [0, 700]);
    assert.ok(left <= 502);
  });

  it('a bug costs its own result, is told, and nobody waits for it', async () => {
    const told: unknown[] = [];
    const bug = new TypeError('a bug of this test');
    const queue = new UploadQueue(
      async (manifest) => {
        if (manifest.actionKey === keyOf(1)) throw bug;
        return true;
      },
      (error) => told.push(error),
    );
    for (let at = 0; at < 5; at++) queue.add(manifestOf(at));
    assert.deepEqual(await queue.drain(60_000, never), { sent: 4, failed: 1, dropped: 0, left: 0 });
    assert.deepEqual(told, [bug]);
  });

  it('with nothing to send it ends at once', async () => {
    assert.deepEqual(await new UploadQueue(async () => true, assert.ifError).drain(60_000, never), {
      sent: 0,
      failed: 0,
      dropped: 0,
      left: 0,
    });
  });
});
