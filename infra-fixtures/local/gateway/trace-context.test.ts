import fc from 'fast-check';
import { expect, it } from 'vitest';
import { continueTrace, formatTraceHeader, newSegmentId, newTraceRoot, parseTraceHeader } from './trace-context.ts';

const ROOT = '1-67891233-abcdef012345678912345678';
const never = () => false;
const always = () => true;

it('reads what it writes', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), (sampled, hasParent) => {
      const context = { root: newTraceRoot(), parent: hasParent ? newSegmentId() : null, sampled };
      expect(parseTraceHeader(formatTraceHeader(context))).toEqual(context);
    }),
  );
});

it('never throws, whatever comes', () => {
  fc.assert(fc.property(fc.string(), (header) => void parseTraceHeader(header)));
  fc.assert(
    fc.property(fc.array(fc.constantFrom('Root', '=', ';', ROOT, 'Sampled', '1', '?')), (parts) => void parseTraceHeader(parts.join(''))),
  );
});

it('knows no context without a root, and leaves open what the header does', () => {
  for (const bad of [undefined, '', 'Self=1', 'Root=1-xyz', `Parent=${ROOT}`]) expect(parseTraceHeader(bad)).toBeNull();
  expect(parseTraceHeader(`Self=1-2-3; root=${ROOT};Sampled=?`)).toEqual({ root: ROOT, parent: null, sampled: null });
});

it('keeps a decision that was made, and makes one that was not', () => {
  expect(continueTrace(`Root=${ROOT};Sampled=0`, always)).toEqual({ root: ROOT, parent: null, sampled: false });
  expect(continueTrace(`Root=${ROOT};Parent=0123456789abcdef;Sampled=1`, never)).toEqual({
    root: ROOT,
    parent: '0123456789abcdef',
    sampled: true,
  });
  expect(continueTrace(`Root=${ROOT}`, always).sampled).toBe(true);
  expect(continueTrace(undefined, never)).toMatchObject({ root: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/), sampled: false });
});
