import type { RelativePath } from '@tr/model';
import { isMatch, matchesEverything, matchesFile, step, stepAlong, type Glob, type Reached } from './glob.js';

/** Patterns that leave paths out, and how far a walk has come in each of them. */
export class Exclusions {
  static readonly none = new Exclusions([], []);
  readonly #globs: readonly Glob[];
  readonly #reached: readonly Reached[];

  private constructor(globs: readonly Glob[], reached: readonly Reached[]) {
    this.#globs = globs;
    this.#reached = reached;
  }

  /** The state of `globs` at a directory. */
  static at(globs: readonly Glob[], directory: RelativePath): Exclusions {
    return globs.length === 0
      ? Exclusions.none
      : new Exclusions(
          globs,
          globs.map((glob) => stepAlong(glob, directory)),
        );
  }

  /** True when nothing below can be left out. */
  get isEmpty(): boolean {
    return this.#reached.every((reached) => reached.length === 0);
  }

  /** True when a pattern matches this very path. */
  get isMatch(): boolean {
    return this.#globs.some((glob, at) => isMatch(glob, this.#reached[at] ?? []));
  }

  /** True when everything below is left out. */
  get isEverything(): boolean {
    return this.#globs.some((glob, at) => matchesEverything(glob, this.#reached[at] ?? []));
  }

  /** True when a pattern matches the path of `name` in this directory. */
  has(name: string): boolean {
    return this.#globs.some((glob, at) => matchesFile(glob, this.#reached[at] ?? [], name));
  }

  /** The state one directory deeper. */
  into(name: string): Exclusions {
    if (this.#globs.length === 0 || this.isEmpty) return Exclusions.none;
    return new Exclusions(
      this.#globs,
      this.#globs.map((glob, at) => step(glob, this.#reached[at] ?? [], name)),
    );
  }
}
