import type { FromWorker, ToWorker } from './messages.js';

/** A worker, as the process that started it sees it. */
export interface RelayedWorker {
  readonly id: number;
  /** Does nothing when it is gone. */
  send(message: ToWorker): void;
}

interface OpenQuestion {
  readonly asker: RelayedWorker;
  readonly id: number;
  readonly waitingFor: Set<number>;
  readonly values: unknown[];
}

/** Passes on what workers tell and ask each other. None may be added before it listens: it would be waited for in vain. */
export class Relay {
  readonly #workers = new Map<number, RelayedWorker>();
  readonly #questions = new Map<string, OpenQuestion>();

  add(worker: RelayedWorker): void {
    this.#workers.set(worker.id, worker);
  }

  /** A worker that is gone says nothing any more. */
  remove(id: number): void {
    this.#workers.delete(id);
    for (const [name, question] of this.#questions) {
      if (question.asker.id === id) this.#questions.delete(name);
      else this.#settle(name, id);
    }
  }

  take(from: RelayedWorker, message: Exclude<FromWorker, { readonly type: 'hello' | 'ready' }>): void {
    const others = [...this.#workers.values()].filter(({ id }) => id !== from.id);
    switch (message.type) {
      case 'tell':
        for (const worker of others) worker.send({ type: 'news', news: message.news });
        return;
      case 'ask': {
        const { id, question } = message;
        const name = `${from.id} ${id}`;
        this.#questions.set(name, { asker: from, id, waitingFor: new Set(others.map((one) => one.id)), values: [] });
        for (const worker of others) worker.send({ type: 'asked', asker: from.id, id, question });
        this.#settle(name);
        return;
      }
      case 'answer': {
        const name = `${message.asker} ${message.id}`;
        if (message.value !== undefined) this.#questions.get(name)?.values.push(message.value);
        this.#settle(name, from.id);
      }
    }
  }

  /** Answers a question that nobody is waited for any more. */
  #settle(name: string, answered?: number): void {
    const question = this.#questions.get(name);
    if (question === undefined) return;
    if (answered !== undefined) question.waitingFor.delete(answered);
    if (question.waitingFor.size > 0) return;
    this.#questions.delete(name);
    question.asker.send({ type: 'answers', id: question.id, values: question.values });
  }
}
