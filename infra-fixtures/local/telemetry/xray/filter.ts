import type { Filter, Keyword, Operator, Selector, Value } from './filter-parser.ts';
import type { Entity } from './segment.ts';
import { durationOf, isOk, type Node, requestOf, responseTimeOf, type Segment, secondsBetween, type Trace } from './trace.ts';

/** Whether a trace is one that a filter asks for. Facts of the request are those of the trace's root. */
export const matches = (filter: Filter, trace: Trace): boolean => holds(filter, trace, traceSubject(trace));

/** The segments of a trace that a `service` means, or that were called along an `edge`. */
export const selected = (filter: Filter, trace: Trace): Segment[] => {
  if (filter.kind === 'service') return trace.segments.filter(({ node }) => isNode(node, filter.of));
  if (filter.kind !== 'edge') return [];
  const { from, to } = filter;
  return trace.segments.filter(({ node, caller }) => caller !== null && isNode(caller.segment.node, from) && isNode(node, to));
};

/** All values that a keyword has; none where it isn't set. */
type Subject = (keyword: Keyword) => readonly Value[];

const holds = (filter: Filter, trace: Trace, subject: Subject): boolean => {
  switch (filter.kind) {
    case 'and':
      return holds(filter.left, trace, subject) && holds(filter.right, trace, subject);
    case 'or':
      return holds(filter.left, trace, subject) || holds(filter.right, trace, subject);
    case 'not':
      return !holds(filter.of, trace, subject);
    case 'is':
      return subject(filter.keyword).some((value) => value !== false);
    case 'compare':
      return compare(subject(filter.keyword), filter.operator, filter.value);
    default: {
      const within = filter.filter;
      const subjectOf = filter.kind === 'edge' ? edgeSubject : segmentSubject;
      return selected(filter, trace).some((segment) => within === null || holds(within, trace, subjectOf(segment, trace)));
    }
  }
};

/** `!=` asks for something that is set, and different: a guess, since AWS doesn't say. */
const compare = (values: readonly Value[], operator: Operator, wanted: Value): boolean => {
  const comparable = values.filter((value) => typeof value === typeof wanted);
  if (operator === '!=') return values.length > 0 && !comparable.includes(wanted);
  return comparable.some((value) => COMPARISONS[operator](value, wanted));
};

const COMPARISONS: Readonly<Record<Exclude<Operator, '!='>, (value: Value, wanted: Value) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
  contains: (value, wanted) => String(value).includes(String(wanted)),
  beginswith: (value, wanted) => String(value).startsWith(String(wanted)),
  endswith: (value, wanted) => String(value).endsWith(String(wanted)),
};

const isNode = ({ name, type }: Node, wanted: Selector): boolean =>
  (wanted.name === undefined || wanted.name === name) && (wanted.type === undefined || wanted.type === type);

type Facts = Readonly<Record<string, Value | undefined | readonly (Value | undefined)[]>>;

const factsOf = (facts: Facts): Subject => {
  return ({ name }) => [facts[name]].flat().filter((value) => value !== undefined);
};

const requestFacts = ({ error, fault, throttle, http, ...entity }: Entity): Facts => ({
  ok: isOk({ error, fault, throttle, ...entity } as Entity),
  error,
  fault,
  throttle,
  responsetime: responseTimeOf(entity),
  'http.status': http?.response?.status,
  'http.url': http?.request?.url,
  'http.method': http?.request?.method,
  'http.useragent': http?.request?.user_agent,
  'http.clientip': http?.request?.client_ip,
});

const resourceFacts = (segments: readonly Segment[]): Facts => ({
  user: segments.map(({ document }) => document.user),
  availabilityzone: segments.map(({ document: { aws } }) => aws?.ec2?.availability_zone ?? aws?.ecs?.availability_zone),
  'instance.id': segments.map(({ document }) => document.aws?.ec2?.instance_id),
  'resource.arn': segments.map(({ document }) => document.resource_arn),
});

const traceSubject = (trace: Trace): Subject => {
  const { root, segments } = trace;
  const subject = factsOf({
    ...requestFacts(root.document),
    ...resourceFacts(segments),
    throttle: hasThrottle(trace),
    ok: isOk(root.document) && !hasThrottle(trace),
    partial: isPartial(trace),
    duration: secondsBetween(trace.startS, trace.endS),
  });
  return (keyword) => (keyword.key === undefined ? subject(keyword) : annotations(segments, keyword.key));
};

const segmentSubject = (segment: Segment, { root }: Trace): Subject =>
  factsOf({
    ...requestFacts(segment.document),
    ...resourceFacts([segment]),
    ...nodeFacts(segment),
    duration: durationOf(segment),
    root: segment === root,
  });

/** What the caller saw of it. */
const edgeSubject = (segment: Segment): Subject =>
  factsOf({
    ...resourceFacts([segment]),
    ...nodeFacts(segment),
    ...requestFacts(requestOf(segment)),
    duration: responseTimeOf(requestOf(segment)),
    root: false,
  });

const nodeFacts = ({ node, document, caller }: Segment): Facts => ({
  ...node,
  inferred: document.inferred,
  remote: caller?.entity.namespace !== undefined,
  partial: document.in_progress,
});

const annotations = (segments: readonly Segment[], key: string): Value[] =>
  segments.flatMap(({ entities }) =>
    entities.flatMap(({ annotations = {} }) => (Object.hasOwn(annotations, key) ? [annotations[key] as Value] : [])),
  );

/** "One or more of the segment documents is in progress": https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html */
export const isPartial = ({ segments }: Trace): boolean => segments.some(({ document }) => document.in_progress === true);
/** "One or more of the segment documents has a 429 throttling error." */
export const hasThrottle = ({ segments }: Trace): boolean => segments.some(({ document }) => document.throttle === true);
