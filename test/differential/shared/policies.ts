import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROLES } from './remote.js';
import { readRemoteSettings, writeRemoteSettings } from './remote-settings.js';
import { ALL, type WorldChange } from './world-change.js';

const policy =
  (...args: readonly string[]): WorldChange =>
  async (world, machine, random) => {
    if (random.below(2) === 0) world.wipeOutputs(machine);
    const { exitCode } = await machine.tr(['run', ...ALL, ...args]);
    return `tr run ${args.join(' ')} (${exitCode})`;
  };

const CLOCKS = [
  ['right', 'now()'],
  ['a day behind', 'now() - 86_400_000'],
  ['a day ahead', 'now() + 86_400_000'],
  ['set back', 'now() - 1000 * looks++'],
  ['set ahead', 'now() + 1000 * looks++'],
] as const;

/** Runs with other policies, and with other rights. */
export const POLICY_CHANGES: Readonly<Record<string, WorldChange>> = {
  noLocal: policy('--cache=local:,remote:rw'),
  readLocal: policy('--cache=local:r,remote:rw'),
  writeLocal: policy('--cache=local:w,remote:rw'),
  readRemote: policy('--cache=remote:r'),
  writeRemote: policy('--cache=local:rw,remote:w'),
  force: policy('--force'),
  serial: policy('--concurrency=1'),
  role: (world, machine, random) => {
    const role = random.pick(ROLES);
    world.become(machine, role);
    return `be ${role}`;
  },
  /** A clock that is off, or is set while a run looks at it. */
  clock: (_, machine, random) => {
    const [name, now] = random.pick(CLOCKS);
    const path = join(machine.base, 'clock.cjs');
    writeFileSync(path, `const now = Date.now; let looks = 0; Date.now = () => ${now};\n`);
    machine.surroundings.set('NODE_OPTIONS', `--require=${path}`);
    return `a clock that is ${name}`;
  },
  sign: (world, machine) => {
    const signs = machine.surroundings.delete('TR_SIGNING_KEY');
    if (!signs) machine.surroundings.set('TR_SIGNING_KEY', world.keys.signing);
    return signs ? 'sign no more' : 'sign';
  },
  trust: (world, machine) => {
    const { publicKeys, ...others } = readRemoteSettings(machine);
    const isAsked = publicKeys === undefined;
    const written = writeRemoteSettings(machine, isAsked ? { ...others, publicKeys: [world.keys.trusted] } : others);
    return written ? `${isAsked ? 'ask' : 'do not ask'} for signatures` : undefined;
  },
  scope: (world, machine, random) => {
    if (world.kind !== 'bucket') return undefined;
    const scope = random.pick(['main', 'pr/7', 'pr/8']);
    return writeRemoteSettings(machine, { ...readRemoteSettings(machine), scope }) ? `scope ${scope}` : undefined;
  },
};
