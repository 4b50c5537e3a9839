import { expect, it } from 'vitest';
import { logLine } from '../game/log.ts';
import { logSink } from './log-sink.ts';

it('stops writing at its bound, says so once, and still knows the last line', () => {
  const written: string[] = [];
  const sink = logSink((text) => written.push(text), 10);
  for (const line of ['four', 'five!', 'more', 'last']) sink.write(line);
  expect(written.join('')).toBe('four\nfive!\nthe log is full at 10 bytes: what follows is left out\n');
  expect(sink.last()).toBe('last');
});

it('writes JSON lines with the ids of the request', () => {
  const line = logLine('warn', 'odd', { error: new TypeError('bad') }, 0, { traceId: 'Root=1-a-b', requestId: 'r' });
  expect(JSON.parse(line)).toMatchObject({
    level: 'warn',
    time: '1970-01-01T00:00:00.000Z',
    message: 'odd',
    traceId: 'Root=1-a-b',
    requestId: 'r',
    error: { name: 'TypeError', message: 'bad' },
  });
});
