import type { UnmetCondition } from '@tr/model';
import { printable } from '../text/printable.js';

/** Which condition of `when` keeps a task from running, without a period. */
export function describeUnmet(unmet: UnmetCondition | undefined): string {
  switch (unmet?.kind) {
    case undefined:
      return 'its `when` does not hold';
    case 'env':
      return `${printable(unmet.name)} is not set, which its \`when\` asks for`;
    case 'branch':
      return `${describeBranch(unmet.branch)}, and its \`when\` asks for ${unmet.globs.map(printable).join(' or ')}`;
  }
}

function describeBranch(branch: string | undefined): string {
  return branch === undefined ? 'no branch is checked out' : `the branch is ${printable(branch)}`;
}
