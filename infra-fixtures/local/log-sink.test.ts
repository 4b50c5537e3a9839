import { expect, it } from 'vitest';
import { isAlarming, logSink } from './log-sink.ts';

it('stops writing at its bound, says so once, and still knows the last line', () => {
  const written: string[] = [];
  const sink = logSink((text) => written.push(text), 10);
  for (const line of ['four', 'five!', 'more', 'last']) sink.write(line);
  expect(written.join('')).toBe('four\nfive!\nthe log is full at 10 bytes: what follows is left out\n');
  expect(sink.last()).toBe('last');
});

it('keeps metrics out of it', () => {
  const written: string[] = [];
  const sink = logSink((text) => written.push(text));
  sink.write('{"_aws":{"Timestamp":1},"Requests":1}');
  sink.write('{"level":"WARN"}');
  expect(written).toEqual(['{"level":"WARN"}\n']);
});

it('tells warnings and errors from the rest', () => {
  for (const line of ['{"level":"WARN","message":"x"}', '{"a":1,"level": "error"}', 't\tr\tERROR\tx'])
    expect(isAlarming(line), line).toBe(true);
  for (const line of ['{"level":"INFO","message":"error"}', 'ERROR', 't\tr\tINFO\tx', '{"_aws":{}}'])
    expect(isAlarming(line), line).toBe(false);
});
