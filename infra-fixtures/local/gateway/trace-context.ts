import { randomBytes } from 'node:crypto';

/** Where in which trace a request is: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export interface TraceContext {
  /** `1-<8 hex: epoch second>-<24 hex>` */
  root: string;
  /** Segment or subsegment that called, 16 hex digits. */
  parent: string | null;
  sampled: boolean;
}

/** As it came with a request: whoever sent it may have left the decision to others. */
interface GivenContext {
  root: string;
  parent: string | null;
  sampled: boolean | null;
}

const ROOT = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const SEGMENT_ID = /^[0-9a-f]{16}$/i;

export const newTraceRoot = (): string => `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
export const newSegmentId = (): string => randomBytes(8).toString('hex');

/** Null where there is no valid root; other fields that can't be read count as absent. */
export const parseTraceHeader = (header: string | undefined): GivenContext | null => {
  const fields = new Map<string, string>();
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at !== -1) fields.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  const root = fields.get('root') ?? '';
  if (!ROOT.test(root)) return null;
  const parent = fields.get('parent') ?? '';
  const sampled = fields.get('sampled');
  return { root, parent: SEGMENT_ID.test(parent) ? parent : null, sampled: sampled === '1' ? true : sampled === '0' ? false : null };
};

export const formatTraceHeader = ({ root, parent, sampled }: TraceContext): string =>
  `Root=${root}${parent === null ? '' : `;Parent=${parent}`};Sampled=${sampled ? 1 : 0}`;

/** The context of a request that may have brought one: its root and decision are kept; what it left open is decided here. */
export const continueTrace = (header: string | undefined, sampler: () => boolean): TraceContext => {
  const given = parseTraceHeader(header);
  return { root: given?.root ?? newTraceRoot(), parent: given?.parent ?? null, sampled: given?.sampled ?? sampler() };
};
