// After each random change to a work tree, what `tr` comes to is compared with what it comes to in a copy without state and outputs:
// keys, logs, every output byte. Much of it comes back to what it was, with other times, in clones that keep the cache, at once after a
// recorded run. Machines that share a remote also make runs from nothing, with `kill -9`, policies, scopes, signatures, faults on the way
// and damage: there a result is one whole result, log included; what was sent without trouble is a hit elsewhere; damage heals.
//
// With git, the input files are those that git lists, with the ids that it would store. Much smaller steps look at that alone (`--git`).
//
// Versions that share state: `--also=<clone>` (several times) names older clones of this repository, built and bundled. Their programs
// make calls in turns with ours, and their servers have the same store. Only what comes of one program is compared.
//
// Follows random histories of work trees, and of machines that share a remote (kinds `server`, `strict`, `bucket` and `replicas`, or `--kind=shared` for both):
// `npm run differential -- [--count=50] [--length=30] [--seed=N] [--kind=…] [--repeats] [--git] [--also=…] [--on=<directory>]`. Prints every seed. With `--repeats` they are
// about recorded runs: that nothing such a run looked at changes unnoticed.
import { tmpdir } from 'node:os';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OWN_PROGRAM, programIn } from '../rig/program.js';
import { followGitHistory, makeGitHistory } from './follow-git.js';
import { followHistory, makeHistory } from './follow.js';
import type { History, Outcome } from './history.js';
import { KINDS } from './kinds.js';
import { followSharedHistory, makeSharedHistory } from './shared/follow-shared.js';
import { REMOTES } from './shared/remote.js';
import { shrinkHistory } from './shrink.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50' },
    length: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kind: { type: 'string' },
    on: { type: 'string', default: tmpdir() },
    cold: { type: 'string', default: tmpdir() },
    shrink: { type: 'string', default: 'yes' },
    repeats: { type: 'boolean', default: false },
    git: { type: 'boolean', default: false },
    also: { type: 'string', multiple: true, default: [] },
  },
});

const older = values.also.map((directory) => programIn(resolve(directory), basename(directory)));
const places = { warm: values.on, cold: values.cold, programs: [OWN_PROGRAM, ...older] };
const length = Number(values.length);
const remote = REMOTES.find((each) => each === values.kind);
const isShared = remote !== undefined || values.kind === 'shared';
const kind = KINDS.find((each) => each === values.kind);
let failed = 0;

async function tryHistory<K extends string>(
  history: History<K>,
  follow: (history: History<K>) => Promise<Outcome>,
): Promise<void> {
  const outcome = await follow(history);
  const isRight = outcome.differences.length === 0;
  process.stdout.write(
    `${history.kind}, seed ${history.seed}: ${outcome.steps} steps, ${isRight ? 'no difference' : 'DIFFERENT'}\n`,
  );
  if (isRight) return;
  failed += 1;
  process.stdout.write(`${outcome.story.join('\n')}\n${outcome.differences.slice(0, -3).join('\n')}\n`);
  if (values.shrink !== 'yes') return;
  const shrunk = await shrinkHistory(history, follow, outcome);
  process.stdout.write(
    `--- shrunk (${shrunk.history.steps.map(({ name }) => name).join(', ')})\n${shrunk.outcome.story.join('\n')}\n${shrunk.outcome.differences.join('\n')}\n===\n`,
  );
}

for (let at = 0; at < Number(values.count); at += 1) {
  const seed = Number(values.seed) + at;
  if (isShared)
    await tryHistory(makeSharedHistory(seed, { length, kind: remote }), (each) => followSharedHistory(each, places));
  else if (values.git)
    await tryHistory(makeGitHistory(seed, { length, kind }), (each) => followGitHistory(each, places));
  else
    await tryHistory(makeHistory(seed, { length, kind, repeats: values.repeats }), (each) =>
      followHistory(each, places),
    );
}
process.exitCode = failed === 0 ? 0 : 1;
