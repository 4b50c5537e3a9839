import type { RequestListener } from 'node:http';
import type { Engine } from './engine.ts';

/** What the load balancer asks a worker: `GET /health`, answered by 200 or 503. */
export const answerHealth =
  (engine: Engine): RequestListener =>
  (request, response) => {
    const health = engine.health();
    const status = request.url !== '/health' ? 404 : health.status === 'ok' ? 200 : 503;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 404 ? {} : health));
  };
