import type { RelativePath } from '@tr/model';
import { InsidePackage } from './inside-package.js';
import { TouchedPlaces } from './touched-places.js';
import type { WorkTree } from './work-tree.js';

/** What is asked about files. */
export interface Question {
  readonly key: string;
  readonly directory: RelativePath;
  /** The globs of a question that is about the directory alone, unless they lead out of it. */
  readonly patterns?: readonly string[];
  /** Whether executables are marked in the answer. Absent = as for all questions. */
  readonly countsModes?: boolean;
}

interface KeptAnswer<T> {
  readonly answer: T;
  /** Touches when it was given; see {@link TouchedPlaces}. */
  readonly touches: number;
  /** What was looked at, for links that were met. */
  readonly look: WorkTreeLook;
}

/** One look at the work tree, under way or done. */
export interface WorkTreeLook {
  /** Set when the walk has listed a directory with links in it: what it found may lie anywhere. Unknown before it has ended. */
  metLinks: boolean;
}

/** Answers about files of a work tree, for as long as nothing is said to have been written that could change them. */
export class KeptAnswers<T> {
  readonly #workTree: WorkTree;
  readonly #answers = new Map<string, KeptAnswer<T>>();
  readonly #places = new TouchedPlaces();
  #inside: InsidePackage;

  constructor(workTree: WorkTree) {
    this.#workTree = workTree;
    this.#inside = new InsidePackage(workTree);
  }

  /** The answer that was given before, if it is still good, else that of `ask`. */
  find(question: Question, ask: (look: WorkTreeLook) => T): T {
    const known = this.#answers.get(question.key);
    if (known !== undefined && this.#isGood(known, question)) return known.answer;
    const { count: touches } = this.#places;
    const look = { metLinks: true };
    const answer = ask(look);
    this.#answers.set(question.key, { touches, look, answer });
    return answer;
  }

  /** Anything may have been written. */
  forget(): void {
    this.#answers.clear();
    this.#inside = new InsidePackage(this.#workTree);
  }

  /** Something was written below a directory, and nowhere else. */
  touch(directory: RelativePath): void {
    // Behind a link it was written elsewhere.
    if (this.#inside.has(directory, [])) this.#places.touch(directory);
    else this.forget();
  }

  #isGood({ touches, look }: KeptAnswer<T>, { directory, patterns }: Question): boolean {
    if (touches === this.#places.count) return true;
    if (patterns === undefined || look.metLinks || this.#places.isTouched(directory, touches)) return false;
    return this.#inside.has(directory, patterns);
  }
}
