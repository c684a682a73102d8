import type { ReferenceProblem, VariableProblem } from '@tr/model';
import { refuse, tolerate, type ValueProblem } from './problem.js';

/** Our own markers start like that too: a misspelt one is no variable. */
const OLD_VARIABLE = /^\$(?!TURBO_)([A-Za-z_][A-Za-z0-9_]*)$/;

/** Checks the name or pattern of an environment variable: `NAME`, `A_*`, `!NAME`. */
export function checkVariable(value: string): ValueProblem | undefined {
  const name = value.startsWith('!') ? value.slice(1) : value;
  const failure = (problem: VariableProblem) => ({ code: 'config/invalid-variable', value, problem }) as const;
  if (value.startsWith('$')) return refuse(failure('dollar'));
  if (name === '') return tolerate(failure('empty'));
  if (name.includes('=')) return tolerate(failure('equals'));
  return undefined;
}

/** Checks the name of one environment variable, where a pattern has no meaning. */
export function checkVariableName(value: string): ValueProblem | undefined {
  if (/[*!]/.test(value)) return refuse({ code: 'config/invalid-variable', value, problem: 'pattern' });
  return checkVariable(value);
}

/** The variable that an entry of `dependsOn` in the form of old Turborepo versions names: `$NAME`. */
export function oldVariableOf(value: string): string | undefined {
  return OLD_VARIABLE.exec(value)?.[1];
}

/** Checks an entry of `dependsOn`: as {@link checkTaskReference}, or `$NAME`. */
export function checkDependency(value: string): ValueProblem | undefined {
  const problem = checkTaskReference(value);
  return problem !== undefined && oldVariableOf(value) !== undefined ? { ...problem, verdict: 'outdated' } : problem;
}

/** Checks the name of tasks to wait for: `t`, `^t`, `pkg#t`, `//#t`. */
export function checkTaskReference(value: string): ValueProblem | undefined {
  if (value.startsWith('$')) return badReference(value, 'dollar');
  return checkTaskId(value, value.startsWith('^') ? value.slice(1) : value);
}

/** Checks an entry of `with`: `t`, `pkg#t`, `//#t`. */
export function checkSiblingReference(value: string): ValueProblem | undefined {
  if (value.startsWith('^')) return badReference(value, 'caret');
  return checkTaskId(value, value);
}

function checkTaskId(value: string, id: string): ValueProblem | undefined {
  if (id === '') return badReference(value, 'empty');
  if (id.startsWith('#')) return badReference(value, 'no-package');
  if (id.endsWith('#')) return badReference(value, 'no-task');
  return undefined;
}

function badReference(value: string, problem: ReferenceProblem): ValueProblem {
  return refuse({ code: 'config/invalid-reference', value, problem });
}
