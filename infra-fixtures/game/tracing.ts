import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span } from '@opentelemetry/api';
import { createSampler } from './sampling.ts';

/**
 * Tracing with OpenTelemetry (docs/decisions/0001-tracing.md). Whether a request is traced was decided where it came in; of twenty that aren't, none is to
 * pay for the one that is, so OpenTelemetry itself is loaded by the first that is sampled.
 */

type Sdk = typeof import('./tracing-sdk.ts').tracingSdk;

const load = async (): Promise<Sdk> => (await import('./tracing-sdk.ts')).tracingSdk;

interface Trace {
  sdk: Sdk;
  /** OpenTelemetry's, with the span that is open. */
  context: Context;
}

export interface SpanDescription {
  name: string;
  kind: 'internal' | 'client' | 'server' | 'consumer';
  attributes?: Record<string, string | number | string[]>;
}

const active = new AsyncLocalStorage<Trace>();

/** True while what is done now is recorded. */
export const traced = (): boolean => active.getStore() !== undefined;

/**
 * Does `work` as a part of the trace that an `X-Amzn-Trace-Id` names, if that one is sampled; its spans are on their way when it resolves.
 *
 * @param header `Root=…;Parent=…;Sampled=1`, which on Lambda is in `_X_AMZN_TRACE_ID`
 */
export const withTrace = async <T>(header: string | undefined, work: () => Promise<T>): Promise<T> => {
  if (header === undefined || !header.includes('Sampled=1')) return work();
  const sdk = await load();
  try {
    return await active.run({ sdk, context: sdk.remoteContext(header) }, work);
  } finally {
    await sdk.flush();
  }
};

/** Does `work` within a span below the one that is open. Without a sampled trace it is just done, with null. */
export const inSpan = async <T>(description: SpanDescription, work: (span: Span | null) => Promise<T>): Promise<T> => {
  const trace = active.getStore();
  return trace === undefined ? work(null) : record(trace, description, work);
};

const sampled = createSampler(Math.random, Date.now);

/** A trace of its own, for work that no request waits for: sampled here, and sent in the background. */
export const inRootSpan = async <T>(description: SpanDescription, work: (span: Span | null) => Promise<T>): Promise<T> => {
  if (!sampled()) return work(null);
  const sdk = await load();
  return record({ sdk, context: sdk.noContext }, description, work);
};

const record = async <T>(trace: Trace, description: SpanDescription, work: (span: Span) => Promise<T>): Promise<T> => {
  const { span, context } = trace.sdk.open(description, trace.context);
  try {
    return await active.run({ sdk: trace.sdk, context }, () => work(span));
  } catch (error) {
    trace.sdk.fail(span, error);
    throw error;
  } finally {
    span.end();
  }
};
