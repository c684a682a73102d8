import { Random } from '../../histories/random.js';
import { FILE_CHANGES } from '../changes/files.js';
import { GIT_CHANGES } from '../changes/git.js';
import { OUTPUT_CHANGES } from '../changes/outputs.js';
import { RETURN_CHANGES } from '../changes/returns.js';
import { RUN_CHANGES } from '../changes/runs.js';
import { SETTING_CHANGES } from '../changes/settings.js';
import { STATE_CHANGES } from '../changes/state.js';
import { TREE_CHANGES } from '../changes/trees.js';
import { check } from '../check.js';
import { mend } from '../follow.js';
import { changeOf, makeSteps, type History, type Outcome, type Places, type Weights } from '../history.js';
import type { Scene } from '../scene.js';
import { SHARED_CHANGES } from './changes.js';
import { FAULT_CHANGES } from './faults.js';
import { Lost, SHARE_CHANGES } from './hand-over.js';
import { findMixtures } from './mixtures.js';
import { POLICY_CHANGES } from './policies.js';
import { REMOTES, type RemoteKind } from './remote.js';
import { World } from './world.js';
import { Turns } from '../turns.js';
import { ALL, onMachine, type WorldChange } from './world-change.js';

/** How often changes of each kind are made. */
const WEIGHTS: Weights<WorldChange> = [
  [onMachine(FILE_CHANGES), 20],
  [onMachine(GIT_CHANGES), 6],
  [onMachine(SETTING_CHANGES), 6],
  // An output may be a hard link to what is stored.
  [onMachine(OUTPUT_CHANGES, true), 5],
  [onMachine(STATE_CHANGES, true), 6],
  [onMachine(RUN_CHANGES), 6],
  [onMachine(RETURN_CHANGES, true), 6],
  [onMachine(TREE_CHANGES), 6],
  [SHARED_CHANGES, 28],
  [SHARE_CHANGES, 10],
  [POLICY_CHANGES, 14],
  [FAULT_CHANGES, 18],
];

/** The history of a seed. */
export function makeSharedHistory(
  seed: number,
  { length, kind }: { readonly length: number; readonly kind?: RemoteKind | undefined },
): History<RemoteKind> {
  const random = new Random(seed);
  const chosen = kind ?? random.pick(REMOTES);
  return { seed, kind: chosen, steps: makeSteps(random, length, WEIGHTS) };
}

/**
 * Makes the steps of a history of some machines that share a remote; after each of them what `tr` comes to on a machine has to be what it comes
 * to in a copy without state, outputs and remote. Ends at the first difference.
 */
export async function followSharedHistory(history: History<RemoteKind>, places: Places): Promise<Outcome> {
  const { seed, kind, steps } = history;
  const world = await World.make(kind, new Random(seed), places);
  const seen = new Map<string, string>();
  const story: string[] = [];
  const failures = new Map<Scene, number>();
  try {
    for (const step of steps) {
      const random = new Random(step.seed);
      const machine = random.pick(world.machines);
      const failed = failures.get(machine) ?? 0;
      if (failed > 0 && random.below(3) > 0) mend(machine);
      // Nothing but errors comes of a work tree that people would have to repair: another machine's takes its place.
      if (failed > 3) world.pull(machine, random.pick(world.machines));
      for (const each of world.machines) each.turns = new Turns(places.programs, step.seed);
      const outcome = await makeStep(world, { machine, random, change: changeOf(step, WEIGHTS), name: step.name });
      const call = { args: chooseCall(random), cwd: '' };
      const done = `${outcome.done}${world.machines.map(({ turns }) => turns.tell()).join('')}`;
      machine.turns = machine.turns.stay();
      story.push(
        `machine ${world.machines.indexOf(machine)}: ${done} -> tr ${call.args.join(' ')}${machine.turns.tell()}`,
      );
      if (outcome.differences.length > 0) return { steps: story.length, story, differences: outcome.differences };
      const checked = await check(machine, {
        ...call,
        places,
        seen,
        repeats: random.below(3),
        shares: random.below(6) === 0,
        inspect: findMixtures,
      });
      await world.settle();
      failures.set(machine, checked.failed ? failed + 1 : 0);
      const differences = [...checked.differences, ...(random.below(3) === 0 ? await verify(world, machine) : [])];
      if (differences.length > 0) return { steps: story.length, story, differences };
    }
    return { steps: story.length, story, differences: [] };
  } finally {
    await world.dispose();
  }
}

async function makeStep(
  world: World,
  { machine, random, change, name }: { machine: Scene; random: Random; change: WorldChange | undefined; name: string },
): Promise<{ readonly done: string; readonly differences: readonly string[] }> {
  try {
    const done = (await change?.(world, machine, random)) ?? `${name} (nothing to do)`;
    return { done, differences: [] };
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    return { done: name, differences: [error.message, '', '', ''] };
  }
}

/** Mostly all. */
function chooseCall(random: Random): readonly string[] {
  const logs = '--output-logs=full';
  switch (random.below(6)) {
    case 0:
      return ['run', ...ALL, logs, '--concurrency=1'];
    case 1:
      return ['run', 'use', 'odder', logs];
    case 2:
      return ['run', 'many', 'late', logs];
    default:
      return ['run', ...ALL, logs];
  }
}

/** What a machine keeps is sound, unless somebody has laid hands on it. */
async function verify(world: World, machine: Scene): Promise<readonly string[]> {
  if (world.damaged.has(machine)) return [];
  const { exitCode, text } = await machine.tr(['cache', 'verify']);
  return exitCode === 0 ? [] : [`tr cache verify came to ${exitCode}\n${text}`, '', '', ''];
}
