import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../histories/random.js';
import type { Change, Changes } from '../changes/change.js';
import { RUN_CHANGES } from '../changes/runs.js';
import type { Scene } from '../scene.js';
import type { World } from './world.js';
import { ALL, type WorldChange } from './world-change.js';

const other = (world: World, machine: Scene, random: Random): Scene =>
  random.pick(world.machines.filter((each) => each !== machine));

/** Something is done in the middle of a run. */
const during =
  (name: string, act: (machine: Scene) => unknown): Change =>
  async (machine, random) => {
    const running = machine.tr(['run', ...ALL]);
    await sleep(random.below(500));
    await act(machine);
    await running;
    return `${name} during a run`;
  };

const OTHER_RUNS = ['editDuring', 'editOften', 'twoAtOnce', 'kill', 'interrupt'];
const BESIDE: Changes = {
  ...Object.fromEntries(Object.entries(RUN_CHANGES).filter(([name]) => OTHER_RUNS.includes(name))),
  gc: during('tr cache gc', (machine) => machine.tr(['cache', 'gc'])),
  vanish: during('the local cache vanishes', ({ root }) => spawnSync('rm', ['-rf', join(root, '.tr/cache')])),
  vanishAll: during('all state vanishes', ({ root }) => spawnSync('rm', ['-rf', join(root, '.tr')])),
};

/** What machines do with what they share. */
export const SHARED_CHANGES: Readonly<Record<string, WorldChange>> = {
  pull: (world, machine, random) => `pull (${world.pull(machine, other(world, machine, random)) ? 'done' : 'failed'})`,
  pullAfterRun: async (world, machine, random) => {
    const from = other(world, machine, random);
    const { exitCode } = await from.tr(['run', ...ALL]);
    return `a run on another machine (${exitCode}), pull (${world.pull(machine, from) ? 'done' : 'failed'})`;
  },
  pullToEmpty: async (world, machine, random) => {
    const from = other(world, machine, random);
    const { exitCode } = await from.tr(['run', ...ALL]);
    const isDone = world.pull(machine, from);
    world.wipe(machine);
    return `a run on another machine (${exitCode}), pull (${isDone ? 'done' : 'failed'}) and lose all state and outputs`;
  },
  /** What others have made is restored while something else goes on. */
  besideRestore: async (world, machine, random) => {
    const from = other(world, machine, random);
    const { exitCode } = await from.tr(['run', ...ALL]);
    const isDone = world.pull(machine, from);
    world.wipe(machine);
    const done = await BESIDE[random.pick(Object.keys(BESIDE))]?.(machine, random);
    return `a run on another machine (${exitCode}), pull (${isDone ? 'done' : 'failed'}), lose all, then ${done}`;
  },
  wipe: (world, machine) => {
    world.wipe(machine);
    return 'lose all state and outputs';
  },
  wipeOutputs: (world, machine) => {
    world.wipeOutputs(machine);
    return 'lose all outputs';
  },
  wipeCache: (world, machine) => {
    rmSync(join(machine.root, '.tr/cache'), { recursive: true, force: true });
    world.damaged.delete(machine);
    return 'lose the local cache';
  },
  bothAtOnce: async (world, machine, random) => {
    const second = other(world, machine, random);
    world.pull(machine, second);
    for (const each of [machine, second]) world.wipe(each);
    const ended = await Promise.all([machine, second].map((each) => each.tr(['run', ...ALL])));
    return `two machines run the same from nothing (${ended.map(({ exitCode }) => exitCode).join()})`;
  },
  twiceAtOnce: async (world, machine) => {
    world.wipeOutputs(machine);
    await Promise.all([1, 2].map(() => machine.tr(['run', ...ALL])));
    return 'two runs at once, without outputs';
  },
  killed: async (world, machine, random) => {
    if (random.below(2) === 0) world.wipe(machine);
    else world.wipeOutputs(machine);
    const wait = 60 + random.below(900);
    const options = random.pick([[], ['--cache=local:w,remote:rw'], ['--cache=remote:rw']]);
    await machine.tr(['run', ...ALL, ...options], {
      onStart: (child) => setTimeout(() => child.pid !== undefined && child.kill('SIGKILL'), wait),
    });
    // Tasks have process groups of their own: what they still do is over soon.
    await sleep(400);
    return `kill -9 after ${wait} ms ${options.join()}, without outputs`;
  },
};
