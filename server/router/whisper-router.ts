import { whisperInput } from '../../shared/procedures.ts';
import type { Whispers } from '../rooms/whispers.ts';
import { userCall } from './trpc.ts';

/** The procedure of kinds that have `whispers`. */
export function whisperRouter(whispers: Whispers, now: () => number): object {
  const whisper = userCall(now, {
    type: 'mutation',
    input: whisperInput,
    run: (caller, input) => whispers.whisper(caller, input),
  });
  return { whisper };
}
