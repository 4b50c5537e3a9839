import type { Missing, SourceGap } from '../contract.ts';

/** What can go wrong when AWS is asked, told apart once. */
export interface Trouble {
  kind: TroubleKind;
  /** One lowercase sentence. */
  reason: string;
  /** What would mend it, as an instruction. */
  next: string;
}
type TroubleKind =
  | 'denied'
  | 'expired'
  | 'credentials'
  | 'region'
  | 'clock'
  | 'throttled'
  | 'network'
  | 'service'
  | 'unsupported'
  | 'not-found'
  | 'invalid'
  | 'interrupted'
  /** It answered, but not with all that was asked for. */
  | 'incomplete'
  | 'unknown';

/** After one of these, the next call would end the same way, whatever it asks for. */
const FOR_ALL: ReadonlySet<TroubleKind> = new Set(['expired', 'credentials', 'region', 'clock', 'network', 'interrupted']);
/** After one of these, the same call for another resource would. */
export const isForAll = ({ kind }: Trouble): boolean => FOR_ALL.has(kind);
export const isForAction = (trouble: Trouble): boolean => isForAll(trouble) || trouble.kind === 'denied' || trouble.kind === 'unsupported';

/** Another attempt may go better: a throttle passes, a network recovers, and a clock is corrected by the `Date` of the answer. */
const PASSING: ReadonlySet<TroubleKind> = new Set(['throttled', 'network', 'service', 'clock']);
export const isPassing = ({ kind }: Trouble): boolean => PASSING.has(kind);

export const isTrouble = (value: unknown): value is Trouble =>
  typeof value === 'object' && value !== null && 'kind' in value && 'reason' in value && 'next' in value;

export const INTERRUPTED: Trouble = {
  kind: 'interrupted',
  reason: 'reading was interrupted',
  next: 'Run `loadkit analyze --aws` to read the rest.',
};

interface ErrorLike {
  name: string;
  message: string;
  code: string;
  status: number;
}

/**
 * Names: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html ,
 * https://docs.aws.amazon.com/xray/latest/api/CommonErrors.html , and the SDK's own for credentials and sockets.
 *
 * @param action the IAM action of the call, `cloudwatch:GetMetricData`
 */
export function troubleOf(error: unknown, action: string): Trouble {
  const seen = errorLike(error);
  const kind = kindOf(seen);
  const detail = seen.message === '' ? seen.name : seen.message;
  return { kind, reason: `${action}: ${WHAT[kind]}${SAYS_ALL.has(kind) ? '' : ` (${oneLine(detail)})`}`, next: nextOf(kind, action) };
}

/** Where the error's own message adds nothing. */
const SAYS_ALL: ReadonlySet<TroubleKind> = new Set(['denied', 'expired', 'throttled', 'interrupted']);

const WHAT: Readonly<Record<TroubleKind, string>> = {
  denied: 'access is denied',
  expired: 'the credentials have expired',
  credentials: 'there are no valid credentials',
  region: 'no region is set',
  clock: "the request's time does not fit AWS's clock",
  throttled: 'AWS throttles the calls, also after several attempts',
  network: 'the connection failed',
  service: 'AWS answered with an error of its own',
  unsupported: 'this endpoint does not know the operation',
  'not-found': 'there is no such resource in this region',
  invalid: 'AWS refused the request',
  interrupted: 'it was interrupted',
  incomplete: 'not all of it came',
  unknown: 'it failed',
};

/** What nobody can state instead. */
const OF_TELEMETRY = /^(cloudwatch|xray|logs):/;

function nextOf(kind: TroubleKind, action: string): string {
  switch (kind) {
    case 'denied':
      return `Allow the IAM action ${action} to the role or user that loadkit runs as (\`loadkit doctor --aws\` prints the least policy).`;
    case 'expired':
      return 'Renew the credentials (`aws sso login`, or a new session token), then `loadkit analyze --aws` reads the rest.';
    case 'credentials':
      return 'Run `aws configure` or `aws sso login`, or set AWS_PROFILE; `loadkit doctor --aws` tries them.';
    case 'region':
    case 'not-found':
      return 'Set the region of the system under test: ext.loadkit.aws.region in k6.config.json, or AWS_REGION.';
    case 'clock':
      return "Set this machine's clock (NTP), then `loadkit analyze --aws`.";
    case 'throttled':
      return 'Wait until others in this account and region ask less, then `loadkit analyze --aws`.';
    case 'network':
      return 'Check that the endpoint (AWS_ENDPOINT_URL), the proxy and the region are right and within reach.';
    case 'unsupported':
      return OF_TELEMETRY.test(action)
        ? 'Point AWS_ENDPOINT_URL at AWS, or at an emulator that tells this, then `loadkit analyze --aws`.'
        : 'Name the settings in ext.loadkit.resources, since this endpoint cannot tell them.';
    case 'interrupted':
      return 'Read the rest with `loadkit analyze --aws`.';
    default:
      return 'Try again with `loadkit analyze --aws`.';
  }
}

