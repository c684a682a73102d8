import type { FastifyInstance } from 'fastify';

/** Why the server cannot serve. */
export interface Obstacle {
  readonly kind: 'starting' | 'draining' | 'store-moved' | 'store-refused' | 'store-trouble';
  /** What the store said, in a word or two; never a name of a client. */
  readonly detail?: string | undefined;
}

const WORDS: Readonly<Record<Obstacle['kind'], string>> = {
  starting: 'what is stored is being counted',
  draining: 'the server is going down',
  'store-moved': 'the directory of the store is not the one it was at the start: mount it again, or restart the server',
  'store-refused':
    'the store refuses this server: are its credentials still good, and may it read? `tr-cache-server doctor` says more',
  'store-trouble': 'the store does not answer',
};

/** What the routes ask. */
export interface HealthQuestions {
  /** Undefined when it can serve. */
  findObstacle(): Promise<Obstacle | undefined>;
  /** Processes of this server that should serve and do not. */
  missingWorkers(): number;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

function describe({ kind, detail }: Obstacle): string {
  return detail === undefined ? WORDS[kind] : `${WORDS[kind]} (${detail})`;
}

/** A server that lacks workers goes on serving with those it has: taking it out of use would leave none. */
function describeReady(missing: number): string {
  return missing === 0 ? 'ready\n' : `ready, but ${missing} of its worker processes died or cannot be started\n`;
}

/** `/healthz`: the process answers. `/readyz`: it can serve. `/metrics`: totals, nothing of any client. No login. */
export function addHealthRoutes(app: FastifyInstance, questions: HealthQuestions): void {
  app.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok\n'));
  app.get('/readyz', async (_request, reply) => {
    const obstacle = await questions.findObstacle();
    return await reply
      .code(obstacle === undefined ? 200 : 503)
      .type('text/plain')
      .send(obstacle === undefined ? describeReady(questions.missingWorkers()) : `not ready: ${describe(obstacle)}\n`);
  });
  app.get('/metrics', async (_request, reply) => {
    return await reply.type('text/plain; version=0.0.4; charset=utf-8').send(await questions.metrics());
  });
}
