/** `failed`: the handler threw, or its environment ended under it or could not be started. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly kind: 'failed' | 'timed-out' | 'throttled';

  constructor(kind: InvocationError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
