import { ACCOUNT_ID } from '../../names.ts';
import type { Selector } from './filter.ts';
import { Statistics } from './statistics.ts';
import { type Node, requestOf, type Segment, type Trace } from './trace.ts';

interface Service {
  referenceId: number;
  node: Node;
  root: boolean;
  active: boolean;
  statistics: Statistics;
  edges: Map<Service, Statistics>;
}

/** A service map, one trace after the other: https://docs.aws.amazon.com/xray/latest/api/API_Service.html */
export class ServiceGraph {
  readonly #services = new Map<string, Service>();

  add({ segments }: Trace, isWanted: (segment: Segment) => boolean): void {
    for (const segment of segments.filter(isWanted)) {
      const { document, caller, node } = segment;
      const service = this.#service(node);
      service.active ||= document.inferred !== true;
      service.root ||= caller === null;
      service.statistics.add(document);
      // Those who use the system are a node of their own for each service that they enter by, and go by its name.
      const from = this.#service(caller === null ? { name: node.name, type: 'client' } : caller.segment.node);
      if (caller === null) from.statistics.add(document);
      const edge = from.edges.get(service) ?? new Statistics();
      from.edges.set(service, edge);
      edge.add(requestOf(segment));
    }
  }

  get services(): object[] {
    return [...this.#services.values()].map(toOutput);
  }

  #service(node: Node): Service {
    const key = `${node.type}\n${node.name}`;
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    const referenceId = this.#services.size;
    const service: Service = { referenceId, node, root: false, active: false, statistics: new Statistics(), edges: new Map() };
    this.#services.set(key, service);
    return service;
  }
}

const toOutput = ({ referenceId, node, root, active, statistics, edges }: Service): object => ({
  ReferenceId: referenceId,
  Name: node.name,
  Names: [node.name],
  ...(root && { Root: true }),
  AccountId: ACCOUNT_ID,
  ...(node.type !== undefined && { Type: node.type }),
  State: active ? 'active' : 'unknown',
  ...statistics.times,
  Edges: [...edges].map(([to, edge]) => ({
    ReferenceId: to.referenceId,
    ...edge.times,
    SummaryStatistics: edge.summary,
    ResponseTimeHistogram: edge.histogram,
    Aliases: [],
  })),
  // Nobody measures what clients do besides.
  ...(node.type !== 'client' && { SummaryStatistics: statistics.summary, ResponseTimeHistogram: statistics.histogram }),
});

/** Those of the edges by which clients enter. */
const ENTRIES: Selector = { isEdge: true, segmentsOf: ({ segments }) => segments.filter(({ caller }) => caller === null) };

/**
 * Statistics by period: https://docs.aws.amazon.com/xray/latest/api/API_GetTimeSeriesServiceStatistics.html . A period without requests has no entry
 * (guess: AWS doesn't say).
 */
export class TimeSeries {
  readonly #selector: Selector;
  readonly #periodS: number;
  readonly #periods = new Map<number, Statistics>();

  constructor(selector: Selector | null, periodS: number) {
    this.#selector = selector ?? ENTRIES;
    this.#periodS = periodS;
  }

  add(trace: Trace, isWanted: (segment: Segment) => boolean): void {
    for (const segment of this.#selector.segmentsOf(trace).filter(isWanted)) {
      const atS = Math.floor(segment.document.start_time / this.#periodS) * this.#periodS;
      const statistics = this.#periods.get(atS) ?? new Statistics();
      this.#periods.set(atS, statistics);
      statistics.add(this.#selector.isEdge ? requestOf(segment) : segment.document);
    }
  }

  get statistics(): object[] {
    const name = this.#selector.isEdge ? 'EdgeSummaryStatistics' : 'ServiceSummaryStatistics';
    return [...this.#periods]
      .sort(([a], [b]) => a - b)
      .map(([Timestamp, { summary, histogram }]) => ({ Timestamp, [name]: summary, ResponseTimeHistogram: histogram }));
  }
}
