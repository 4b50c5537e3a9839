import { randomSource } from '../analyzers/models/random.ts';

/** Segment documents of made-up requests to the game, as X-Ray's BatchGetTraces gives them. */
export interface MadeTrace {
  id: string;
  documents: Record<string, unknown>[];
}

export interface MadeTraces {
  prefix: string;
  count: number;
  /** Epoch seconds of the first, and how many begin in a second. */
  startS: number;
  perS: number;
  /** Segments of one trace: the stage's, Lambda's two, and one for each call, which X-Ray infers. */
  segments: number;
  seed?: number;
}

const ROUTES = [
  ['GET', '/characters/', 'character', 'characters'],
  ['GET', '/market/auctions/', 'marketplace', 'auctions'],
  ['GET', '/guilds/', 'guilds', 'guilds'],
] as const;
const hex = (value: number, digits: number): string => Math.floor(value).toString(16).padStart(digits, '0').slice(-digits);

/** One after the other, so that not all of them need to be held. */
export function* madeTraces({ prefix, count, startS, perS, segments, seed = 1 }: MadeTraces): Generator<MadeTrace> {
  const random = randomSource(seed);
  for (let k = 0; k < count; k += 1) {
    const id = `${prefix}${hex(k, 16)}`;
    yield { id, documents: requestDocuments(id, k, startS + k / perS, Math.max(1, segments - 3), random.uniform) };
  }
}

function requestDocuments(traceId: string, k: number, atS: number, calls: number, uniform: () => number): Record<string, unknown>[] {
  const [method, path, name, table] = ROUTES[k % ROUTES.length] ?? ROUTES[0];
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `${hex(k + 1, 10)}${hex(ids, 6)}`;
  };
  const times = (fromMs: number, toMs: number) => ({ start_time: atS + fromMs / 1000, end_time: atS + toMs / 1000 });
  let ms = 4;
  const subsegments = Array.from({ length: calls }, () => {
    const from = ms;
    ms += 1 + 9 * uniform();
    const aws = { operation: 'GetItem', region: 'us-east-1', table_name: table };
    return { id: newId(), name: 'DynamoDB', ...times(from, ms), namespace: 'aws', http: { response: { status: 200 } }, aws };
  });
  const [stage, invoke, service, run, invocation] = [newId(), newId(), newId(), newId(), newId()];
  const common = { trace_id: traceId };
  return [
    {
      ...{ ...common, id: stage, name: 'api/prod', ...times(0, ms + 4), origin: 'AWS::ApiGateway::Stage' },
      http: {
        request: { method, url: `https://example.com${path}${hex(k, 8)}`, user_agent: 'Grafana k6/2.2.0' },
        response: { status: 200 },
      },
      subsegments: [
        { id: invoke, name: 'Lambda', ...times(1, ms + 3), namespace: 'aws', aws: { operation: 'Invoke', function_name: name } },
      ],
    },
    { ...common, id: service, name, parent_id: invoke, ...times(2, ms + 2), origin: 'AWS::Lambda' },
    {
      ...{ ...common, id: run, name, parent_id: service, ...times(3, ms + 1), origin: 'AWS::Lambda::Function' },
      aws: { resource_names: [name] },
      subsegments: [{ id: invocation, name: 'Invocation', ...times(3, ms + 1) }, ...subsegments],
    },
    ...subsegments.map(({ id, namespace: _namespace, aws, ...call }) => ({
      ...{ ...common, ...call, id: newId(), parent_id: id, inferred: true, origin: 'AWS::DynamoDB::Table' },
      aws: { ...aws, resource_names: [table] },
    })),
  ];
}
