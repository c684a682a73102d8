import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Scene } from './scene.js';
import { OUTPUT_NAMES } from './settings.js';

/** What the tasks of a call said, by task: key and a digest of what they read. */
export function marksOf({ text }: Answer): ReadonlyMap<string, string> {
  const marks = new Map<string, string>();
  for (const [, task = '', rest = ''] of text.matchAll(/MARK (\S+) ([0-9a-f]{16} \d+ \d+)/g)) marks.set(task, rest);
  return marks;
}

/** How what a warm work tree came to differs from what the same one came to from nothing; empty when it does not. */
export function compareScenes(
  warm: { readonly scene: Scene; readonly answer: Answer },
  cold: { readonly scene: Scene; readonly answer: Answer },
): readonly string[] {
  const differences: string[] = [];
  if (warm.answer.exitCode !== cold.answer.exitCode)
    differences.push(`exit code ${warm.answer.exitCode}, not ${cold.answer.exitCode}`);
  if (cold.answer.exitCode !== 0) return differences;
  const [said, expected] = [marksOf(warm.answer), marksOf(cold.answer)];
  for (const task of new Set([...said.keys(), ...expected.keys()]))
    if (said.get(task) !== expected.get(task))
      differences.push(`${task} said ${said.get(task)}, not ${expected.get(task)}`);
  return [...differences, ...compareOutputs(warm.scene, cold.scene, [...expected.keys()])];
}

function compareOutputs(warm: Scene, cold: Scene, tasks: readonly string[]): readonly string[] {
  const differences: string[] = [];
  // What a glob leaves out is nobody's to bring back.
  const expected = cold.listOutputs().filter((path) => !path.includes('used/each/'));
  for (const path of expected) {
    const [found, right] = [describe(join(warm.root, path)), describe(join(cold.root, path))];
    if (found !== right) differences.push(`${path} is ${found}, not ${right}`);
  }
  const known = new Set(expected);
  for (const path of warm.listOutputs()) {
    if (known.has(path) || path.includes('used/each/') || warm.strangers.has(path) || !isOfTasks(path, tasks)) continue;
    differences.push(`${path} is there, and should not be`);
  }
  return differences;
}

/** Which task writes there. */
function taskOf(path: string): string {
  if (/(?:^|\/)dist\/types(?:\/|$)/.test(path)) return 'types';
  const name = path.split('/').find((part) => OUTPUT_NAMES.has(part)) ?? '';
  return { dist: 'build', out: 'all' }[name] ?? name;
}

/** Whether a task of the package that the path lies in was part of the call; packages are called like their directories. */
function isOfTasks(path: string, tasks: readonly string[]): boolean {
  const names = path.split('/');
  const owner = names[names.findIndex((name) => OUTPUT_NAMES.has(name)) - 1];
  return tasks.some((task) => {
    const [name = '', id = ''] = task.split('#');
    return id === taskOf(path) && (owner === undefined || name.split('/').at(-1) === owner);
  });
}

/** What is another one in each execution; which one is nobody's to say. See `findMixtures`. */
export const NONCE = /nonce-[0-9a-f]{16}/g;

/** What is at a path: kind, content, whether it can be executed. */
export function describe(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'nothing';
  if (stat.isSymbolicLink()) return `a link to ${readlinkSync(path)}`;
  if (!stat.isFile()) return 'no file';
  const text = readFileSync(path, 'latin1').replace(NONCE, 'nonce');
  return `${(stat.mode & 0o100) === 0 ? '' : 'executable '}${JSON.stringify(text)}`;
}
