import { lifeInputs } from '../../shared/life-procedures.ts';
import { typesWhere, type DurableSpec, type RoomKind } from '../../shared/index.ts';
import type { MessageGate } from '../messages/message-gate.ts';
import type { ReadingGate } from '../reading/reading-gate.ts';
import { userCall } from './trpc.ts';

/** Where users reach what lives. */
export interface LifeGates {
  readonly messages: MessageGate;
  readonly reading: ReadingGate;
}

/** The procedures that a kind has because its events live (CON2), and no others. */
export function lifeRouter(
  kind: RoomKind,
  { messages, reading }: LifeGates,
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
    ...(has(({ life }) => life.reactions !== undefined) && {
      react: userCall(now, {
        type: 'mutation',
        input: lifeInputs.react,
        run: (caller, input) => messages.react(caller, input),
      }),
      reactors: userCall(now, {
        type: 'query',
        input: lifeInputs.reactors,
        run: (caller, input) => messages.reactors(caller, input),
      }),
    }),
    ...(has(({ life }) => life.countable) && readingProcedures(reading, now)),
  };
}

function readingProcedures(reading: ReadingGate, now: () => number) {
  return {
    markRead: userCall(now, {
      type: 'mutation',
      input: lifeInputs.markRead,
      run: (caller, input) => reading.markRead(caller, input),
    }),
    markUnread: userCall(now, {
      type: 'mutation',
      input: lifeInputs.markUnread,
      run: (caller, input) => reading.markUnread(caller, input),
    }),
    unread: userCall(now, {
      type: 'query',
      isLarge: true,
      input: lifeInputs.unread,
      run: (caller, input) => reading.unread(caller, input),
    }),
    receipts: userCall(now, {
      type: 'query',
      input: lifeInputs.receipts,
      run: (caller, input) => reading.receipts(caller, input),
    }),
  };
}
