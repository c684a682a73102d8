import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';
import { pickFile, type Change, type Changes } from './change.js';

const TASKS = ['build', 'gen', 'types', 'use', 'test', 'lint', 'late'];

const call =
  (...args: readonly string[]): Change =>
  async (scene, random) => {
    const task = random.pick(TASKS);
    const { exitCode } = await scene.tr(['run', task, ...args]);
    return `tr run ${task} ${args.join(' ')} (${exitCode})`;
  };

async function runAndKill(scene: Scene, random: Random, kill: (pid: number) => void): Promise<number> {
  const wait = 30 + random.below(400);
  let timer: NodeJS.Timeout | undefined;
  await scene.tr(['run', ...TASKS], {
    onStart: ({ pid }) => {
      timer = setTimeout(() => {
        try {
          if (pid !== undefined) kill(pid);
        } catch {
          // It had ended.
        }
      }, wait);
    },
  });
  clearTimeout(timer);
  return wait;
}

/** Other runs than the one that is compared, and what happens to them. */
export const RUN_CHANGES: Changes = {
  other: call(),
  only: call('--only'),
  parallel: call('--parallel'),
  continue: call('--continue'),
  force: call('--force'),
  dry: call('--dry'),
  noCache: call('--cache=local:'),
  readOnly: call('--cache=local:r'),
  writeOnly: call('--cache=local:w'),
  arguments: call('--', '--flag'),
  quiet: call('--output-logs=none'),
  serial: call('--concurrency=1'),
  twoAtOnce: async (scene, random) => {
    const tasks = [random.pick(TASKS), random.pick(TASKS)];
    await Promise.all(tasks.map((task) => scene.tr(['run', task])));
    return `two runs at once: ${tasks.join(', ')}`;
  },
  kill: async (scene, random) => {
    const wait = await runAndKill(scene, random, (pid) => process.kill(-pid, 'SIGKILL'));
    // Tasks have process groups of their own: what they still do is over soon.
    await sleep(400);
    return `kill -9 after ${wait} ms`;
  },
  interrupt: async (scene, random) =>
    `SIGINT after ${await runAndKill(scene, random, (pid) => process.kill(-pid, 'SIGINT'))} ms`,
  editDuring: async (scene, random) => {
    const path = pickFile(scene, random);
    const running = scene.tr(['run', ...TASKS]);
    await sleep(random.below(500));
    if (path !== undefined) editQuietly(join(scene.root, path));
    await running;
    return `edit ${path} during a run`;
  },
  editOften: async (scene, random) => {
    const path = pickFile(scene, random);
    let ended = false;
    const running = scene.tr(['run', ...TASKS]).finally(() => (ended = true));
    while (!ended) {
      if (path !== undefined) editQuietly(join(scene.root, path));
      await sleep(random.below(30));
    }
    await running;
    return `edit ${path} again and again during a run`;
  },
  gc: async (scene) => `tr cache gc (${(await scene.tr(['cache', 'gc'])).exitCode})`,
  why: async (scene) => `tr why (${(await scene.tr(['why', 'build'])).exitCode})`,
  wait: async () => {
    await sleep(120);
    return 'wait';
  },
};

let edits = 0;

/** Writes bytes that no file had before, mostly of one size: what a file has for a moment and had before is nobody's to notice. */
export function editQuietly(path: string): void {
  try {
    if (statSync(path).isFile()) writeFileSync(path, `e${String((edits += 1)).padStart(4, '0')}\n`);
  } catch {
    // A link that leads nowhere.
  }
}
