import { toRoomError } from '../../client/index.ts';
import type { Stage } from './stage.ts';

/** What has become of something that was asked for until there was an answer. */
export type Answer<T> =
  /** `isSure`: every call had an answer; one that had none may still be carried out. */
  | { readonly state: 'done'; readonly answer: T; readonly isSure: boolean }
  /** The answer was no, and stays so. */
  | { readonly state: 'refused'; readonly code: string; readonly isSure: boolean }
  /** The run was over first. */
  | { readonly state: 'open' };

const RETRY_MS = [20, 400] as const;

/** Asks, and asks again as long as nobody can say what has become of it. */
export async function untilAnswered<T>(stage: Stage, ask: () => Promise<T>): Promise<Answer<T>> {
  for (let isSure = true; ; isSure = false) {
    try {
      return { state: 'done', answer: await ask(), isSure };
    } catch (error) {
      const { code, retryable } = toRoomError(error);
      if (stage.isOver()) return { state: 'open' };
      if (!retryable && code !== 'TOKEN_EXPIRED') return { state: 'refused', code, isSure };
      await stage.sleep(stage.random.between(...RETRY_MS));
    }
  }
}
