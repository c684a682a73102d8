// Follows random histories of work trees: `npm run differential -- [--count=50] [--length=30] [--seed=N] [--kind=…] [--on=<directory>]`. Prints every seed.
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { followHistory, makeHistory } from './follow.js';
import { KINDS } from './kinds.js';
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
  },
});

const kind = KINDS.find((each) => each === values.kind);
const places = { warm: values.on, cold: values.cold };
let failed = 0;
for (let at = 0; at < Number(values.count); at += 1) {
  const history = makeHistory(Number(values.seed) + at, { length: Number(values.length), kind });
  const outcome = await followHistory(history, places);
  const isRight = outcome.differences.length === 0;
  process.stdout.write(
    `${history.kind}, seed ${history.seed}: ${outcome.steps} steps, ${isRight ? 'no difference' : 'DIFFERENT'}\n`,
  );
  if (isRight) continue;
  failed += 1;
  process.stdout.write(`${outcome.story.join('\n')}\n${outcome.differences.slice(0, -3).join('\n')}\n`);
  if (values.shrink !== 'yes') continue;
  const shrunk = await shrinkHistory(history, places, outcome);
  process.stdout.write(
    `--- shrunk (${shrunk.history.steps.map(({ name }) => name).join(', ')})\n${shrunk.outcome.story.join('\n')}\n${shrunk.outcome.differences.join('\n')}\n===\n`,
  );
}
process.exitCode = failed === 0 ? 0 : 1;
