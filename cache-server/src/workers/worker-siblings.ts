import type { FromWorker, ToWorker } from './messages.js';
import { joinNews, type News, type Question, type SiblingDuties, type Siblings } from './siblings.js';

/** News wait this long for more, milliseconds: a message costs as much as answering a small request. */
const GATHER_MS = 25;

/** How a worker reaches the process that started it. */
export interface WorkerChannel {
  send(message: FromWorker): void;
}

/** The siblings of a worker, reached through the process that started them all. */
export class WorkerSiblings implements Siblings {
  readonly isLeader: boolean;
  #missing = 0;
  readonly #channel: WorkerChannel;
  readonly #questions = new Map<number, (values: readonly unknown[]) => void>();
  #news: News[] = [];
  #lastId = 0;
  #duties: SiblingDuties | undefined;

  constructor(channel: WorkerChannel, isLeader: boolean) {
    this.#channel = channel;
    this.isLeader = isLeader;
  }

  get missing(): number {
    return this.#missing;
  }

  tell(news: News): void {
    if (this.#news.length === 0) setTimeout(() => this.#flush(), GATHER_MS);
    const last = this.#news.at(-1);
    const joined = last === undefined ? undefined : joinNews(last, news);
    if (joined === undefined) this.#news.push(news);
    else this.#news[this.#news.length - 1] = joined;
  }

  ask(question: Question): Promise<readonly unknown[]> {
    this.#flush();
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#questions.set(id, resolve);
      this.#channel.send({ type: 'ask', id, question });
    });
  }

  join(duties: SiblingDuties): void {
    this.#duties = duties;
  }

  /** Takes what came over the channel. */
  receive(message: Exclude<ToWorker, { readonly type: 'stop' }>): void {
    switch (message.type) {
      case 'missing':
        this.#missing = message.workers;
        return;
      case 'news':
        for (const news of message.news) this.#take(news);
        return;
      case 'asked':
        void this.#answer(message);
        return;
      case 'answers':
        this.#questions.get(message.id)?.(message.values);
        this.#questions.delete(message.id);
    }
  }

  #take(news: News): void {
    try {
      this.#duties?.take(news);
    } catch (error) {
      this.#duties?.noteUnexpected(error);
    }
  }

  /** Whoever asks hears something whatever happens: it waits for all. */
  async #answer({ asker, id, question }: Extract<ToWorker, { readonly type: 'asked' }>): Promise<void> {
    let value: unknown;
    try {
      value = await this.#duties?.answer(question);
    } catch (error) {
      this.#duties?.noteUnexpected(error);
    }
    this.#flush();
    this.#channel.send({ type: 'answer', asker, id, value });
  }

  #flush(): void {
    const news = this.#news;
    this.#news = [];
    if (news.length > 0) this.#channel.send({ type: 'tell', news });
  }
}
