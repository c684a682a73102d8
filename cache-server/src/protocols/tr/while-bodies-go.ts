import { Problem } from '../../http/problem.js';

/** Bodies of one answer that may turn out gone or damaged before it is trouble. */
const ROUNDS = 4;

/**
 * Answers with bodies that are looked for anew when one of them turns out gone or damaged before anything was sent: by then it is
 * known to be, and the answer does without it. A 404 would say that nobody here speaks this protocol.
 */
export async function whileBodiesGo<T>(answer: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await answer();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not-found') throw error;
      if (round >= ROUNDS) throw new Problem('store-trouble', `bodies that are gone: ${error.detail ?? ''}`);
    }
  }
}
