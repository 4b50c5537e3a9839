import type { Span, Trace } from '../contract.ts';
import { finiteOf, isObject, type Json, listOf, objectOf, textOf } from '../json.ts';
import { assembleTrace } from './assemble.ts';
import { LAMBDA_FUNCTION, LAMBDA_SERVICE, nestInvocations } from './invocations.ts';
import type { Naming } from './naming.ts';
import type { NodeNames } from './node-names.ts';

/**
 * X-Ray's segment documents of one trace to spans: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 *
 * A segment is a span of its service, a subsegment with a `namespace` a call as its caller sees it, any other subsegment work of the service
 * itself. Segments that X-Ray infers say once more what their call says, and are left out. A document that can't be read makes the trace
 * partial.
 *
 * @returns null where no document says anything
 */
export function segmentTrace(id: string, documents: readonly unknown[], naming: Naming, knownPartial = false): Trace | null {
  const readable = documents.filter(isObject);
  const spans = new SegmentSpans(naming).read(readable);
  if (spans.length === 0) return null;
  return assembleTrace(id, nestInvocations(spans), knownPartial || readable.length < documents.length);
}

const FUNCTION = 'AWS::Lambda::Function';

class SegmentSpans {
  readonly #naming: Naming;
  readonly #spans: Span[] = [];
  /** Nodes by the ids of what belongs to them, for subsegments that were sent by themselves. */
  readonly #owners = new Map<string, string>();
  readonly #calls = new Set<string>();

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  read(documents: readonly Json[]): Span[] {
    const inferred = documents.filter((document) => document['inferred'] === true);
    const own = documents.filter((document) => document['inferred'] !== true);
    for (const segment of own.filter((document) => document['type'] !== 'subsegment')) this.#segment(segment);
    // One may be the parent of another, in any order: those whose owner isn't known yet wait for it.
    let waiting = own.filter((document) => document['type'] === 'subsegment');
    while (waiting.length > 0) {
      const later = waiting.filter((document) => !this.#owners.has(textOf(document['parent_id']) ?? ''));
      const ready = later.length < waiting.length ? waiting.filter((document) => !later.includes(document)) : waiting;
      for (const document of ready) this.#subsegment(document, textOf(document['parent_id']) ?? null, this.#ownerOf(document));
      waiting = ready === waiting ? [] : later;
    }
    for (const document of inferred) if (!this.#calls.has(textOf(document['parent_id']) ?? '')) this.#segment(document);
    return this.#spans;
  }

  #ownerOf(document: Json): string {
    return this.#owners.get(textOf(document['parent_id']) ?? '') ?? this.#naming.nodes.service(textOf(document['name']) ?? 'unknown');
  }

  #segment(document: Json): void {
    const node = this.#nodeOfSegment(document);
    const parentId = textOf(document['parent_id']) ?? null;
    const isCall = document['inferred'] === true;
    const id = this.#add(document, parentId, node, this.#operationOfSegment(document), isCall);
    if (id === null) return;
    this.#owners.set(id, node);
    for (const part of listOf(document['subsegments']).filter(isObject)) this.#subsegment(part, id, node);
  }

  #subsegment(document: Json, parentId: string | null, owner: string): void {
    const isCall = document['namespace'] === 'aws' || document['namespace'] === 'remote';
    const node = isCall ? calledNode(document, this.#naming.nodes) : owner;
    const operation = isCall ? this.#operationOfCall(document) : (textOf(document['name']) ?? 'work');
    const id = this.#add(document, parentId, node, operation, isCall);
    if (id === null) return;
    this.#owners.set(id, owner);
    if (isCall) this.#calls.add(id);
    for (const part of listOf(document['subsegments']).filter(isObject)) this.#subsegment(part, id, owner);
  }

