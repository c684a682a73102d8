import type { Random } from '../../histories/random.js';
import type { Change, Changes } from '../changes/change.js';
import type { Scene } from '../scene.js';
import type { World } from './world.js';

/** What happens in a shared world, mostly to the machine that is run next. Undefined: there was nothing to do it to. */
export type WorldChange = (
  world: World,
  machine: Scene,
  random: Random,
) => string | undefined | Promise<string | undefined>;

/** The changes of a single work tree, made on a machine. */
export function onMachine(changes: Changes, damages = false): Readonly<Record<string, WorldChange>> {
  const lift =
    (change: Change): WorldChange =>
    (world, machine, random) => {
      if (damages) world.damaged.add(machine);
      return change(machine, random);
    };
  return Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, lift(change)]));
}

/** What most calls run. */
export const ALL = ['build', 'gen', 'types', 'use', 'test', 'lint', 'late', 'odder', 'many'];
