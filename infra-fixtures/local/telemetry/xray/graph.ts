import { ACCOUNT_ID } from '../../names.ts';
import { selected } from './filter.ts';
import type { Filter } from './filter-parser.ts';
import type { Entity } from './segment.ts';
import { countIn, histogramOf, Statistics } from './statistics.ts';
import { durationOf, type Node, requestOf, type Segment, type Trace } from './trace.ts';

/** The time in which something happened, in epoch seconds. */
class Span {
  #startS = Number.POSITIVE_INFINITY;
  #endS = 0;

  add({ start_time, end_time = start_time }: Entity): void {
    this.#startS = Math.min(this.#startS, start_time);
    this.#endS = Math.max(this.#endS, end_time);
  }

  get times(): object {
    return { StartTime: this.#startS, EndTime: this.#endS };
  }
}

interface Edge {
  span: Span;
  statistics: Statistics;
}

interface Service {
  referenceId: number;
  node: Node;
  root: boolean;
  active: boolean;
  span: Span;
  statistics: Statistics;
  durations: Map<number, number>;
  edges: Map<Service, Edge>;
}

/** A service map, one trace after the other: https://docs.aws.amazon.com/xray/latest/api/API_Service.html */
export class ServiceGraph {
  readonly #services = new Map<string, Service>();

  add({ segments }: Trace, isWanted: (segment: Segment) => boolean): void {
    for (const segment of segments.filter(isWanted)) {
      const { document, caller } = segment;
      const service = this.#service(segment.node);
      service.active ||= document.inferred !== true;
      service.root ||= caller === null;
      service.span.add(document);
      service.statistics.add(document);
      const durationS = durationOf(segment);
      if (durationS !== undefined) countIn(service.durations, durationS);
      // Those who use the system are a node of their own for each service that they enter by, and go by its name.
      const from = this.#service(caller === null ? { name: segment.node.name, type: 'client' } : caller.segment.node);
      if (caller === null) from.span.add(document);
      const edge = from.edges.get(service) ?? { span: new Span(), statistics: new Statistics() };
      from.edges.set(service, edge);
      edge.span.add(requestOf(segment));
      edge.statistics.add(requestOf(segment));
    }
  }

  get services(): object[] {
    return [...this.#services.values()].map(toOutput);
  }

  #service(node: Node): Service {
    const key = `${node.type}\n${node.name}`;
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    const service: Service = {
      referenceId: this.#services.size,
      node,
      root: false,
      active: false,
      span: new Span(),
      statistics: new Statistics(),
      durations: new Map(),
      edges: new Map(),
    };
    this.#services.set(key, service);
    return service;
  }
}

const toOutput = ({ referenceId, node, root, active, span, statistics, durations, edges }: Service): object => ({
  ReferenceId: referenceId,
  Name: node.name,
  Names: [node.name],
  ...(root && { Root: true }),
  AccountId: ACCOUNT_ID,
  ...(node.type !== undefined && { Type: node.type }),
  State: active ? 'active' : 'unknown',
  ...span.times,
  Edges: [...edges].map(([to, edge]) => ({
    ReferenceId: to.referenceId,
    ...edge.span.times,
    SummaryStatistics: edge.statistics.summary,
    ResponseTimeHistogram: edge.statistics.responseTimes,
    Aliases: [],
  })),
  // Nobody measures what clients do besides.
  ...(node.type !== 'client' && {
    SummaryStatistics: statistics.summary,
    DurationHistogram: histogramOf(durations),
    ResponseTimeHistogram: statistics.responseTimes,
  }),
});

/**
 * Statistics by period: https://docs.aws.amazon.com/xray/latest/api/API_GetTimeSeriesServiceStatistics.html . Without a selector they are those of the
 * edges by which clients enter. A period without requests has no entry (guess: AWS doesn't say).
 */
export class TimeSeries {
  readonly #selector: Filter | null;
  readonly #periodS: number;
  readonly #periods = new Map<number, Statistics>();

  constructor(selector: Filter | null, periodS: number) {
    this.#selector = selector;
    this.#periodS = periodS;
  }

  add(trace: Trace, isWanted: (segment: Segment) => boolean): void {
    const segments = this.#selector === null ? trace.segments.filter(({ caller }) => caller === null) : selected(this.#selector, trace);
    for (const segment of segments.filter(isWanted)) {
      const request = this.#ofEdges ? requestOf(segment) : segment.document;
      const atS = Math.floor(segment.document.start_time / this.#periodS) * this.#periodS;
      const statistics = this.#periods.get(atS) ?? new Statistics();
      this.#periods.set(atS, statistics);
      statistics.add(request);
    }
  }

  get statistics(): object[] {
    return [...this.#periods]
      .sort(([a], [b]) => a - b)
      .map(([Timestamp, statistics]) => ({
        Timestamp,
        [this.#ofEdges ? 'EdgeSummaryStatistics' : 'ServiceSummaryStatistics']: statistics.summary,
        ResponseTimeHistogram: statistics.responseTimes,
      }));
  }

  get #ofEdges(): boolean {
    return this.#selector?.kind !== 'service';
  }
}
