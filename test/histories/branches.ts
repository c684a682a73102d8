import type { TestWorkspace } from '../rig/workspace.js';
import type { Random } from './random.js';

/** What a developer does with git between two runs. */
export class Branches {
  readonly #workspace: TestWorkspace;
  #made = 0;

  constructor(workspace: TestWorkspace) {
    this.#workspace = workspace;
  }

  /** Commits what there is. */
  keep(): string {
    this.#workspace.git('add', '-A');
    this.#workspace.git('commit', '-q', '--allow-empty', '-m', 'state');
    return 'commit';
  }

  /** A new branch from an earlier commit of this one. */
  goBack(random: Random): string {
    this.keep();
    const commits = Number(this.#workspace.git('rev-list', '--first-parent', '--count', 'HEAD')) - 1;
    const back = 1 + random.below(commits);
    this.#made += 1;
    this.#workspace.git('checkout', '-q', '-b', `branch-${this.#made}`, `HEAD~${back}`);
    return `branch off ${back} commits ago`;
  }

  /** Merges another branch into this one; what both have changed is taken from the other. */
  merge(random: Random): string {
    this.keep();
    const others = this.#workspace
      .git('for-each-ref', '--format=%(refname:short)', '--no-merged', 'HEAD', 'refs/heads')
      .split('\n');
    const names = others.filter(Boolean);
    if (names.length === 0) return this.goBack(random);
    const name = random.pick(names);
    try {
      this.#workspace.git('merge', '-q', '--no-edit', '-X', 'theirs', name);
    } catch {
      // Changed on one side, removed on the other.
      this.#workspace.git('merge', '--abort');
      return `${name} cannot be merged`;
    }
    return `merge ${name}`;
  }
}
