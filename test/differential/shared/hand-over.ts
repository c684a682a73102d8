import type { Random } from '../../histories/random.js';
import type { Answer, Scene } from '../scene.js';
import { readRemoteSettings } from './remote-settings.js';
import type { World } from './world.js';
import type { WorldChange } from './world-change.js';

const CALL = ['run', 'build', 'gen', 'types', 'use', 'lint', 'late', 'odd', 'many', '--output-logs=full'];
/** Runs from nothing until all that was damaged has been made anew: a run gives the remote up after a few troubles. */
const ROUNDS = 8;

/** Thrown where something is wrong that no comparison of work trees would show. */
export class Lost extends Error {}

/**
 * What one machine has made and sent is there for another one that begins with nothing: every task of the same key is a hit, and
 * from then on without the remote too.
 */
async function handOver(world: World, machine: Scene, random: Random): Promise<string | undefined> {
  const from = random.pick(world.machines.filter((each) => each !== machine));
  if (world.isRemoteDamaged) await heal(world, machine, random);
  if (world.isRemoteDamaged) return undefined;
  if (!(await prepare(world, { from, to: machine }))) return undefined;
  const sent = await from.tr([...CALL, '--force']);
  if (sent.exitCode !== 0 || hasTrouble(sent)) return 'nothing was handed over';
  world.wipe(machine);
  const taken = await machine.tr(CALL);
  if (taken.exitCode !== 0 || hasTrouble(taken)) return 'nothing was taken over';
  const { hits, missed } = compareKeys(sent, taken);
  if (missed.length > 0) throw new Lost(`${missed.join(', ')} sent, and missed\n${sent.text}\n--- then\n${taken.text}`);
  world.wipeOutputs(machine);
  const again = await machine.tr([...CALL, '--cache=local:rw']);
  const lost = compareKeys(taken, again).missed;
  if (lost.length > 0)
    throw new Lost(`${lost.join(', ')} came, and did not stay\n${taken.text}\n--- then\n${again.text}`);
  return `hand over ${hits} results`;
}

/** What was lost or damaged at the remote is made anew by those who miss it, and is there again. */
async function heal(world: World, machine: Scene, random: Random): Promise<string | undefined> {
  const from = random.pick(world.machines.filter((each) => each !== machine));
  if (!(await prepare(world, { from, to: machine }))) return undefined;
  let texts: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    world.wipe(from);
    const sent = await from.tr(CALL);
    if (sent.exitCode !== 0) return 'nothing can be made';
    world.wipe(machine);
    const taken = await machine.tr(CALL);
    const { hits, missed } = compareKeys(sent, taken);
    if (missed.length === 0 && !hasTrouble(taken)) {
      world.isRemoteDamaged = false;
      return `heal ${hits} results in ${round + 1} rounds`;
    }
    texts = [`missed: ${missed.join(', ')}`, sent.text, '--- then', taken.text];
  }
  throw new Lost(`the remote does not heal\n${texts.join('\n')}`);
}

/** Gives one machine what the other one has checked out, and both the right to write; false where they cannot share. */
async function prepare(world: World, { from, to }: { readonly from: Scene; readonly to: Scene }): Promise<boolean> {
  const isTrustAsked = readRemoteSettings(from)['publicKeys'] !== undefined;
  // At a server that knows no keys an unsigned entry stays, as the first one.
  if (isTrustAsked && world.kind === 'server') return false;
  if (world.kind === 'strict') {
    await world.remote.kill?.();
    await world.remote.restart();
  }
  for (const each of [from, to]) {
    world.become(each, 'main');
    if (isTrustAsked || world.kind === 'strict') each.surroundings.set('TR_SIGNING_KEY', world.keys.signing);
  }
  return world.pull(to, from);
}

/** Tasks of the second call that missed what the first one had stored, and how many did not. */
function compareKeys(first: Answer, second: Answer): { readonly hits: number; readonly missed: readonly string[] } {
  const [before, after] = [keysOf(first), keysOf(second)];
  const isStored = (task: string): boolean =>
    !first.text.includes(`${task.replace(/:(?=[^:]*$)/, '#')} was not stored`);
  const shared = [...after.keys()].filter((task) => before.get(task)?.key === after.get(task)?.key && isStored(task));
  const missed = shared.filter((task) => after.get(task)?.how.startsWith('miss'));
  return { hits: shared.length - missed.length, missed };
}

function keysOf({ text }: Answer): ReadonlyMap<string, { readonly key: string; readonly how: string }> {
  const keys = new Map<string, { readonly key: string; readonly how: string }>();
  for (const [, task = '', how = '', key = ''] of text.matchAll(
    /^(\S+): cache (hit|miss|bypass)\b.*? ([0-9a-f]{16})/gm,
  ))
    keys.set(task, { key, how });
  return keys;
}

/** Something about the remote was told. */
function hasTrouble({ text }: Answer): boolean {
  return /remote cache|remote\//i.test(text);
}

/** Machines that make sure that they share. */
export const SHARE_CHANGES: Readonly<Record<string, WorldChange>> = { handOver };
