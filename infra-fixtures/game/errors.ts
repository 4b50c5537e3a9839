/** A refusal that the player is told of: status and one lowercase sentence. Anything else that is thrown is a defect, and answers 500. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, message: string) {
    super(message);
    this.status = status;
  }
}

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 503;

export const notFound = (what: string): Refusal => new Refusal(404, `${what} not found`);
