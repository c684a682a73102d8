/**
 * A binary heap: `take` gives the item that `isBefore` puts first. Equal items come in no particular order, so the
 * comparison should be total.
 */
export class PriorityQueue<T> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = items[above] as T;
      if (!this.#isBefore(item, other)) break;
      items[at] = other;
      at = above;
    }
    items[at] = item;
  }

  /** Undefined when empty. */
  take(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length > 0) this.#sink(last as T);
    return first;
  }

  /** Takes the first item for which `accepts` holds, leaving the others; undefined when there is none. */
  takeFirst(accepts: (item: T) => boolean): T | undefined {
    const refused: T[] = [];
    let found: T | undefined;
    while (this.size > 0) {
      const item = this.take() as T;
      if (accepts(item)) {
        found = item;
        break;
      }
      refused.push(item);
    }
    for (const item of refused) this.add(item);
    return found;
  }

  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      const right = below + 1;
      if (right < items.length && this.#isBefore(items[right] as T, items[below] as T)) below = right;
      const other = items[below] as T;
      if (!this.#isBefore(other, item)) break;
      items[at] = other;
      at = below;
    }
    items[at] = item;
  }
}
