import type { News, Question } from './siblings.js';

/** What a worker sends to the process that started it. */
export type FromWorker =
  /** It listens to messages: those sent before are lost. */
  | { readonly type: 'hello' }
  /** It serves. */
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'tell'; readonly news: readonly News[] }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'answer'; readonly asker: number; readonly id: number; readonly value: unknown };

/** What a worker is sent. */
export type ToWorker =
  | { readonly type: 'stop' }
  /** So many workers should serve and do not. */
  | { readonly type: 'missing'; readonly workers: number }
  | { readonly type: 'news'; readonly news: readonly News[] }
  | { readonly type: 'asked'; readonly asker: number; readonly id: number; readonly question: Question }
  | { readonly type: 'answers'; readonly id: number; readonly values: readonly unknown[] };
