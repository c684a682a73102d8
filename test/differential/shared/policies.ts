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
