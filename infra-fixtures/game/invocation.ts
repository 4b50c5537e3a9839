import type { Context as LambdaContext } from 'aws-lambda';
import { environment } from './environment.ts';
import { log, withCorrelation } from './log.ts';
import { count, publishIfDue } from './metrics.ts';
import { withTrace } from './tracing.ts';

let cold = true;

/**
 * What every function does around its work: the log's ids, the trace, the metrics. Ids are read before anything is waited for: Lambda sets the trace's
 * for each invocation.
 */
export const invocation = async <R>(event: object, context: LambdaContext, work: () => Promise<R>): Promise<R> => {
  const trace = process.env['_X_AMZN_TRACE_ID'];
  const ids = { traceId: rootOf(trace ?? headerOf(event)), requestId: context.awsRequestId };
  count('Requests');
  if (cold) count('ColdStarts');
  cold = false;
  try {
    return await withCorrelation(ids, () => withTrace(trace, () => observed(event, work)));
  } catch (error) {
    count('RequestsFailed');
    throw error;
  } finally {
    publishIfDue();
  }
};

const observed = async <R>(event: object, work: () => Promise<R>): Promise<R> => {
  log.debug('invoked', () => ({ event: readable(event) }));
  failSometimes();
  leak();
  const answer = await work();
  log.debug('answered', () => ({ answer: readable(answer) }));
  return answer;
};

/** The mistake of a bad release that fails for some. */
const failSometimes = (): void => {
  const { errorShare } = environment().mistakes;
  if (errorShare > 0 && Math.random() < errorShare) throw new TypeError("cannot read properties of undefined (reading 'version')");
};

const leaked: number[][] = [];
const NUMBERS_PER_KB = 128;
/** In small pieces, as a list grows: a heap that is full is noticed between two of them. */
const PIECE_KB = 64;

/** The mistake of a list that only grows. Numbers in an array lie in the heap, which is what a function's memory is for. */
const leak = (): void => {
  const { leakKb } = environment().mistakes;
  for (let kb = 0; kb < leakKb; kb += PIECE_KB) {
    leaked.push(new Array<number>(Math.min(PIECE_KB, leakKb - kb) * NUMBERS_PER_KB).fill(0.5));
  }
};

/** A body is JSON in a text: unpacked, so that the log finds the secrets in it. One that isn't JSON could hold anything, and is left out. */
const readable = (message: unknown): unknown => {
  if (typeof message !== 'object' || message === null || !('body' in message) || typeof message.body !== 'string') return message;
  try {
    return { ...message, body: JSON.parse(message.body) as unknown };
  } catch {
    return { ...message, body: `${message.body.length} characters that are no JSON` };
  }
};

const headerOf = (event: object): string | undefined => {
  const { headers } = event as { headers?: Record<string, string | undefined> | null };
  return headers?.['X-Amzn-Trace-Id'];
};

/** `1-67891233-abcdef012345678912345678` of a trace header. */
const rootOf = (header: string | undefined): string | undefined => /Root=([^;]+)/.exec(header ?? '')?.[1];
