import { Random } from '../histories/random.js';
import { OWN_PROGRAM, type Program } from '../rig/program.js';

/** Who makes the calls of a scene, one after the other: this program, or older ones in turns with it. */
export class Turns {
  readonly #programs: readonly Program[];
  readonly #random: Random;
  readonly #taken = new Set<string>();

  constructor(programs: readonly Program[] = [OWN_PROGRAM], seed = 0) {
    this.#programs = programs;
    // Not the numbers by which a change is made.
    this.#random = new Random(seed ^ 0x7475726e);
  }

  /** How many there are. */
  get count(): number {
    return this.#programs.length;
  }

  next(): Program {
    const program = this.#random.pick(this.#programs);
    this.#taken.add(program.name);
    return program;
  }

  /**
   * From now on it is one and the same: what is compared has to come from the same program. Mostly the first one, which is ours: older
   * ones have defects of their own.
   */
  stay(): Turns {
    const isOurs = this.#random.below(4) > 0;
    return new Turns(isOurs ? this.#programs.slice(0, 1) : [this.#random.pick(this.#programs)]);
  }

  /** Who made calls, or will make them all, for the story; nothing where it is only ours. */
  tell(): string {
    const [first] = this.#programs;
    const names = this.#programs.length === 1 && first !== undefined ? [first.name] : [...this.#taken];
    return names.some((name) => name !== OWN_PROGRAM.name) ? ` [${names.join(', ')}]` : '';
  }
}
