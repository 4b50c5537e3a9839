import type { GeneratorSummary, Verdict } from '../../analyzers/contract.ts';
import { bytes, count, milliseconds, percent, quantity } from '../format.ts';
import { html } from '../markup.ts';
import { sentence } from '../wording.ts';
import { definitions, icon } from './parts.ts';
import type { Section } from './section.ts';

export const generator: Section = {
  id: 'generator',
  title: 'Load generator',
  render({ generator, plan }) {
    if (generator === null) {
      return html`<p class="empty">The load generator was not watched: whether it was the bottleneck itself is not known.</p>`;
    }
    const { state, text } = health(generator);
    return html`<p class="health ${state}">${icon(state)}<span><strong>${text}</strong> ${sentence(generator.reason)}</span></p>
${definitions([
  ['Engine processor', pair(quantity(generator.engineCpuCoresP50, 'cores'), quantity(generator.engineCpuCoresMax, 'cores'))],
  [`Machine processor, ${count(plan.machine.cpus)} cores`, pair(percent(generator.machineCpuP50), percent(generator.machineCpuMax))],
  ['Engine memory', `${bytes(generator.engineMemoryBytesMax)} at most`],
  ['loadkit memory', `${bytes(generator.ownMemoryBytesMax)} at most`],
  ['Event-loop delay, 99th percentile', `${milliseconds(generator.eventLoopLagMsMax)} at most`],
  ['Dropped iterations', count(generator.droppedIterations)],
])}`;
  },
};

const pair = (median: string, max: string): string => `${median} median, ${max} at most`;

function health({ saturated }: GeneratorSummary): { state: Verdict; text: string } {
  if (saturated === null) return { state: 'inconclusive', text: 'Not known whether it kept up.' };
  return saturated ? { state: 'fail', text: 'Saturated: latencies include its own delay.' } : { state: 'pass', text: 'It kept up.' };
}
