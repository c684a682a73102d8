import { Random } from '../../histories/random.js';
import { createWorkspace } from '../../rig/workspace.js';
import { asList, asRecord, asText, openTools, type Answer, type ParityCase } from '../dry-run.js';
import type { CaseResult, JudgedDifference } from '../report.js';
import { runCase } from '../run-cases.js';
import { makeRepository } from './make-repository.js';
import { makeCall, makeEdit } from './make-steps.js';

const STEPS = 4;

/**
 * Edits a workspace that `seed` decides. After each edit both tools have to answer alike, for all tasks and for one more call, and
 * the same tasks have to have another hash than before.
 */
export async function runRandom(seed: number): Promise<readonly CaseResult[]> {
  const random = new Random(seed);
  const repository = makeRepository(random);
  const workspace = createWorkspace(repository.tree);
  const tools = openTools(workspace.root);
  const results: CaseResult[] = [];
  const story = [`seed ${seed}`];
  const run = (call: ParityCase) =>
    runCase(tools, workspace.root, { ...call, name: `${story.join(', ')}: ${call.name}` });
  const all: ParityCase = { name: 'all tasks', args: repository.tasks, env: repository.env };
  try {
    workspace.git('branch', 'topic');
    workspace.git('commit', '-q', '--allow-empty', '-m', 'second');
    let before = await run(all);
    results.push(before);
    for (let step = 0; step < STEPS; step += 1) {
      const edit = makeEdit(random, repository);
      edit.apply(workspace);
      story.push(edit.name);
      const after = await run(all);
      results.push({ ...after, differences: [...after.differences, ...compareChanges(before, after)] });
      before = after;
      results.push(await run(makeCall(random, repository)));
    }
    return results;
  } finally {
    tools.dispose();
    workspace.dispose();
  }
}

/** Tasks whose hash only one tool has changed. That inputs differ on purpose explains it. */
function compareChanges(before: CaseResult, after: CaseResult): readonly JudgedDifference[] {
  const known = [...before.differences, ...after.differences].find(({ field }) =>
    /^(?:inputs|files)$/.test(field),
  )?.known;
  const turbo = changedTasks(before.turbo, after.turbo);
  const ours = changedTasks(before.ours, after.ours);
  return [...turbo].flatMap(([of, isChanged]) => {
    const isOurs = ours.get(of);
    if (isOurs === undefined || isOurs === isChanged) return [];
    return [{ level: isChanged ? 'C' : 'A', field: 'change of the hash', of, turbo: isChanged, ours: isOurs, known }];
  });
}

/** Tasks that are in both answers, and whether their hashes differ. */
function changedTasks(before: Answer, after: Answer): ReadonlyMap<string, boolean> {
  const [old, now] = [hashesOf(before), hashesOf(after)];
  return new Map([...now].flatMap(([id, hash]) => (old.has(id) ? [[id, old.get(id) !== hash]] : [])));
}

const hashesOf = ({ json }: Answer): ReadonlyMap<string, string> =>
  new Map(
    asList(asRecord(json)['tasks'])
      .map(asRecord)
      .map(({ taskId, hash }) => [asText(taskId), asText(hash)]),
  );
