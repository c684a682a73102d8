import type { TaskFailure } from '@tr/model';
import { printable } from '../text/printable.js';
import { firstOf } from './names.js';
import { TOO_MANY_FILES, type Words } from './words.js';

/** Words for a task that did not end well, or for a warning about one. */
export function describeTaskFailure(failure: TaskFailure): Words {
  switch (failure.code) {
    case 'task/exit-nonzero':
      return describeExit(failure.task, failure.exitCode, failure.withheld ?? []);
    case 'task/killed':
      return describeKilled(failure.task, failure.signal);
    case 'task/timeout':
      return {
        what: `${printable(failure.task)} was stopped after its timeout of ${seconds(failure.timeoutMs)}.`,
        next: 'Raise `timeout` of the task, or find what it waits for in its log.',
      };
    case 'task/spawn-failed':
      return {
        what: `${printable(failure.task)} could not be started: ${printable(failure.detail)}.`,
        next: adviseOnStart(failure.detail),
      };
    case 'task/empty-inputs':
      return {
        what: `No file in any package matched these inputs of ${printable(failure.task)}: ${firstOf(failure.globs)}.`,
        next: 'Correct `inputs` (or `steps` of `snapshot`): a change of the files meant by them goes unnoticed.',
      };
    case 'task/empty-outputs':
      return {
        what: `No file matched the outputs of ${printable(failure.task)}: ${firstOf(failure.globs)}.`,
        next: 'Correct `outputs`, or remove the globs that the task never writes to.',
      };
    case 'task/no-inputs': {
      const directory = printable(failure.directory === '' ? '.' : failure.directory);
      return {
        what: `No file in \`${directory}\` is an input of \`${printable(failure.task)}\`: git ignores them all, or there are none.`,
        next: `A change there goes unnoticed. \`git check-ignore -v ${directory}/*\` names the patterns of \`.gitignore\`; files that \`inputs\` names count all the same.`,
      };
    }
    case 'task/left-processes':
      return {
        what: `${printable(failure.task)} ended and left processes running; they were stopped.`,
        next: 'Make the command wait for them, or make it a `persistent` task.',
      };
    case 'task/log-unwritable':
      return {
        what: `The log of ${printable(failure.task)} cannot be written to ${printable(failure.path)} (${printable(failure.detail)}); its result is not stored.`,
        next: 'Free space there, or make the directory writable.',
      };
    case 'task/too-many-persistent':
      return {
        what: `${failure.count} persistent tasks would take all ${failure.concurrency} slots, so that nothing else could run.`,
        next: `Set \`--concurrency\` (or \`concurrency\` in the configuration) to at least ${failure.count + 1}.`,
      };
  }
}

/** By the error of the system in `detail`. */
function adviseOnStart(detail: string): string {
  if (/\b(?:EMFILE|ENFILE)\b/.test(detail)) return TOO_MANY_FILES;
  if (/\bE2BIG\b/.test(detail))
    return 'The system takes no command line or environment this long: name a directory, or fewer files, after `--`.';
  if (/\b(?:EAGAIN|ENOMEM)\b/.test(detail))
    return 'No more processes, or no memory, are to be had: raise the limit (`ulimit -u`), or lower `--concurrency`.';
  return 'Check that its directory and its shell exist.';
}

function describeExit(task: string, exitCode: number, withheld: readonly string[]): Words {
  const what = `${printable(task)} exited with code ${exitCode}.`;
  if (withheld.length === 0) return exitCode === NOT_FOUND ? { what, next: HOW_TO_FIND } : { what };
  const names = withheld.slice(0, 5).map(printable).join(', ');
  return { what, next: `It mentions ${names}, set but kept from it: list it in \`env\` or \`passThroughEnv\`.` };
}

/** What a shell ends with when it knows no such command. */
const NOT_FOUND = 127;
const HOW_TO_FIND =
  'That is how a shell says that there is no such command: install what has it, or put it in PATH (an activated virtual environment is enough). A script that is there has a first line that names no program, or ends in CRLF.';

function describeKilled(task: string, signal: string): Words {
  const what = `${printable(task)} was ended from outside by ${printable(signal)}.`;
  if (signal !== 'SIGKILL') return { what };
  return { what, next: 'SIGKILL often means that the machine ran out of memory: try a lower `--concurrency`.' };
}

function seconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
