import type { Span } from '@opentelemetry/api';
import { log } from './log.ts';
import { inSpan, type SpanDescription, traced } from './tracing.ts';

/** What a client of the AWS SDK has that this needs. */
interface AwsClient {
  config: { region(): Promise<string> };
  middlewareStack: object;
}

/** The stack's types are generic over every command of one client; this middleware looks at no input but for its tables, and hands on what it gets. */
interface Stack {
  add(middleware: Middleware, options: { step: 'initialize'; priority: 'high'; name: string }): void;
}
type Handler = (args: { input: unknown }) => Promise<unknown>;
type Middleware = (next: Handler, context: { commandName?: string }) => Handler;

interface Output {
  output?: { $metadata?: Metadata };
}

interface Metadata {
  httpStatusCode?: number;
  requestId?: string;
  attempts?: number;
}

/**
 * One CLIENT span for each call of the client, its retries within, where the trace is sampled. Attributes by OpenTelemetry's convention for AWS's SDKs, in
 * the names from which X-Ray fills a subsegment's `aws` block: https://opentelemetry.io/docs/specs/semconv/cloud-providers/aws-sdk/
 */
export const traceCalls = (client: AwsClient, service: string): void => {
  (client.middlewareStack as Stack).add(
    (next, { commandName = 'unknown' }) =>
      async (args) => {
        log.debug('calling', () => ({ api: service, command: commandName, tables: tablesOf(args.input) }));
        if (!traced()) return next(args);
        return inSpan(await describe(client, service, commandName, args.input), async (span) => {
          try {
            const answer = (await next(args)) as Output;
            note(span, answer.output?.$metadata);
            return answer;
          } catch (error) {
            note(span, (error as { $metadata?: Metadata }).$metadata);
            throw error;
          }
        });
      },
    { step: 'initialize', priority: 'high', name: 'spanOfCall' },
  );
};

const describe = async (client: AwsClient, service: string, commandName: string, input: unknown): Promise<SpanDescription> => {
  const method = commandName.replace(/Command$/, '');
  const tables = tablesOf(input);
  return {
    name: `${service}.${method}`,
    kind: 'client',
    attributes: {
      'rpc.system': 'aws-api',
      'rpc.service': service,
      'rpc.method': method,
      'aws.region': await client.config.region(),
      ...(tables.length > 0 && { 'db.system': 'dynamodb', 'aws.dynamodb.table_names': tables }),
    },
  };
};

const tablesOf = (input: unknown): string[] => {
  const { TableName, RequestItems } = input as { TableName?: string; RequestItems?: object };
  return TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName];
};

const note = (span: Span | null, metadata: Metadata = {}): void => {
  const { httpStatusCode, requestId, attempts } = metadata;
  if (httpStatusCode !== undefined) span?.setAttribute('http.status_code', httpStatusCode);
  if (requestId !== undefined) span?.setAttribute('aws.request_id', requestId);
  if (attempts !== undefined && attempts > 1) span?.setAttribute('aws.retries', attempts - 1);
};
