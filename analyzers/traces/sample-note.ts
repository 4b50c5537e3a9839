import type { Traces } from '../contract.ts';
import { figure } from '../words.ts';

/** What a reader has to know of how these traces were come by; empty where all is as it should be. With a space before it. */
export function sampleNote({ traces, matchedBy, recorded, source }: Traces): string {
  const notes: string[] = [];
  if (matchedBy === 'window' && (source === 'xray' || source === 'transaction-search')) {
    notes.push('Their ids came back changed: they are those of a k6 in the time of the run.');
  }
  if (recorded !== null && recorded > traces.length) {
    notes.push(`They are ${figure(traces.length)} of ${figure(recorded)} that were recorded.`);
  }
  return notes.map((note) => ` ${note}`).join('');
}
