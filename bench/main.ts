/**
 * `npm run bench` runs every benchmark, `npm run bench -- overhead` one. Each compares by ratio within one run, interleaved, and prints its median with the
 * range. Run it on a quiet machine: `npm run build` first, since the compiled program is what is measured.
 */
import { availableParallelism, cpus } from 'node:os';

const NAMES = [
  'startup',
  'overhead',
  'memory',
  'report',
  'telemetry-cost',
  'telemetry-rates',
  'telemetry-memory',
  'diagnosis-petshop',
  'diagnosis-simulated',
  'diagnosis-faults',
  'traces',
] as const;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(NAMES as readonly string[]).includes(name));
if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}: there are ${NAMES.join(', ')}`);

process.stdout.write(`node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'processor unknown'}\n`);
for (const name of NAMES.filter((each) => asked.length === 0 || asked.includes(each))) {
  const { bench } = (await import(`./${name}.ts`)) as { bench(): Promise<string> };
  process.stdout.write(`\n## ${name}\n${await bench()}\n`);
}
