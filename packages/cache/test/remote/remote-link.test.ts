import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RemoteLink } from '../../src/remote/remote-link.js';
import { trouble, type RemoteResult, type RemoteTrouble } from '../../src/remote/remote-backend.js';

const LIMITS = { requestMs: 60_000, troubleMs: 10_000, failures: 3 };

/** A link whose clock moves by pauses, and by what each failing request is said to take. */
function rig(limits: Partial<typeof LIMITS> = {}) {
  const pauses: number[] = [];
  const troubles: string[] = [];
  let time = 0;
  const link = new RemoteLink({
    limits: { ...LIMITS, ...limits },
    around: {
      now: () => time,
      random: () => 1,
      pause: async (ms) => {
        pauses.push(ms);
        time += ms;
      },
    },
    onTrouble: ({ kind }) => troubles.push(kind),
  });
  let calls = 0;
  const call = (kinds: readonly (RemoteTrouble['kind'] | 'ok')[], takes = 0, retryAfterMs?: number) =>
    link.call(async (): Promise<RemoteResult<string>> => {
      const kind = kinds[Math.min(calls++, kinds.length - 1)] ?? 'ok';
      time += takes;
      return kind === 'ok' ? { ok: true, value: 'fine' } : trouble(kind, 'x', retryAfterMs);
    });
  return { link, call, pauses, troubles, calls: () => calls };
}

describe('remote link', () => {
  for (const [kind, tries] of [
    ['unreachable', 3],
    ['busy', 3],
    ['broken', 2],
    ['stalled', 2],
    ['rejected', 1],
    ['refused', 1],
  ] as const) {
    it(`tries ${tries} times when it is ${kind}`, async () => {
      const { call, calls, troubles } = rig();
      const result = await call([kind]);
      assert.ok(!result.ok && result.failure.kind === kind);
      assert.equal(calls(), tries);
      assert.deepEqual(troubles, [kind]);
    });
  }

  it('is silent about trouble that passes, and pauses longer each time', async () => {
    const { call, pauses, troubles } = rig();
    assert.deepEqual(await call(['busy', 'unreachable', 'ok']), { ok: true, value: 'fine' });
    assert.deepEqual(pauses, [100, 400]);
    assert.deepEqual(troubles, []);
  });

  it('waits as long as it is asked to, but not for ever', async () => {
    const short = rig();
    await short.call(['busy', 'ok'], 0, 2000);
    assert.deepEqual(short.pauses, [2000]);
    const long = rig();
    const result = await long.call(['busy', 'ok'], 0, 3_600_000);
    assert.ok(!result.ok);
    assert.equal(long.calls(), 1);
    assert.ok(long.link.isOff);
  });

  it('is off after three calls that failed in a row', async () => {
    const { link, call, calls } = rig();
    for (let at = 0; at < 3; at++) {
      assert.ok(!link.isOff);
      await call(['broken']);
    }
    assert.ok(link.isOff);
    const before = calls();
    const result = await call(['ok']);
    assert.ok(!result.ok && result.failure.kind === 'off');
    assert.equal(calls(), before);
  });

  it('begins to count anew when one works, and does not count what is rejected', async () => {
    const { link, call } = rig();
    for (let at = 0; at < 3; at++) await call(['rejected']);
    await call(['broken']);
    await call(['broken']);
    assert.ok(!link.isOff);
    assert.ok((await link.call(async () => ({ ok: true, value: 1 }))).ok);
    await call(['broken']);
    await call(['broken']);
    assert.ok(!link.isOff);
  });

  it('is off at once when the credential is refused', async () => {
    const { link, call } = rig();
    await call(['refused']);
    assert.ok(link.isOff);
  });

  it('is off when too much time was lost, whatever is left to try', async () => {
    const { link, call, calls } = rig();
    await call(['stalled'], 11_000);
    assert.equal(calls(), 1);
    assert.ok(link.isOff);
  });

  it('gives up what is under way when it goes off, even what does not listen', async () => {
    const { link, troubles } = rig();
    const hanging = link.call(() => new Promise<RemoteResult<never>>(() => undefined));
    link.turnOff('enough');
    const result = await hanging;
    assert.ok(!result.ok && result.failure.kind === 'off');
    assert.deepEqual(troubles, []);
  });

  it('gives up a request that takes too long', async () => {
    const { link, troubles } = rig({ requestMs: 1 });
    const result = await link.call(
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(trouble('unreachable', 'cut')));
        }),
    );
    assert.ok(!result.ok && result.failure.kind === 'stalled');
    assert.deepEqual(troubles, ['stalled']);
  });
});
