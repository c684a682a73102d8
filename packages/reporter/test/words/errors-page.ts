import { compareStrings, type Failure } from '@tr/model';
import { describeFailure, positionOf } from '../../src/words/describe-failure.js';
import { FAILURE_SAMPLES } from './failure-samples.js';

/** Title of each area's part of the page, in the order of the page. */
const AREAS: Readonly<Record<string, string>> = {
  usage: 'Command line',
  config: 'Configuration',
  workspace: 'Workspace, package manager and git',
  lockfile: 'Lockfiles',
  graph: 'Tasks and filters',
  fingerprint: 'Fingerprints',
  task: 'Tasks that run',
  store: 'Cache',
  remote: 'Remote cache',
  export: 'Results as files',
  service: 'Services',
};

/** The text of `docs/errors.md`, made from one sample per code. */
export function renderErrorsPage(): string {
  const samples = [...new Map([...FAILURE_SAMPLES].reverse().map((failure) => [failure.code, failure])).values()];
  const sections = Object.entries(AREAS).map(([area, title]) =>
    renderArea(
      title,
      samples.filter(({ code }) => code.startsWith(`${area}/`)),
    ),
  );
  return `# Errors and warnings

<!-- Generated from the codes and their words by \`npm run docs -w packages/reporter\`. Do not edit. -->

Every error and warning has a code that never changes its meaning: search for it here, match it in scripts (\`--log-format=json\` has it as
\`failure.code\`). A message begins with \`file:line:column\` where it lies in a file; the names below are examples.

Cache trouble is never the end of a run: the task executes instead. Exit codes are in [command-line.md](command-line.md#exit-codes).

${sections.join('\n')}`;
}

function renderArea(title: string, failures: readonly Failure[]): string {
  const sorted = [...failures].sort((a, b) => compareStrings(a.code, b.code));
  return `## ${title}\n\n${sorted.map(renderCode).join('\n')}`;
}

/** A heading to link to, and the message as it is printed. */
function renderCode(failure: Failure): string {
  const { what, next } = describeFailure(failure);
  const position = positionOf(failure);
  const where = position === undefined ? '' : `${position.file}:${position.line}:${position.column} `;
  return `### \`${failure.code}\`\n\n\`\`\`text\n${where}${what}\n${next === undefined ? '' : `next: ${next}\n`}\`\`\`\n`;
}
