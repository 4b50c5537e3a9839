import { diagnose } from '../analyzers/models/diagnosis/index.ts';
import { type Fault, type SimulationOptions, simulate } from '../tests/simulated-telemetry.ts';
import { score, tableOf } from './diagnosis-score.ts';

/** Seeds that no test uses: what was looked at while the method was made doesn't tell how it does on others. */
const FIRST_SEED = 70_000;
const GRAPHS = 30;

const FAULTS: readonly Fault[] = ['slow', 'failing', 'retried', 'throttled', 'saturated'];
const SIZES = [0.15, 0.3, 0.6];

/** `loadkit diagnose` on invented applications with one planted cause each, or none: shares of the cases. */
export async function bench(): Promise<string> {
  const healthy = runs('nothing planted', { fault: null });
  const beside = FAULTS.flatMap((fault) => SIZES.map((size) => runs(`${fault} +${size * 100} %`, { fault, size })));
  const whole = FAULTS.map((fault) => runs(`${fault} +30 %, the whole window`, { fault, size: 0.3, wholeWindow: true }));
  return [
    `${GRAPHS} random graphs of 14 nodes, 400 normal periods, incidents of 12; size is what the cause adds to the symptom's latency, a fifth of it to its failures`,
    tableOf([healthy]),
    tableOf([...beside, ...whole]),
  ].join('\n');
}

function runs(name: string, options: Omit<SimulationOptions, 'seed'>) {
  const judged = Array.from({ length: GRAPHS }, (_, i) => {
    const { normal, incident, symptom, cause } = simulate({ seed: FIRST_SEED + i, ...options });
    return { named: diagnose(normal, incident, symptom).causes, cause };
  });
  return score(name, judged);
}
