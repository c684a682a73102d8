import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../histories/random.js';
import type { Fault } from '../../rig/fault-proxy.js';
import { pickSome } from '../changes/change.js';
import { ALL, type WorldChange } from './world-change.js';

/** Spoils what passes during the next calls. What was to be sent then may not get there. */
const fault =
  (faulty: Fault): WorldChange =>
  (world, machine, random) => {
    world.isRemoteDamaged = true;
    world.remote.proxy.fault = faulty;
    if (random.below(2) === 0) world.wipe(machine);
    const wait = random.pick([0, 0, 100, 300]);
    if (wait > 0) world.pending = sleep(wait).then(() => void (world.remote.proxy.fault = { kind: 'none' }));
    return `${faulty.kind}${wait > 0 ? ` for ${wait} ms` : ''}`;
  };

const ofStored =
  (name: string, make: (path: string, random: Random) => void): WorldChange =>
  (world, machine, random) => {
    for (let count = 1 + random.below(3); count > 0; count--) {
      const path = pickSome(random, world.remote.listFiles());
      if (path === undefined) return undefined;
      world.isRemoteDamaged = true;
      make(path, random);
    }
    if (random.below(2) === 0) world.wipe(machine);
    return `${name} files of the remote`;
  };

function flip(path: string, random: Random): void {
  const bytes = readFileSync(path);
  const at = random.below(Math.max(bytes.length, 1));
  if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  rmSync(path);
  writeFileSync(path, bytes);
}

/** What goes wrong with the remote, on the way to it, and with what has come from it. */
export const FAULT_CHANGES: Readonly<Record<string, WorldChange>> = {
  hang: fault({ kind: 'hang' }),
  slow: fault({ kind: 'slow' }),
  reset: fault({ kind: 'reset' }),
  resetRequest: fault({ kind: 'reset-request' }),
  truncate: fault({ kind: 'truncate' }),
  flip: fault({ kind: 'flip' }),
  status: fault({ kind: 'status', status: 500 }),
  full: fault({ kind: 'status', status: 507 }),
  endless: fault({ kind: 'endless' }),
  serverDies: (world, machine, random) => {
    const { kill } = world.remote;
    if (kill === undefined) return undefined;
    world.isRemoteDamaged = true;
    if (random.below(2) === 0) world.wipe(machine);
    const [before, after] = [random.below(800), random.below(300)];
    world.pending = sleep(before)
      .then(kill)
      .then(() => sleep(after))
      .then(() => world.remote.restart());
    return `the server is killed after ${before} ms, and started again after ${after} ms`;
  },
  removeStored: ofStored('remove', (path) => rmSync(path)),
  truncateStored: ofStored('truncate', (path, random) =>
    writeFileSync(path, readFileSync(path).subarray(0, random.below(statSync(path).size + 1))),
  ),
  flipStored: ofStored('flip a bit in', flip),
  flipLocal: (world, machine, random) => {
    const found = spawnSync(
      'find',
      [
        join(machine.root, '.tr/cache/v1'),
        '-type',
        'f',
        '(',
        '-path',
        '*/blobs/*',
        '-o',
        '-path',
        '*/arrivals/*',
        '-o',
        '-name',
        '*.chunks',
        ')',
      ],
      { encoding: 'utf8' },
    );
    const path = pickSome(random, found.stdout.split('\n').filter(Boolean).sort());
    if (path === undefined) return undefined;
    world.damaged.add(machine);
    flip(path, random);
    return `flip a bit in ${path.slice(machine.root.length + 1)}`;
  },
  otherVersion: (world, machine, random) => {
    const cache = join(machine.root, '.tr/cache/v1');
    if (!existsSync(cache)) return undefined;
    world.damaged.add(machine);
    const script = random.pick([
      'sed -i "1s/tr-arrivals 1/tr-arrivals 2/" arrivals/*',
      'find actions -name "*.chunks" -exec sed -i "s/.version.:1/\\"version\\":2/" {} +',
      'mv ../v1 ../v0',
      'mv ../../state/v1 ../../state/v0',
      'mv ../../state/v0 ../../state/v1',
    ]);
    spawnSync('sh', ['-c', script], { cwd: cache });
    return script;
  },
  fullDisk: async (world, machine, random) => {
    const place = join(machine.root, random.pick(['.tr/cache', '.tr/state', '.tr']));
    if (random.below(2) === 0) world.wipe(machine);
    mkdirSync(place, { recursive: true });
    const size = random.pick(['16k', '64k', '256k', '1m', '3m']);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place]).status !== 0) return undefined;
    try {
      for (let run = 0; run < 2; run++) {
        const { exitCode, text } = await machine.tr(['run', ...ALL]);
        if (/internal|InvariantError|a bug/i.test(text)) throw new Error(text);
        if (exitCode === 0) world.wipeOutputs(machine);
      }
    } finally {
      spawnSync('umount', ['-l', place]);
    }
    return `runs with ${size} for ${place.slice(machine.root.length + 1)}`;
  },
};
