import { RoomError } from '../../../shared/index.ts';

/** Whether writing works. Tells of each change once, however many callers meet it. */
export class Trouble {
  #current: string | undefined;
  readonly #onChange: (reason: string | undefined) => void;

  constructor(onChange: (reason: string | undefined) => void) {
    this.#onChange = onChange;
  }

  /** Why writing fails, while it does. */
  get current(): string | undefined {
    return this.#current;
  }

  /** Passes a write on, and notes how it ends. */
  async watch<T>(write: Promise<T>): Promise<T> {
    try {
      const result = await write;
      this.#set(undefined);
      return result;
    } catch (error) {
      const cause = error instanceof RoomError ? error.cause : error;
      this.#set(cause instanceof Error ? cause.message : String(cause));
      throw error;
    }
  }

  #set(reason: string | undefined): void {
    if ((this.#current === undefined) !== (reason === undefined)) this.#onChange(reason);
    this.#current = reason;
  }
}
