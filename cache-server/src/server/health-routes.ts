import type { FastifyInstance } from 'fastify';

/** What the routes ask. */
export interface HealthQuestions {
  isReady(): Promise<boolean>;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

/** `/healthz`: the process answers. `/readyz`: it can serve. `/metrics`: totals, nothing of any client. No login. */
export function addHealthRoutes(app: FastifyInstance, questions: HealthQuestions): void {
  app.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok\n'));
  app.get('/readyz', async (_request, reply) => {
    const isReady = await questions.isReady();
    return await reply
      .code(isReady ? 200 : 503)
      .type('text/plain')
      .send(isReady ? 'ready\n' : 'not ready\n');
  });
  app.get('/metrics', async (_request, reply) => {
    return await reply.type('text/plain; version=0.0.4; charset=utf-8').send(await questions.metrics());
  });
}
