import { lifeInputs } from '../../shared/life-procedures.ts';
import { typesWhere, type DurableSpec, type RoomKind } from '../../shared/index.ts';
import type { MessageGate } from '../messages/message-gate.ts';
import { userCall } from './trpc.ts';

/** The procedures that a kind has because its events live (CON2), and no others. */
export function lifeRouter(
  kind: RoomKind,
  messages: MessageGate,
  now: () => number,
): Record<string, object> {
  const has = (isSo: (spec: DurableSpec) => boolean) => typesWhere(kind, isSo).length > 0;
  return {
    ...(has(({ life }) => life.editable) && {
      edit: userCall(now, {
        type: 'mutation',
        input: lifeInputs.edit,
        // What the data must be depends on the target: its own schema is asked there.
        run: (caller, input) => messages.edit(caller, input as never),
      }),
    }),
    ...(has(({ life }) => life.removable) && {
      remove: userCall(now, {
        type: 'mutation',
        input: lifeInputs.remove,
        run: (caller, input) => messages.remove(caller, input),
      }),
    }),
  };
}
