import { Scanner } from '../scanner.ts';
import { AwsError } from '../service.ts';
import type { Entity } from './segment.ts';
import { durationOf, isOk, type Node, requestOf, responseTimeOf, type Segment, secondsBetween, type Trace } from './trace.ts';

/**
 * X-Ray's filter expressions: https://docs.aws.amazon.com/xray/latest/devguide/aws-xray-interface-console.html#xray-console-filters . What can't be read is
 * refused; so are the keywords that are not in the table below, groups and root causes.
 */
export type Filter = (trace: Trace) => boolean;

/** A service, or an edge between two, as it stands in filters and by itself. */
export interface Selector {
  isEdge: boolean;
  /** The segments of the service, or those that were called along the edge. */
  segmentsOf: (trace: Trace) => readonly Segment[];
}

/** @throws AwsError InvalidRequestException where it isn't an expression that can be evaluated */
export const parseFilter = (text: string): Filter => {
  const holds = parsed(text, (parser) => parser.any());
  return (trace) => holds(traceSubject(trace), trace);
};

/** `service(…)`, `edge(…)` or `id(…)`. @throws AwsError InvalidRequestException */
export const parseSelector = (text: string): Selector => parsed(text, (parser) => parser.selector() ?? ofService(parser.node()));

/** What is asked: a trace, by the request that its root answered; a service; or a call, as its caller saw it. */
interface Subject {
  request: Entity;
  durationS: number | undefined;
  throttled: boolean;
  segments: readonly Segment[];
}

type Value = boolean | number | string;
type Kind = 'boolean' | 'number' | 'string';
type Condition = (subject: Subject, trace: Trace) => boolean;

/** By keyword the values that it has of a subject: none where it isn't set. */
const KEYWORDS: ReadonlyMap<string, readonly [kind: Kind, of: (subject: Subject) => readonly (Value | undefined)[]]> = new Map([
  ['ok', ['boolean', ({ request, throttled }) => [isOk(request) && !throttled]]],
  ['error', ['boolean', ({ request }) => [request.error === true]]],
  ['fault', ['boolean', ({ request }) => [request.fault === true]]],
  ['throttle', ['boolean', ({ throttled }) => [throttled]]],
  ['responsetime', ['number', ({ request }) => [responseTimeOf(request)]]],
  ['duration', ['number', ({ durationS }) => [durationS]]],
  ['http.status', ['number', ({ request }) => [request.http?.response?.status]]],
  ['http.url', ['string', ({ request }) => [request.http?.request?.url]]],
  ['http.method', ['string', ({ request }) => [request.http?.request?.method]]],
  ['http.useragent', ['string', ({ request }) => [request.http?.request?.user_agent]]],
  ['http.clientip', ['string', ({ request }) => [request.http?.request?.client_ip]]],
  ['partial', ['boolean', ({ segments }) => [segments.some(({ document }) => document.in_progress === true)]]],
  ['resource.arn', ['string', ({ segments }) => segments.map(({ document }) => document.resource_arn)]],
  ['instance.id', ['string', ({ segments }) => segments.map(({ document }) => document.aws?.ec2?.instance_id)]],
  ['availabilityzone', ['string', ({ segments }) => segments.map(({ document }) => document.aws?.ec2?.availability_zone)]],
  ['user', ['string', ({ segments }) => segments.map(({ document }) => document.user)]],
]);

const annotationsOf = (key: string) => (subject: Subject) =>
  subject.segments.flatMap(({ entities }) =>
    entities.map(({ annotations = {} }) => (Object.hasOwn(annotations, key) ? annotations[key] : undefined)),
  );

/** `!=` asks for something that is set, and different: a guess, since AWS doesn't say. */
const OPERATORS: ReadonlyMap<string, readonly [of: Kind | null, compare: (value: Value, wanted: Value) => boolean]> = new Map([
  ['=', [null, (value, wanted) => value === wanted]],
  ['!=', [null, (value, wanted) => value !== wanted]],
  ['<', ['number', (value, wanted) => value < wanted]],
  ['<=', ['number', (value, wanted) => value <= wanted]],
  ['>', ['number', (value, wanted) => value > wanted]],
  ['>=', ['number', (value, wanted) => value >= wanted]],
  ['contains', ['string', (value, wanted) => String(value).includes(String(wanted))]],
  ['beginswith', ['string', (value, wanted) => String(value).startsWith(String(wanted))]],
  ['endswith', ['string', (value, wanted) => String(value).endsWith(String(wanted))]],
]);

