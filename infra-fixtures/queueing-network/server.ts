import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { close, listen } from '../local/http.ts';
import { handOver, type PlatformMetric } from '../local/telemetry/platform.ts';
import { QueueingNetwork } from './network.ts';
import { isLimited, type QueueSpec, type StationSpec } from './station.ts';

/** A queueing network on loopback: a GET is a request that passes its stations. */
export interface NetworkServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  stop(): Promise<void>;
}

export interface NetworkOptions {
  stations: readonly StationSpec[];
  /** Where its stations' load is told, and a trace a second: the endpoint of `startTelemetry`. Without one nothing is told. */
  telemetry?: string;
  /** Uniform in [0, 1). */
  random: () => number;
}

const CLUSTER = 'queueing-network';

const dimensionsOf = ({ name }: QueueSpec): Record<string, string> => ({ ClusterName: CLUSTER, ServiceName: name });

/** The stations in the form of `ext.loadkit.resources`: each is an ECS service, and each of its servers a task with one processor. */
export const resourcesOf = (stations: readonly StationSpec[]) =>
  stations
    .filter(isLimited)
    .map((station) => ({ node: `fargate:${station.name}`, dimensions: dimensionsOf(station), limits: { tasksMax: station.servers } }));

export async function startNetwork(options: NetworkOptions): Promise<NetworkServer> {
  const host = new NetworkHost(options);
  const { server, port } = await listen((request, response) => host.take(request, () => response.end('ok')));
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      host.stop();
      await close(server);
    },
  };
}

/** Steps of the clock of this machine do not reach it. */
const nowS = (): number => (performance.timeOrigin + performance.now()) / 1000;

/** Plays the network in real time. Timers fire up to a millisecond or two late: that delays answers, and nothing within the network. */
class NetworkHost {
  readonly #options: NetworkOptions;
  readonly #network: QueueingNetwork;
  #timer: NodeJS.Timeout | undefined;
  /** Up to which second its load was told, and how much each station had worked by then. */
  #told: { atS: number; workedS: number[] };
  #traced: object[] = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#network = new QueueingNetwork(options.stations, options.random);
    this.#told = { atS: Math.floor(nowS()), workedS: options.stations.map(() => 0) };
    this.#wakeUp();
  }

  take({ headers }: IncomingMessage, answer: () => void): void {
    const atS = this.#catchUp();
    this.#network.arrive(atS, (doneS) => {
      this.#trace(headers['x-amzn-trace-id'], atS, doneS);
      answer();
    });
    this.#wakeUp();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** At the next thing that happens, or at the end of the second. */
  #wakeUp(): void {
    clearTimeout(this.#timer);
    const atS = Math.min(this.#network.nextS, this.#told.atS + 1);
    this.#timer = setTimeout(
      () => {
        this.#catchUp();
        this.#wakeUp();
      },
      Math.max(0, Math.ceil(1000 * (atS - nowS()))),
    );
  }

  #catchUp(): number {
    const atS = nowS();
    for (let endS = this.#told.atS + 1; endS <= atS; endS += 1) this.#tell(endS);
    this.#network.advance(atS);
    return atS;
  }

  /** Whole seconds by their exact share of work, whenever it is that they are told. */
  #tell(endS: number): void {
    const { stations, telemetry } = this.#options;
    const workedS = this.#network.workedS(endS);
    const before = this.#told;
    this.#told = { atS: endS, workedS };
    if (telemetry === undefined) return;
    const metrics = stations.flatMap((station, i) =>
      isLimited(station) ? metricsOf(station, (workedS[i] ?? 0) - (before.workedS[i] ?? 0), before.atS) : [],
    );
    void handOver(telemetry, { metrics, logs: [], segments: this.#traced });
    this.#traced = [];
  }

  /** The first of a second, as X-Ray's own sampling has it. */
  #trace(header: string | string[] | undefined, startS: number, endS: number): void {
    const [, root] = /Root=(1-[\da-f]{8}-[\da-f]{24})/.exec(String(header)) ?? [];
    if (root === undefined || this.#traced.length > 0 || this.#options.telemetry === undefined) return;
    this.#traced.push({ trace_id: root, id: randomBytes(8).toString('hex'), name: CLUSTER, start_time: startS, end_time: endS });
  }
}

/**
 * As ECS tells them: PutMetricData takes nothing in AWS's own namespaces, there as here.
 *
 * @param workedS server-seconds of one second
 */
function metricsOf(station: QueueSpec, workedS: number, atS: number): PlatformMetric[] {
  const of = (namespace: string, metric: string, unit: PlatformMetric['unit'], value: number): PlatformMetric => ({
    ...{ namespace, metric, dimensions: dimensionsOf(station), unit, atS, values: [value], counts: [1] },
  });
  return [
    of('AWS/ECS', 'CPUUtilization', 'Percent', (100 * workedS) / station.servers),
    of('ECS/ContainerInsights', 'RunningTaskCount', 'Count', station.servers),
  ];
}
