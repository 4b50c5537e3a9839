import { type Diagnosis, diagnose, type Symptom } from '../analyzers/models/diagnosis/index.ts';
import type { TelemetryFile } from '../analyzers/telemetry-file.ts';
import { figure } from '../analyzers/words.ts';
import { UserError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Host } from './host.ts';
import { readTelemetryFile } from './telemetry-file.ts';

/**
 * Reads both files and diagnoses.
 *
 * @throws UserError 104 when a file can't be read or is no telemetry file, they don't fit together, or neither has the symptom
 */
export async function diagnoseFiles(host: Host, options: { normal: string; incident: string; symptom: string }): Promise<Diagnosis> {
  const symptom = symptomOf(options.symptom);
  const normal = await readTelemetryFile(host, options.normal);
  const incident = await readTelemetryFile(host, options.incident);
  if (normal.periodS !== incident.periodS) {
    throw new UserError(
      `${options.normal} has periods of ${normal.periodS} s and ${options.incident} of ${incident.periodS} s`,
      'collect both with the same period',
    );
  }
  for (const [file, { times }] of [[options.normal, normal] as const, [options.incident, incident] as const]) {
    if (times.length === 0) throw new UserError(`${file} holds no time`, 'a telemetry file needs at least one period');
  }
  checkSymptom(symptom, [normal, incident]);
  return diagnose(normal, incident, symptom);
}

/** Metric and stat are the last two parts, since a node's id may hold slashes. */
function symptomOf(text: string): Symptom {
  const [, node, metric, stat] = /^(.+)\/([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (node === undefined || metric === undefined || stat === undefined) {
    throw new UserError(`--symptom ${text} is not NODE/METRIC/STAT`, 'name a series of the files, such as api/Latency/Average');
  }
  return { node, metric, stat };
}

function checkSymptom({ node, metric, stat }: Symptom, files: readonly TelemetryFile[]): void {
  const all = files.flatMap(({ series }) => series);
  if (all.some((one) => one.node === node && one.metric === metric && one.stat === stat)) return;
  const ofNode = [...new Set(all.filter((one) => one.node === node).map((one) => `${one.metric}/${one.stat}`))];
  const nodes = [...new Set(all.map((one) => one.node))];
  throw new UserError(
    `neither file has a series ${node}/${metric}/${stat}`,
    ofNode.length > 0 ? `${node} has ${some(ofNode)}` : `the nodes with series are ${some(nodes)}`,
  );
}

const NAMED_MAX = 8;
const some = (names: readonly string[]): string =>
  names.length > NAMED_MAX ? `${names.slice(0, NAMED_MAX).join(', ')} and ${names.length - NAMED_MAX} more` : names.join(', ') || 'none';

/** To have found a cause, or none, is no failure. */
export const exitCodeOf = ({ verdict }: Diagnosis): ExitCode => (verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.pass);

export function renderDiagnosis({ verdict, reason, since, until, causes }: Diagnosis): string {
  const lines = [`${verdict}: ${reason}`];
  if (since !== null && until !== null) lines.push(`from ${timeOf(since)} to ${timeOf(until)}`);
  for (const [i, { node, score, resource, evidence }] of causes.entries()) {
    lines.push('', `${i + 1}. ${node} (${resource}), score ${score.toFixed(2)}`);
    for (const { what, value, unit, limit } of evidence) {
      const amount = typeof value === 'number' ? figure(value) : (value ?? 'unknown');
      const bound = limit === undefined ? '' : `, limit ${figure(limit)}`;
      lines.push(`   ${what}: ${amount}${unit === undefined ? '' : ` ${unit}`}${bound}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const timeOf = (epochS: number): string => new Date(epochS * 1000).toISOString().replace('.000Z', 'Z');
