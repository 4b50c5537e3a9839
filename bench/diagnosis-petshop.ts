/**
 * `loadkit diagnose` against incidents of a real application with known causes (PetShop: Hardt and others, CLeaR 2024). The data are not part of loadkit: LOADKIT_PETSHOP
 * names their directory, with `<traffic>/normal.json` and `<traffic>/<issue>/{incident,answer}.json` as telemetry files. Nothing here is fitted to
 * an incident; what is learnt from the normal file is held against windows that it has not seen.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { isBad } from '../analyzers/malformed.ts';
import { type Diagnosis, diagnose, type Symptom } from '../analyzers/models/diagnosis/index.ts';
import { roleOf } from '../analyzers/models/diagnosis/metric-roles.ts';
import { type TelemetryFile, telemetryFileOf, telemetrySlice } from '../analyzers/telemetry-file.ts';
import { plantInRecording, withoutPeriods } from '../tests/planted-telemetry.ts';
import { score, tableOf } from './diagnosis-score.ts';

interface Answer {
  symptom: Symptom;
  rootCause: string;
}
interface Traffic {
  name: string;
  normal: TelemetryFile;
  cases: { name: string; incident: TelemetryFile; answer: Answer }[];
}

/** Parts of the normal file that are judged by the rest of it. */
const FOLDS = 10;
/** A window that begins at the end of a part reaches so far into the next. */
const WINDOW_MAX = 5;

export async function bench(): Promise<string> {
  const directory = process.env['LOADKIT_PETSHOP'];
  if (directory === undefined || !existsSync(directory)) return 'skipped: LOADKIT_PETSHOP does not name the directory of the PetShop data';
  const traffics = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readTraffic(path.join(directory, name), name));
  return [
    'incidents, by traffic',
    tableOf(traffics.map(({ name, normal, cases }) => incidentsRow(name, normal, cases))),
    '',
    'normal windows as long as the incidents: against the whole normal file, against the nine tenths that they are no part of, and so with all latencies halved from the third period on',
    ...traffics.flatMap(normalRows),
    '',
    'planted in windows of the normal file, at each node that the symptom calls, judged by the nine tenths without them',
    tableOf(traffics.flatMap(plantedRows)),
  ].join('\n');
}

function readTraffic(folder: string, name: string): Traffic {
  const issues = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return {
    name,
    normal: readTelemetry(path.join(folder, 'normal.json')),
    cases: issues.map((issue) => ({
      name: issue.name,
      incident: readTelemetry(path.join(folder, issue.name, 'incident.json')),
      answer: JSON.parse(readFileSync(path.join(folder, issue.name, 'answer.json'), 'utf8')) as Answer,
    })),
  };
}

function readTelemetry(file: string): TelemetryFile {
  const read = telemetryFileOf(JSON.parse(readFileSync(file, 'utf8')));
  if (isBad(read)) throw new Error(`${file}: ${read.bad}`);
  return read;
}

function incidentsRow(name: string, normal: TelemetryFile, cases: Traffic['cases']) {
  const judged = cases.map(({ incident, answer }) => ({
    named: diagnose(normal, incident, answer.symptom).causes,
    cause: answer.rootCause,
  }));
  return score(name, judged);
}

/** Each symptom that is asked about in the incidents, once. */
function symptomsOf({ cases }: Traffic): Symptom[] {
  return [...new Map(cases.map(({ answer: { symptom } }) => [JSON.stringify(symptom), symptom])).values()];
}

const lengthOf = ({ cases }: Traffic): number => cases[0]?.incident.times.length ?? 5;

function normalRows(traffic: Traffic): string[] {
  const { name, normal } = traffic;
  const length = lengthOf(traffic);
  return symptomsOf(traffic).map((symptom) => {
    const seen: Diagnosis[] = [];
    const unseen: Diagnosis[] = [];
    const improved: Diagnosis[] = [];
    for (let from = 0; from + length <= normal.times.length; from += length) {
      const window = telemetrySlice(normal, normal.times[from] ?? 0, (normal.times[from + length - 1] ?? 0) + 1);
      seen.push(diagnose(normal, window, symptom));
      const others = withoutFold(normal, from);
      unseen.push(diagnose(others, window, symptom));
      improved.push(diagnose(others, halved(window), symptom));
    }
    const none = (all: readonly Diagnosis[]) => `${all.filter(({ causes }) => causes.length === 0).length} of ${all.length}`;
    return `  ${name} ${symptom.node}/${symptom.metric}/${symptom.stat}: none on ${none(seen)}, unseen ${none(unseen)}, improved ${none(improved)}`;
  });
}

/** Gets better half-way. */
const halved = (window: TelemetryFile): TelemetryFile => ({
  ...window,
  series: window.series.map((each) => {
    const values = each.values.map((value, i) => (value === null || i < 2 ? value : value / 2));
    return roleOf(each.metric, each.stat) === 'latency' ? { ...each, values } : each;
  }),
});

/** The normal file without the tenth that a period lies in, nor the window that begins there. */
function withoutFold(normal: TelemetryFile, period: number): TelemetryFile {
  const size = normal.times.length / FOLDS;
  const fold = Math.floor(period / size);
  return withoutPeriods(normal, Math.floor(fold * size), Math.ceil((fold + 1) * size) + WINDOW_MAX);
}

/** What is added to the symptom: a share of its usual latency, or of its requests. */
const SIZES = [0.1, 0.2, 0.4];
const PLANTED_EACH = 1;

function plantedRows(traffic: Traffic) {
  const length = lengthOf(traffic);
  return symptomsOf(traffic).flatMap((symptom) =>
    SIZES.map((size) => {
      const judged: { named: Diagnosis['causes']; cause: string }[] = [];
      for (let i = 0; i < PLANTED_EACH; i += 1) {
        for (const planted of plantInRecording(traffic.normal, { symptom, length, size, seed: i })) {
          judged.push({
            named: diagnose(withoutFold(traffic.normal, planted.from), planted.incident, symptom).causes,
            cause: planted.cause,
          });
        }
      }
      return score(`${traffic.name} ${symptom.metric} +${size * 100} %`, judged);
    }),
  );
}
