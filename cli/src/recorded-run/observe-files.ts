import { isAbsolute } from 'node:path';
import { isMissing } from '@tr/model';
import { READ_NOW, watchLooks, type QuickLook } from '@tr/quick';
import { hasLoaded } from './loaded-modules.js';
import { SEEN, Sights } from './sights.js';

/** The module itself: what a bundler makes of an import of all of it is a copy. */
const fs = process.getBuiltinModule('node:fs');

/** What `fs.promises` is made in. */
const PROMISES: ReadonlySet<string> = new Set(['NativeModule internal/fs/promises']);

type Call = (...args: unknown[]) => unknown;

/** Calls of Node's `fs` that look at a path, and what that says of it. `lstatSync` is seen from below. */
const LOOKS: Readonly<Record<string, number>> = {
  statSync: SEEN.looked | SEEN.followed,
  readFileSync: SEEN.looked | SEEN.followed,
  readdirSync: SEEN.listed | SEEN.followed,
  readlinkSync: SEEN.looked,
  existsSync: SEEN.present | SEEN.followed,
  openSync: SEEN.looked | SEEN.followed,
};

/** Calls that are seen otherwise, and those about open files, which `openSync` has seen. */
const SEEN_OTHERWISE: ReadonlySet<string> = new Set(['closeSync', 'fstatSync', 'lstatSync', 'readSync', 'readvSync']);

/**
 * Observes what this process asks of its disk through Node's `fs`, libraries included. A call of which nothing is known here, like
 * everything that writes, makes the observation partial: that what was seen decides the run is then no longer sure.
 */
export class FileObservation {
  /** By absolute path. */
  readonly sights = new Sights();
  /** Where paths led when all links were followed. */
  readonly resolved = new Map<string, string>();
  isPartial = false;
  /** Node looks at each directory on the way; where that leads is what counts. */
  #isResolving = false;
  readonly #undo: (() => void)[] = [];
  /** Calls of `fs.promises` are not observed: none may have been made. */
  #unlessPromises = false;

  /** Begins to observe; false where Node is not as `watchLooks` knows it. */
  start(): boolean {
    const stopWatching = watchLooks((path, found) => this.#noteLook(path, found), process.cwd());
    if (stopWatching === undefined) return false;
    this.#undo.push(stopWatching);
    this.#replaceCalls(fs, (name, original) => this.#replacementOf(name, original));
    // To ask for them is to load them, which takes Node half a millisecond.
    if (hasLoaded(PROMISES)) this.#replaceCalls(fs.promises, (_, original) => this.#spoiling(original));
    else this.#unlessPromises = true;
    return true;
  }

  #spoil(): void {
    this.isPartial = true;
    // Nobody will ask any more, and what a run writes and reads from here on may be much.
    this.stop();
    this.sights.clear();
  }

  /** Ends it. What was seen stays. */
  stop(): void {
    if (this.#unlessPromises && hasLoaded(PROMISES)) this.isPartial = true;
    for (const undo of this.#undo.splice(0)) undo();
  }

  #replacementOf(name: string, original: Call): Call | undefined {
    if (SEEN_OTHERWISE.has(name)) return undefined;
    if (name === 'realpathSync') {
      const native = fs.realpathSync.native as Call;
      return Object.assign(this.#resolving(original), { native: this.#resolving(native) });
    }
    const bits = LOOKS[name];
    const other = this.#spoiling(original);
    if (bits === undefined) return other;
    const looking = this.#looking(original, bits);
    return name === 'openSync'
      ? (...args) => (args[1] === 'r' || args[1] === READ_NOW ? looking : other)(...args)
      : looking;
  }

  #looking(original: Call, bits: number): Call {
    return this.#observing(original, (path, answer) => {
      const isThere = answer !== false && answer !== undefined;
      this.#note(path, isThere ? bits : SEEN.absent | (bits & SEEN.followed));
    });
  }

  #resolving(original: Call): Call {
    const resolve: Call = (...args) => {
      this.#isResolving = true;
      try {
        return original(...args);
      } finally {
        this.#isResolving = false;
      }
    };
    return this.#observing(resolve, (path, answer) => {
      if (typeof path === 'string' && typeof answer === 'string') this.resolved.set(path, answer);
      else this.#spoil();
    });
  }

  /** The same call; `note` is told of its first argument and its answer, or the error is noted. */
  #observing(original: Call, note: (path: unknown, answer: unknown) => void): Call {
    return (...args) => {
      let answer: unknown;
      try {
        answer = original(...args);
      } catch (error) {
        if (isMissing(error)) this.#note(args[0], SEEN.absent | SEEN.followed);
        else this.#spoil();
        throw error;
      }
      note(args[0], answer);
      return answer;
    };
  }

  #spoiling(original: Call): Call {
    const spoil = (file: unknown): void => {
      // What the run prints may go through here as well.
      if (file !== 1 && file !== 2) this.#spoil();
    };
    return function (this: unknown, ...args) {
      spoil(args[0]);
      return original.apply(this, args);
    };
  }

  #noteLook(path: unknown, found: QuickLook | undefined | Error): void {
    if (this.#isResolving) return;
    if (found === undefined) return this.#note(path, SEEN.absent);
    if (!(found instanceof Error)) return this.#note(path, SEEN.looked, found);
    if (isMissing(found)) this.#note(path, SEEN.absent);
    else this.#spoil();
  }

  #note(path: unknown, bits: number, found?: QuickLook): void {
    // An open file.
    if (typeof path === 'number') return;
    if (typeof path !== 'string' || !isAbsolute(path)) {
      this.#spoil();
      return;
    }
    this.sights.note(path, bits, found);
  }

  /** Puts another function in the place of each function of `module` for which there is one. */
  #replaceCalls(module: object, replace: (name: string, original: Call) => Call | undefined): void {
    const calls = module as Record<string, Call>;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
      // Classes are written with a capital letter.
      if (typeof value !== 'function' || /^[A-Z_]/.test(name)) continue;
      const original = value as Call;
      const other = replace(name, original);
      if (other === undefined) continue;
      calls[name] = other;
      this.#undo.push(() => {
        calls[name] = original;
      });
    }
  }
}
