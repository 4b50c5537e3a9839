import type { Document, Entity } from './segment.ts';
import type { StoredTrace } from './store.ts';

/** A trace put together from the documents of it that can be read by now. */
export interface Trace extends Omit<StoredTrace, 'texts'> {
  /** By start, those that X-Ray infers after the others. */
  segments: readonly Segment[];
  /** Subsegments whose parent hasn't come. */
  orphans: readonly Document[];
  /** The first segment that nobody of the trace called. */
  root: Segment;
}

export interface Segment {
  document: Entity;
  node: Node;
  /** The segment and its subsegments, nested ones too. */
  entities: readonly Entity[];
  /** Who called: a segment, and the one of its entities that was the call. */
  caller: { segment: Segment; entity: Entity } | null;
}

/** What a segment stands for on the service map. */
export interface Node {
  name: string;
  type: string | undefined;
}

/** Null while there are only subsegments: X-Ray shows nothing of a trace before its first segment. */
export const assemble = (stored: StoredTrace): Trace | null => {
  const { texts, ...facts } = stored;
  const documents = texts.map((text) => JSON.parse(text) as Document);
  const { whole, orphans } = embed(documents);
  const sent = whole.sort((a, b) => a.start_time - b.start_time).map(toSegment);
  const called = new Set(sent.map(({ document }) => document.parent_id));
  const inferred = sent.flatMap(({ entities }) =>
    entities
      .filter(({ id, namespace }) => namespace !== undefined && !called.has(id))
      .map((call) => toSegment(inferredFrom(call, facts.id))),
  );
  const segments = [...sent, ...inferred];
  link(segments);
  const root = segments.find(({ caller }) => caller === null) ?? segments[0];
  if (root === undefined) return null;
  const starts = sent.map(({ document }) => document.start_time);
  const ends = sent.map(({ document }) => document.end_time ?? document.start_time);
  return { ...facts, startS: Math.min(...starts), endS: Math.max(...ends), segments, orphans, root };
};

/** To the microsecond: a difference of epoch seconds has no more. */
export const secondsBetween = (startS: number, endS: number): number => Math.round((endS - startS) * 1e6) / 1e6;

/** Seconds; of a segment that is still under way, none have been measured. */
export const responseTimeOf = ({ start_time, end_time }: Entity): number | undefined =>
  end_time === undefined ? undefined : secondsBetween(start_time, end_time);

/** With what went on after the response was given. */
export const durationOf = ({ document, entities }: Segment): number | undefined =>
  document.end_time === undefined
    ? undefined
    : secondsBetween(document.start_time, Math.max(...entities.map(({ end_time = 0 }) => end_time)));

export const isOk = ({ error = false, fault = false, throttle = false }: Entity): boolean => !(error || fault || throttle);

/** The call as its client saw it, where the client is known. */
export const requestOf = ({ caller, document }: Segment): Entity => (caller?.entity.namespace === undefined ? document : caller.entity);

/** Puts subsegments that were sent by themselves where they belong; those that belong nowhere (yet) are orphans. */
const embed = (documents: readonly Document[]): { whole: Document[]; orphans: Document[] } => {
  const byId = new Map(documents.flatMap(walk).map((entity) => [entity.id, entity]));
  const whole: Document[] = [];
  const orphans: Document[] = [];
  for (const document of documents) {
    const parent = byId.get(document.parent_id ?? '');
    if (document.type !== 'subsegment') whole.push(document);
    else if (parent === undefined) orphans.push(document);
    else {
      // Where it is now says as much.
      for (const field of ['trace_id', 'parent_id', 'type']) Reflect.deleteProperty(document, field);
      parent.subsegments ??= [];
      parent.subsegments.push(document);
    }
  }
  return { whole, orphans };
};

/** An entity and all below it. A subsegment that is (wrongly) its own ancestor is below no segment, so that this ends. */
const walk = (entity: Entity): Entity[] => {
  const found = [entity];
  for (let k = 0; k < found.length; k++) for (const sub of found[k]?.subsegments ?? []) found.push(sub);
  return found;
};

const toSegment = (document: Entity): Segment => ({ document, node: nodeOf(document), entities: walk(document), caller: null });

const link = (segments: readonly Segment[]): void => {
  const byEntity = new Map(segments.flatMap((segment) => segment.entities.map((entity) => [entity.id, { segment, entity }] as const)));
  for (const segment of segments) {
    const caller = byEntity.get(segment.document.parent_id ?? '');
    if (caller !== undefined && caller.segment !== segment) segment.caller = caller;
  }
};

// ---------------------------------------------------------------------------------------------------------------- what X-Ray infers

const resourceNames = ({ aws = {} }: Entity): string[] => aws.resource_names ?? aws.table_names ?? [aws.table_name ?? []].flat();

/** Any fixed number: an inferred segment is to have the same id each time, and not its subsegment's. */
const ID_MASK = 0x5bd1e9955bd1e995n;

/** The segment of a service that sends none, as AWS's documentation shows one: https://docs.aws.amazon.com/cli/latest/reference/xray/batch-get-traces.html */
const inferredFrom = (call: Entity, traceId: string): Document => {
  const { id, name, start_time, end_time, in_progress, namespace, error, fault, throttle, cause, http, aws } = call;
  const isAws = namespace === 'aws';
  const document = {
    id: (BigInt(`0x${id}`) ^ ID_MASK).toString(16).padStart(16, '0'),
    ...{ name, start_time, end_time, in_progress, parent_id: id, inferred: true, error, fault, throttle, cause, http },
    aws: aws && isAws ? { ...aws, resource_names: resourceNames(call) } : aws,
    trace_id: traceId,
    origin: !isAws ? 'remote' : name === 'DynamoDB' ? 'AWS::DynamoDB::Table' : `AWS::${name}`,
  };
  // What isn't known is undefined, which JSON leaves out.
  return document as Document;
};

const nodeOf = (document: Entity): Node => {
  const isResource = document.inferred === true && document.origin !== 'remote';
  return { name: (isResource ? resourceNames(document)[0] : undefined) ?? document.name, type: document.origin };
};
