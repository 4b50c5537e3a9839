/**
 * Trace ids for requests, so that a slow one leads to its own trace. The one module that is also for scripts of your own:
 *
 *     import { traced } from './node_modules/loadkit/scenarios/lib/trace.ts';
 *     http.get(url, traced({ tags: { name: 'GET /things/:id' } }));
 *
 * Under `loadkit run` all ids start with the run's prefix; under plain k6 with a random one.
 */
import exec from 'k6/execution';
import { tracePrefix, traceRoots } from './trace-id.ts';

declare const crypto: { getRandomValues<T extends Uint32Array>(array: T): T };

const prefix = tracePrefix(__ENV['LOADKIT_TRACE_PREFIX'], Date.now(), crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);

let roots: (() => string) | undefined;

/** A new value for the header `X-Amzn-Trace-Id`, unique per call. Not for the init context, where k6 has no VU yet. */
export function traceHeader(): string {
  roots ??= traceRoots(prefix, exec.vu.idInTest, Date.now());
  return `Root=${roots()}`;
}

/**
 * k6 request params with a trace id. Call it for each request: an id names one request.
 *
 * @param params k6's params, left as they are; https://grafana.com/docs/k6/latest/javascript-api/k6-http/params/
 */
export function traced<P extends { headers?: Record<string, string> }>(params?: P): P & { headers: Record<string, string> } {
  return { ...(params as P), headers: { ...params?.headers, 'X-Amzn-Trace-Id': traceHeader() } };
}
