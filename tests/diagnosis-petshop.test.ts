import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isBad } from '../analyzers/malformed.ts';
import { diagnose } from '../analyzers/models/diagnosis/index.ts';
import { type TelemetryFile, telemetryFileOf, telemetrySlice } from '../analyzers/telemetry-file.ts';

/** Real incidents with known causes, which aren't part of loadkit: see docs/diagnosis.md. Skipped where they are absent. */
const DIRECTORY = process.env['LOADKIT_PETSHOP'] ?? path.resolve(import.meta.dirname, '../../shared/petshop');

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(folder, name));

function read(file: string): TelemetryFile {
  const found = telemetryFileOf(JSON.parse(readFileSync(file, 'utf8')));
  if (isBad(found)) throw new Error(`${file}: ${found.bad}`);
  return found;
}

describe.skipIf(!existsSync(DIRECTORY))(`diagnose, on the PetShop incidents (skipped without ${DIRECTORY})`, () => {
  const traffics = existsSync(DIRECTORY) ? foldersIn(DIRECTORY) : [];

  it('beats the published references on the incidents: Top-1 0.73, Top-3 0.83', () => {
    const ranks = traffics.flatMap((traffic) => {
      const normal = read(path.join(traffic, 'normal.json'));
      return foldersIn(traffic).map((issue) => {
        const { symptom, rootCause } = JSON.parse(readFileSync(path.join(issue, 'answer.json'), 'utf8'));
        const { causes } = diagnose(normal, read(path.join(issue, 'incident.json')), symptom);
        return causes.findIndex(({ node }) => node === rootCause);
      });
    });
    expect(ranks.length).toBeGreaterThan(0);
    expect(ranks.filter((rank) => rank === 0).length / ranks.length).toBeGreaterThanOrEqual(0.8);
    expect(ranks.filter((rank) => rank >= 0 && rank < 3).length / ranks.length).toBeGreaterThanOrEqual(0.9);
  });

  it('says "no bottleneck" on at least 0.90 of normal windows, of which it sees every sixth here', () => {
    const alarms = traffics.flatMap((traffic) => {
      const normal = read(path.join(traffic, 'normal.json'));
      const starts = normal.times.filter((_, i) => i % 30 === 0 && i + 5 <= normal.times.length);
      return starts.map((startS) => {
        const window = telemetrySlice(normal, startS, startS + 5 * normal.periodS);
        return diagnose(normal, window, { node: 'PetSite', metric: 'latency', stat: 'Average' }).causes.length > 0;
      });
    });
    expect(alarms.filter((alarm) => !alarm).length / alarms.length).toBeGreaterThanOrEqual(0.9);
  });
});