  #add(document: Json, parentId: string | null, node: string, operation: string, remote: boolean): string | null {
    const id = textOf(document['id']);
    const startS = finiteOf(document['start_time']);
    if (id === undefined || startS === undefined) return null;
    const { word } = this.#naming;
    const retries = retriesOf(document);
    const endS = document['in_progress'] === true ? null : (finiteOf(document['end_time']) ?? null);
    this.#spans.push({
      ...{ id, parentId, node: word(node), operation: word(operation), startS, endS, outcome: outcomeOf(document), remote },
      ...(retries > 0 && { retries }),
    });
    return id;
  }

  #nodeOfSegment(document: Json): string {
    const { nodes } = this.#naming;
    const origin = textOf(document['origin']);
    const name = textOf(document['name']) ?? 'unknown';
    if (document['inferred'] === true) {
      return origin === 'remote'
        ? nodes.service(name)
        : nodes.ofType(origin, textOf(listOf(objectOf(document['aws'])['resource_names'])[0]) ?? name);
    }
    return nodes.ofType(origin, origin === FUNCTION ? (textOf(listOf(objectOf(document['aws'])['resource_names'])[0]) ?? name) : name);
  }

  #operationOfSegment(document: Json): string {
    const origin = textOf(document['origin']);
    if (origin === 'AWS::Lambda') return LAMBDA_SERVICE;
    if (origin === FUNCTION) return LAMBDA_FUNCTION;
    const { method, url } = objectOf(objectOf(document['http'])['request']);
    const request = textOf(url) === undefined ? null : this.#naming.request(textOf(method) ?? 'GET', textOf(url) ?? '');
    return request ?? textOf(objectOf(document['aws'])['operation']) ?? metadataOf(document, 'messaging.operation') ?? 'request';
  }

  #operationOfCall(document: Json): string {
    const operation = textOf(objectOf(document['aws'])['operation']) ?? metadataOf(document, 'db.operation');
    if (operation !== undefined) return operation;
    const { method, url } = objectOf(objectOf(document['http'])['request']);
    return textOf(url) === undefined ? 'call' : this.#naming.request(textOf(method) ?? 'GET', textOf(url) ?? '');
  }
}

/** OpenTelemetry's attributes that became no field of the document: the collector's awsxray exporter. */
const metadataOf = (document: Json, key: string): string | undefined => textOf(objectOf(objectOf(document['metadata'])['default'])[key]);

/** Whom a subsegment calls. Several tables at once are the service's, since none of them alone took the time. */
function calledNode(document: Json, nodes: NodeNames): string {
  const name = textOf(document['name']) ?? 'unknown';
  const aws = objectOf(document['aws']);
  if (document['namespace'] === 'remote') {
    const isCache = metadataOf(document, 'db.system') === 'redis' || metadataOf(document, 'db.system') === 'memcached';
    const known = nodes.service(name);
    return known === name && isCache ? nodes.resource('elasticache', name) : known;
  }
  const tables = listOf(aws['table_names'] ?? (aws['table_name'] === undefined ? [] : [aws['table_name']])).filter((table) =>
    textOf(table),
  );
  if (tables.length === 1) return nodes.resource('dynamodb', String(tables[0]));
  const called = textOf(aws['function_name']);
  if (called !== undefined) return nodes.resource('lambda', called);
  const queue = textOf(aws['queue_url']);
  if (queue !== undefined) return nodes.resource('sqs', queue.slice(queue.lastIndexOf('/') + 1));
  if (name === 'ApiGatewayManagementApi' && nodes.socketApi !== null) return nodes.socketApi;
  return name;
}

const outcomeOf = (document: Json): Span['outcome'] => {
  if (document['throttle'] === true) return 'throttle';
  if (document['fault'] === true) return 'fault';
  return document['error'] === true ? 'error' : 'ok';
};

/** X-Ray's SDKs count in the `aws` block, OpenTelemetry's in an attribute. */
const retriesOf = (document: Json): number =>
  finiteOf(objectOf(document['aws'])['retries']) ?? finiteOf(objectOf(objectOf(document['metadata'])['default'])['aws.retries']) ?? 0;
