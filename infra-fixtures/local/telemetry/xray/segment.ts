/**
 * Segment documents: what services and SDKs send, and what BatchGetTraces hands out again.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html . Only the fields that this endpoint looks at are described; the others
 * are kept. Times are epoch seconds.
 */
export interface Entity {
  id: string;
  name: string;
  start_time: number;
  end_time?: number;
  in_progress?: boolean;
  trace_id?: string;
  parent_id?: string;
  /** `subsegment` on one that was sent by itself. */
  type?: string;
  /** Of a call that leaves the service: `aws` for one to AWS, `remote` for any other. */
  namespace?: string;
  /** Kind of the resource that a segment comes from, such as `AWS::Lambda::Function`. */
  origin?: string;
  /** On segments that X-Ray makes for a service which sends none itself. */
  inferred?: boolean;
  error?: boolean;
  fault?: boolean;
  throttle?: boolean;
  user?: string;
  resource_arn?: string;
  http?: {
    request?: { url?: string; method?: string; user_agent?: string; client_ip?: string };
    response?: { status?: number; content_length?: number };
  };
  aws?: {
    operation?: string;
    request_id?: string;
    table_name?: string;
    table_names?: string[];
    resource_names?: string[];
    ec2?: { instance_id?: string; availability_zone?: string };
  };
  annotations?: Record<string, string | number | boolean>;
  cause?: unknown;
  subsegments?: Entity[];
}

export type Document = Entity & { trace_id: string };

/** Why a document was not taken. Codes are part of X-Ray's `Message`, as in `Invalid segment. ErrorCode: InvalidTraceId`. */
export interface Unprocessed {
  Id?: string;
  ErrorCode: string;
  Message: string;
}

/** https://docs.aws.amazon.com/general/latest/gr/xray.html */
const DOCUMENT_BYTES_MAX = 64 * 1024;
const NAME_LENGTH_MAX = 200;
/** "Unicode letters, numbers, and whitespace, and the following symbols": the document's description, above. */
const NAME = /^[\p{L}\p{N}\s_.:/%&#=+\\\-@]+$/u;
const TRACE_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const ID = /^[0-9a-f]{16}$/i;

/** Epoch seconds up to the year 9999, the last of the wire's timestamps. */
const TIME_MAX_S = 253_402_300_799;
const isTime = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= TIME_MAX_S;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether those of the fields that are there are of the type. */
const have = (value: unknown, type: 'string' | 'number' | 'boolean', ...fields: readonly string[]): boolean =>
  isObject(value) && fields.every((field) => [type, 'undefined'].includes(typeof (value as Record<string, unknown>)[field]));
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** So that nothing which is kept can break those who read it, however deep it lies. */
const isSound = (entity: Partial<Entity>): boolean => {
  const { http = {}, aws = {}, annotations = {}, subsegments = [] } = entity;
  if (![http, aws, annotations].every(isObject)) return false;
  const { request = {}, response = {} } = http;
  return (
    have(entity, 'string', 'type', 'namespace', 'origin', 'user', 'resource_arn') &&
    have(entity, 'boolean', 'in_progress', 'inferred', 'error', 'fault', 'throttle') &&
    have(request, 'string', 'url', 'method', 'user_agent', 'client_ip') &&
    have(response, 'number', 'status', 'content_length') &&
    have(aws, 'string', 'operation', 'request_id', 'table_name') &&
    have(aws.ec2 ?? {}, 'string', 'instance_id', 'availability_zone') &&
    [aws.table_names ?? [], aws.resource_names ?? []].every(isTexts) &&
    Array.isArray(subsegments) &&
    subsegments.every((sub: unknown) => isObject(sub) && isSubsegment(sub) && isSound(sub))
  );
};

const isSubsegment = ({ id, name, start_time, end_time }: Partial<Entity>): boolean =>
  typeof id === 'string' &&
  ID.test(id) &&
  typeof name === 'string' &&
  isTime(start_time) &&
  (end_time === undefined || (isTime(end_time) && end_time >= Number(start_time)));

/**
 * The code of what is wrong with a document, null when nothing is. AWS publishes `InvalidTraceId` alone
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html); the others are guesses after its pattern.
 */
const problemOf = ({ id, trace_id, name, start_time, end_time, in_progress, type, parent_id }: Partial<Entity>): string | null => {
  if (typeof id !== 'string' || !ID.test(id)) return 'InvalidId';
  if (typeof trace_id !== 'string' || !TRACE_ID.test(trace_id)) return 'InvalidTraceId';
  if (typeof name !== 'string' || name.length > NAME_LENGTH_MAX || !NAME.test(name)) return 'InvalidName';
  if (!isTime(start_time)) return 'InvalidStartTime';
  if (end_time === undefined ? in_progress !== true : !isTime(end_time) || end_time < Number(start_time)) return 'InvalidEndTime';
  if (parent_id === undefined ? type === 'subsegment' : !(typeof parent_id === 'string' && ID.test(parent_id))) return 'InvalidParentId';
  return null;
};

const unprocessed = (ErrorCode: string, id: unknown): Unprocessed => ({
  ...(typeof id === 'string' && { Id: id }),
  ErrorCode,
  Message: `Invalid segment. ErrorCode: ${ErrorCode}`,
});

/** A document as it came and what it says, or why it can't be taken. */
export const readDocument = (text: unknown): { text: string; document: Document } | Unprocessed => {
  if (typeof text !== 'string') return unprocessed('ParseError', undefined);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unprocessed('ParseError', undefined);
  }
  if (!isObject(value)) return unprocessed('ParseError', undefined);
  const document = value as Partial<Entity>;
  // A character takes up to three bytes in UTF-8: short texts need not be measured.
  if (text.length * 3 > DOCUMENT_BYTES_MAX && Buffer.byteLength(text) > DOCUMENT_BYTES_MAX)
    return unprocessed('SegmentTooLarge', document.id);
  const problem = problemOf(document) ?? (isSound(document) ? null : 'ParseError');
  return problem === null ? { text, document: document as Document } : unprocessed(problem, document.id);
};
