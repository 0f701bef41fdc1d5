import { RoomError } from 'trpc-rooms/shared';
import { toRoomError } from 'trpc-rooms/client';
import type { Texts } from './texts/en.ts';

/** What went wrong, in the reader's words where there are any. */
export function errorText(error: unknown, texts: Texts): string {
  const { code, message } = error instanceof RoomError ? error : toRoomError(error);
  return texts.errors[code] ?? message;
}
