import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from './segment.ts';

const good = { id: '0123456789abcdef', trace_id: '1-67a00000-0123456789abcdef01234567', name: 'api/prod', start_time: 1, end_time: 2 };
const read = (document: unknown) => readDocument(JSON.stringify(document));

describe('readDocument', () => {
  it('takes a segment, one that is under way, and a subsegment by itself', () => {
    expect(read(good)).toMatchObject({ document: good });
    expect(read({ ...good, end_time: undefined, in_progress: true })).toMatchObject({ document: { in_progress: true } });
    expect(read({ ...good, type: 'subsegment', parent_id: 'aaaaaaaaaaaaaaaa' })).toMatchObject({ document: { type: 'subsegment' } });
  });

  it('says it in X-Ray’s words', () => {
    expect(read({ ...good, trace_id: 'x' })).toEqual({
      Id: good.id,
      ErrorCode: 'InvalidTraceId',
      Message: 'Invalid segment. ErrorCode: InvalidTraceId',
    });
  });

  it.each([
    ['InvalidId', { id: '0123' }],
    ['InvalidId', { id: undefined }],
    ['InvalidTraceId', { trace_id: undefined }],
    ['InvalidTraceId', { trace_id: '2-67a00000-0123456789abcdef01234567' }],
    ['InvalidTraceId', { trace_id: '1-67a00000-0123456789abcdef0123456g' }],
    ['InvalidName', { name: '' }],
    ['InvalidName', { name: 'a'.repeat(201) }],
    ['InvalidName', { name: '<script>' }],
    ['InvalidStartTime', { start_time: '1' }],
    ['InvalidStartTime', { start_time: 0 }],
    ['InvalidEndTime', { end_time: undefined }],
    ['InvalidEndTime', { end_time: null }],
    ['InvalidEndTime', { end_time: undefined, in_progress: false }],
    ['InvalidParentId', { parent_id: 'x' }],
    ['InvalidParentId', { type: 'subsegment' }],
    ['InvalidEndTime', { end_time: 1e300 }],
    ['ParseError', { http: null }],
    ['ParseError', { http: { response: { status: '200' } } }],
    ['ParseError', { aws: { resource_names: 'a' } }],
    ['ParseError', { annotations: [] }],
    ['ParseError', { subsegments: [null] }],
    ['ParseError', { subsegments: [{ ...good, id: undefined }] }],
    ['ParseError', { subsegments: [{ ...good, subsegments: [{ ...good, user: 5 }] }] }],
    ['SegmentTooLarge', { metadata: 'x'.repeat(65_536) }],
    ['SegmentTooLarge', { metadata: 'é'.repeat(32_768) }],
  ])('answers %s to %j', (code, change) => {
    expect(read({ ...good, ...change })).toMatchObject({ ErrorCode: code });
  });

  it('takes nothing else for a document, whatever it is', () => {
    const isRefused = (value: unknown): boolean => 'ErrorCode' in readDocument(value);
    fc.assert(fc.property(fc.anything(), isRefused));
    fc.assert(fc.property(fc.json(), isRefused));
  });
});
