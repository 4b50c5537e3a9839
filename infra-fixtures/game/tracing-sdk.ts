import { setImmediate as turn } from 'node:timers/promises';
import {
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AWSXRayIdGenerator } from '@opentelemetry/id-generator-aws-xray';
import { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SpanDescription } from './tracing.ts';
import { XRaySpanExporter } from './xray-span-exporter.ts';

/** What tracing needs of OpenTelemetry: loaded once something is sampled, see tracing.ts. */

/** As AWS's own distribution does, since a batch has to fit into one UDP packet: 64 KB less a third for base64. */
const SPANS_PER_PACKET = 10;
const SEND_EVERY_MS = 1000;
/** Keeps the packet small whatever an error says. Guess: tune. */
const ATTRIBUTE_LENGTH_MAX = 1024;

const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, server: SpanKind.SERVER, consumer: SpanKind.CONSUMER };

const processor = new BatchSpanProcessor(new XRaySpanExporter(), {
  maxExportBatchSize: SPANS_PER_PACKET,
  scheduledDelayMillis: SEND_EVERY_MS,
});
const tracer: Tracer = new BasicTracerProvider({
  // A root's id begins with its time, as X-Ray demands.
  idGenerator: new AWSXRayIdGenerator(),
  spanLimits: { attributeValueLengthLimit: ATTRIBUTE_LENGTH_MAX },
  spanProcessors: [processor],
}).getTracer('game');

const propagator = new AWSXRayPropagator();

/** The context of the segment that a trace header names. */
const remoteContext = (header: string): Context => propagator.extract(ROOT_CONTEXT, { 'x-amzn-trace-id': header }, defaultTextMapGetter);

/** A span that has begun, and the context of those below it. */
const open = ({ name, kind, attributes }: SpanDescription, parent: Context): { span: Span; context: Context } => {
  const span = tracer.startSpan(name, { kind: KINDS[kind], ...(attributes !== undefined && { attributes }) }, parent);
  return { span, context: trace.setSpan(parent, span) };
};

const fail = (span: Span, error: unknown): void => {
  const known = error instanceof Error ? error : new Error(String(error));
  span.recordException(known);
  span.setStatus({ code: SpanStatusCode.ERROR, message: known.message });
};

/** Sends what has been recorded, and waits for the turn in which it leaves: Lambda may freeze the process right after. What can't be sent is lost. */
const flush = async (): Promise<void> => {
  await processor.forceFlush().catch(() => undefined);
  await turn();
};

/** One object, since it is handed about as a whole. */
export const tracingSdk = { noContext: ROOT_CONTEXT, remoteContext, open, fail, flush };
