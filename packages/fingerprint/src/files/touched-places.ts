import type { RelativePath } from '@tr/model';
import { directoryOf } from './work-tree.js';

/** Directories into which something was put, counted, so that what was seen earlier can be told from what was seen since. */
export class TouchedPlaces {
  /** Directory -> the touch that was the last in it. */
  readonly #in = new Map<RelativePath, number>();
  /** Directory -> the last touch of one below it. */
  readonly #below = new Map<RelativePath, number>();
  #count = 0;

  /** Touches so far. */
  get count(): number {
    return this.#count;
  }

  touch(directory: RelativePath): void {
    this.#count += 1;
    this.#in.set(directory, this.#count);
    for (let above = directory; above !== '';) this.#below.set((above = directoryOf(above)), this.#count);
  }

  /** Whether anything at, above or below a directory was touched after the first `touches`. */
  isTouched(directory: RelativePath, touches: number): boolean {
    if (touches === this.#count) return false;
    if ((this.#below.get(directory) ?? 0) > touches) return true;
    for (let above = directory; ; above = directoryOf(above)) {
      if ((this.#in.get(above) ?? 0) > touches) return true;
      if (above === '') return false;
    }
  }
}
