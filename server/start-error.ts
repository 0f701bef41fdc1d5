/** Why a server does not start: what is wrong, and what to do about it. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** One sentence for the operator. */
  readonly advice: string;

  constructor(message: string, options: { advice: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.advice = options.advice;
  }
}