/** Of the codes in `names`, the first that fits decides. Order matters: an expired token often comes with a status of 403. */
const BY_NAME: readonly (readonly [RegExp, TroubleKind])[] = [
  [/^(AbortError|RequestAborted)/, 'interrupted'],
  [/ExpiredToken|RequestExpired|TokenRefreshRequired|SSOTokenProviderFailure/, 'expired'],
  [/RequestTimeTooSkewed|RequestInTheFuture/, 'clock'],
  [
    /CredentialsProviderError|TokenProviderError|InvalidClientTokenId|UnrecognizedClient|MissingAuthenticationToken|IncompleteSignature|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure/,
    'credentials',
  ],
  [/AccessDenied|UnauthorizedOperation|UnauthorizedException|NotAuthorized|OptInRequired|^Forbidden/, 'denied'],
  [/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|^LimitExceeded(Exception|Fault)?$/, 'throttled'],
  [/UnknownOperation|InvalidAction|NotImplemented/, 'unsupported'],
  [/NotFound/, 'not-found'],
  [/^(Validation|InvalidParameter|MissingRequiredParameter|MissingParameter|InvalidRequest|InvalidNextToken|Serialization)/, 'invalid'],
  [/^(TimeoutError|NetworkingError|UND_ERR\w*|E[A-Z]{3,}|EAI_\w+)$/, 'network'],
];

/** Time is in the message only: AWS has one code for a wrong key and for a wrong clock. */
const OF_TIME = /Signature (expired|not yet current)|not yet valid|too skewed/i;

function kindOf({ name, message, code, status }: ErrorLike): TroubleKind {
  if (OF_TIME.test(message)) return 'clock';
  if (/Region is missing/i.test(message)) return 'region';
  // A page's token that has expired says nothing of the credentials.
  if (/NextToken/.test(name)) return 'invalid';
  // An endpoint that is not AWS's, and answers in another protocol.
  if (/Deserialization error/.test(message)) return 'unsupported';
  if (/(token|session).*expired|expired.*(token|session)/i.test(message)) return 'expired';
  for (const text of [name, code]) for (const [pattern, kind] of BY_NAME) if (text !== '' && pattern.test(text)) return kind;
  if (/InvalidSignature/.test(name)) return 'credentials';
  if (status === 429) return 'throttled';
  if (status === 403) return 'denied';
  if (status >= 500) return 'service';
  return 'unknown';
}

function errorLike(error: unknown): ErrorLike {
  const { name, message, code, $metadata, cause } = Object(error) as {
    name?: unknown;
    message?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: unknown };
    cause?: { code?: unknown };
  };
  return {
    name: text(name),
    message: text(message),
    code: text(code) || text(cause?.code),
    status: Number($metadata?.httpStatusCode ?? 0) || 0,
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Guess: what fits a line of the report. An SDK's message may hold a whole page. */
const DETAIL_LENGTH_MAX = 200;
export const oneLine = (message: string): string => {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length <= DETAIL_LENGTH_MAX ? line : `${line.slice(0, DETAIL_LENGTH_MAX)}…`;
};

export const missingOf = ({ reason, next }: Trouble): Missing => ({ missing: `${reason}. ${next}` });

export const gapOf = (source: SourceGap['source'], { reason, next }: Trouble): SourceGap => ({ source, reason, next });

/** Gaps by what they say: one denied action for fifty functions is one thing to mend. */
export function distinctGaps(gaps: readonly SourceGap[]): SourceGap[] {
  const groups = Map.groupBy(gaps, ({ source, reason }) => JSON.stringify([source, reason]));
  return [...groups.values()].flatMap((same) => same.slice(-1).map((gap) => ({ ...gap, ...seriesOf(same) })));
}

function seriesOf(gaps: readonly SourceGap[]): Pick<SourceGap, 'series'> {
  const all = gaps.flatMap(({ series = [] }) => series);
  return all.length === 0 ? {} : { series: [...new Map(all.map((one) => [JSON.stringify([one.node, one.metric]), one])).values()] };
}