const traceSubject = (trace: Trace): Subject => ({
  request: trace.root.document,
  durationS: secondsBetween(trace.startS, trace.endS),
  throttled: hasThrottle(trace),
  segments: trace.segments,
});

const segmentSubject = (segment: Segment, isEdge: boolean): Subject => {
  const request = isEdge ? requestOf(segment) : segment.document;
  const durationS = isEdge ? responseTimeOf(request) : durationOf(segment);
  return { request, durationS, throttled: request.throttle === true, segments: [segment] };
};

/** "One or more of the segment documents has a 429 throttling error": https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html */
export const hasThrottle = ({ segments }: Trace): boolean => segments.some(({ document }) => document.throttle === true);

const ofService = (isNode: (node: Node) => boolean): Selector => ({
  isEdge: false,
  segmentsOf: ({ segments }) => segments.filter(({ node }) => isNode(node)),
});

// ---------------------------------------------------------------------------------------------------------------- parsing

/** Guesses, that no input takes long or overflows the stack: tune. */
const LENGTH_MAX = 4096;
const DEPTH_MAX = 100;
const TOKEN =
  /\s*(?:(?<string>"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])|(?<name>[a-z_][\w.]*)|(?<symbol>!=|<=|>=|[(){}[\],:=<>!])|(?<end>$)|(?<bad>[\s\S]))/iy;

const refused = (why: string): AwsError => new AwsError('InvalidRequestException', `Invalid filter expression: ${why}`);

const parsed = <T>(text: string, parse: (parser: Parser) => T): T => {
  if (text.length > LENGTH_MAX) throw refused(`it is longer than ${LENGTH_MAX} characters`);
  const scanner = new Scanner(text, TOKEN);
  try {
    const result = parse(new Parser(scanner));
    scanner.next('end');
    return result;
  } catch (error) {
    throw error instanceof AwsError && error.code === 'MalformedQueryException' ? refused(error.message) : error;
  }
};

class Parser {
  readonly #scanner: Scanner;
  #depth = 0;
  /** Within the braces of a service or an edge. */
  #scoped = false;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** Alternatives, each of what is to hold together. */
  any(): Condition {
    const some = [this.#all()];
    while (this.#scanner.takeWord('or')) some.push(this.#all());
    return (subject, trace) => some.some((holds) => holds(subject, trace));
  }

  /** Null where something else begins. */
  selector(): Selector | null {
    const scanner = this.#scanner;
    const isEdge = scanner.takeWord('edge');
    if (!isEdge && !scanner.takeWord('service')) return null;
    scanner.expect('(');
    const nodes = !isEdge && scanner.isSymbol(')') ? [] : scanner.list(() => this.node());
    if (nodes.length > (isEdge ? 2 : 1) || (isEdge && nodes.length < 2)) throw scanner.unexpected();
    scanner.expect(')');
    const [first = () => true, to = () => true] = nodes;
    if (!isEdge) return ofService(first);
    const isOn = ({ node, caller }: Segment): boolean => caller !== null && first(caller.segment.node) && to(node);
    return { isEdge, segmentsOf: ({ segments }) => segments.filter(isOn) };
  }

  /** `"name"` or `id(name: "…", type: "…")`. */
  node(): (node: Node) => boolean {
    const scanner = this.#scanner;
    const wanted = new Map<string, string>();
    if (scanner.takeWord('id')) {
      scanner.expect('(');
      scanner.list(() => {
        const field = scanner.next('name');
        if (!/^(name|type)$/i.test(field.text)) throw scanner.unexpected(field);
        scanner.expect(':');
        wanted.set(field.text.toLowerCase(), scanner.next('string').text);
      });
      scanner.expect(')');
    } else wanted.set('name', scanner.next('string').text);
    return ({ name, type }) => name === (wanted.get('name') ?? name) && type === (wanted.get('type') ?? type);
  }

  /** `AND` may be left out: `ok !error duration < 3`. */
  #all(): Condition {
    const every = [this.#one()];
    while (this.#scanner.takeWord('and') || this.#beginsOne()) every.push(this.#one());
    return (subject, trace) => every.every((holds) => holds(subject, trace));
  }

  #beginsOne(): boolean {
    const { kind, text } = this.#scanner.peek();
    return kind === 'symbol' ? text === '(' || text === '!' : kind === 'name' && text.toLowerCase() !== 'or';
  }

  #one(): Condition {
    if (++this.#depth > DEPTH_MAX) throw refused(`it is nested more than ${DEPTH_MAX} deep`);
    const condition = this.#unnested();
    this.#depth--;
    return condition;
  }

  #unnested(): Condition {
    const scanner = this.#scanner;
    if (scanner.take('!') || scanner.takeWord('not')) {
      const holds = this.#one();
      return (subject, trace) => !holds(subject, trace);
    }
    if (scanner.take('(')) {
      const condition = this.any();
      scanner.expect(')');
      return condition;
    }
    const selector = this.selector();
    return selector === null ? this.#comparison() : this.#selected(selector);
  }

  #selected({ isEdge, segmentsOf }: Selector): Condition {
    if (this.#scoped) throw refused('a service or an edge within another');
    if (!this.#scanner.take('{')) return (_subject, trace) => segmentsOf(trace).length > 0;
    this.#scoped = true;
    const holds = this.any();
    this.#scoped = false;
    this.#scanner.expect('}');
    return (_subject, trace) => segmentsOf(trace).some((segment) => holds(segmentSubject(segment, isEdge), trace));
  }

  /** A keyword by itself: a boolean that is true, or anything else that is set. */
  #comparison(): Condition {
    const [name, kind, of] = this.#keyword();
    const set = (subject: Subject) => of(subject).filter((value) => value !== undefined);
    const operator = this.#scanner.peek().text.toLowerCase();
    const [operatorKind, compare] = this.#scanner.peek().kind === 'string' ? [] : (OPERATORS.get(operator) ?? []);
    if (operatorKind === undefined || compare === undefined) return (subject) => set(subject).some((value) => value !== false);
    this.#scanner.next();
    const wanted = this.#value();
    const wantedKind = typeof wanted as Kind;
    if (kind !== null && kind !== wantedKind) throw refused(`${name} is compared with a ${wantedKind}`);
    if (operatorKind !== null && operatorKind !== wantedKind) throw refused(`${operator} is no operator for a ${wantedKind}`);
    if (operator === '!=') return (subject) => set(subject).length > 0 && set(subject).every((value) => compare(value, wanted));
    return (subject) => set(subject).some((value) => typeof value === wantedKind && compare(value, wanted));
  }

  /** An annotation is of any kind. */
  #keyword(): readonly [name: string, kind: Kind | null, of: (subject: Subject) => readonly (Value | undefined)[]] {
    const scanner = this.#scanner;
    const { text } = scanner.next('name');
    const name = text.toLowerCase();
    if (name === 'annotation' || name.startsWith('annotation.')) {
      if (this.#scoped) throw refused('annotations can not be asked for within a service or an edge');
      if (name !== 'annotation') return [name, null, annotationsOf(text.slice('annotation.'.length))];
      scanner.expect('[');
      const key = scanner.next('string', 'name').text;
      scanner.expect(']');
      return [name, null, annotationsOf(key)];
    }
    const keyword = KEYWORDS.get(name);
    if (keyword === undefined) throw refused(`${name} is not supported here`);
    return [name, ...keyword];
  }

  #value(): Value {
    const { kind, text } = this.#scanner.next('string', 'number', 'name');
    if (kind === 'string') return text;
    if (kind === 'number') return Number(text);
    if (!/^(true|false)$/i.test(text)) throw refused(`${text} needs quotation marks`);
    return text.toLowerCase() === 'true';
  }
}
