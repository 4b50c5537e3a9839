/**
 * What a service of the endpoint is: its operations by AWS's names, from parsed input to the output that is sent as JSON. Protocols, request ids and
 * trouble are server.ts's; a service knows only its data.
 */
export interface Service {
  /** https://docs.aws.amazon.com/service-authorization/latest/reference/ : the prefix of its actions, `cloudwatch`, `xray`, `logs`. */
  prefix: string;
  operations: Readonly<Record<string, Operation>>;
}

/** Inputs come as the client sent them: an operation checks what it uses. @throws AwsError */
export type Operation = (input: Readonly<Record<string, unknown>>) => object | Promise<object>;

/** An error in AWS's own words; the client's SDK makes its exception of it. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** The shape's name in the service's model, or the code of an error that all services share. */
  readonly code: string;
  readonly status: number;
  /** What the error's shape has beside its message: members of the answer's body. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}
