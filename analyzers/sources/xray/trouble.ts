/** What went wrong with a call that was not worth another attempt, or had enough of them. */
export interface Trouble {
  trouble: 'denied' | 'expired' | 'throttled' | 'unreachable' | 'interrupted' | 'absent' | 'refused';
  /** One lowercase sentence. */
  reason: string;
  /** The IAM action or the setting to mend, as an instruction. */
  next: string;
}
export const isTrouble = (value: unknown): value is Trouble => typeof value === 'object' && value !== null && 'trouble' in value;

interface Thrown {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
  cause?: unknown;
}

/** Names by https://docs.aws.amazon.com/xray/latest/api/CommonErrors.html and https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded|SlowDown/;
const EXPIRED =
  /ExpiredToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|CredentialsProviderError|TokenProviderError/;
const DENIED = /AccessDenied|NotAuthorized|UnauthorizedOperation|Forbidden/;
/** Ten minutes of clock skew: the SDK corrects its clock by the answer's date, so that the next attempt is signed right. */
const SKEWED = /InvalidSignature|SignatureDoesNotMatch|RequestTimeTooSkewed|RequestInTheFuture/;
const ABSENT = /ResourceNotFound/;

/** Whether another attempt may go better, and why the last one did not. */
export function classify(error: unknown, action: string): Trouble & { again: boolean } {
  const { name = '', code = '', message = '', $metadata, cause } = Object(error) as Thrown;
  const said = message === '' ? name || String(error) : message;
  if (name === 'AbortError') return { ...INTERRUPTED, again: false };
  if (THROTTLED.test(name)) {
    return { trouble: 'throttled', reason: `${action} was throttled again and again: ${said}`, next: SHARE_RATES, again: true };
  }
  if (DENIED.test(name)) return { trouble: 'denied', reason: `${action} is not allowed: ${said}`, next: `Allow ${action}.`, again: false };
  if (EXPIRED.test(name)) return { trouble: 'expired', reason: `credentials are not valid (any more): ${said}`, next: RENEW, again: false };
  if (ABSENT.test(name)) return { trouble: 'absent', reason: `${action} found nothing: ${said}`, next: CHECK_REGION, again: false };
  if (SKEWED.test(name))
    return { trouble: 'refused', reason: `${action} was refused for its signature: ${said}`, next: SET_CLOCK, again: true };
  const status = $metadata?.httpStatusCode ?? 0;
  const inner = Object(cause) as Thrown;
  const network = /^(?:E[A-Z]+|UND_ERR\w*)$/.test(code || (inner.code ?? '')) || name === 'TimeoutError' || status === 0;
  if (network || status >= 500) {
    return { trouble: 'unreachable', reason: `${action} got no answer: ${said}`, next: CHECK_REGION, again: true };
  }
  return { trouble: 'refused', reason: `${action} was refused: ${said}`, next: CHECK_REGION, again: false };
}

const SHARE_RATES = 'Analyze again when nobody else reads traces in this account and Region.';
const RENEW = 'Sign in to AWS again, and run `loadkit analyze --aws`.';
const CHECK_REGION = 'Check the Region (AWS_REGION), the endpoint and the network, and run `loadkit analyze --aws`.';
const SET_CLOCK = "Set this machine's clock, and check the secret key.";
export const INTERRUPTED: Trouble = {
  trouble: 'interrupted',
  reason: 'reading was interrupted',
  next: 'Run `loadkit analyze --aws` to read the rest.',
};
