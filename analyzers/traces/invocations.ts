import type { Span } from '../contract.ts';

/**
 * Lambda writes two segments: of the service, which the caller waits for, and of the function. Below the function's stand `Initialization`,
 * `Invocation` and `Overhead`: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
export const LAMBDA_SERVICE = 'Service';
export const LAMBDA_FUNCTION = 'Function';
export const INVOCATION = 'Invocation';
const PARTS: ReadonlySet<string> = new Set(['Initialization', 'Restore', INVOCATION, 'Overhead']);

/**
 * What a function does is written as done by its segment, beside `Invocation`, which covers the same time: it is put below that, or each
 * moment would count as the function's own work. An initialization that comes before the function's time goes to what waits for it, the
 * service's segment.
 *
 * @param spans changed in place
 */
export function nestInvocations(spans: Span[]): Span[] {
  const functions = new Map(spans.filter(isFunction).map((span) => [span.id, span]));
  if (functions.size === 0) return spans;
  const invocations = new Map(
    spans.filter(isPart).flatMap(({ id, parentId, operation }) => (operation === INVOCATION ? [[parentId, id]] : [])),
  );
  for (const span of spans) {
    const owner = functions.get(span.parentId ?? '');
    if (owner === undefined) continue;
    if (!isPart(span)) span.parentId = invocations.get(owner.id) ?? owner.id;
    else if (span.operation !== INVOCATION && span.startS < owner.startS && owner.parentId !== null) span.parentId = owner.parentId;
  }
  return spans;
}

/** What is neither the function's own time nor that of its calls: no code of it runs, and its caller waits for an environment. */
export const isStart = ({ node, operation }: Pick<Span, 'node' | 'operation'>): boolean =>
  node.startsWith('lambda:') && (operation === LAMBDA_SERVICE || isInitialization({ operation }));
export const isInitialization = ({ operation }: Pick<Span, 'operation'>): boolean =>
  operation === 'Initialization' || operation === 'Restore';

const isFunction = ({ operation, remote, node }: Span): boolean => operation === LAMBDA_FUNCTION && !remote && node.startsWith('lambda:');
const isPart = ({ operation, remote }: Span): boolean => PARTS.has(operation) && !remote;
