import type { z } from 'zod';
import * as answers from '../description/answers.ts';
import type { KindDescription } from '../description/describe.ts';
import type { Operation } from '../rest/operation.ts';

/** The schemas of a contract by the names that documents know them by, and back. */
export interface NamedSchemas {
  /** What is sent to the server: unknown keys are refused. */
  readonly inputs: Readonly<Record<string, z.ZodType>>;
  /** What comes from it: more keys may come. */
  readonly outputs: Readonly<Record<string, z.ZodType>>;
  /** The name of one of them. @throws Error for one that has none */
  nameOf(schema: z.ZodType): string;
}

// What the answers of all kinds share.
const SHARED: Readonly<Record<string, z.ZodType>> = {
  By: answers.by,
  Position: answers.positionText,
  Ack: answers.ack,
  MyRoom: answers.myRoom,
  MyRooms: answers.mine,
  Invitation: answers.invitation,
  Invitations: answers.invitations,
  RosterEntry: answers.rosterEntry,
  Roster: answers.roster,
  Done: answers.done,
  ReadState: answers.readState,
  UnreadAnswer: answers.unreadAnswer,
  Receipts: answers.receipts,
  MeState: answers.meState,
};

/** Names every schema of a contract: `chat.event.message`, `chat.Event`, `chat.frame.ready`, `chat.Frame`,
 *  `chat.send.input`, `chat.history.output`, `chat.publish.byServer`. */
export function namedSchemas(
  kinds: readonly KindDescription[],
  operations: readonly Operation[],
): NamedSchemas {
  const names = new Map<z.ZodType, string>();
  const inputs: Record<string, z.ZodType> = {};
  const outputs: Record<string, z.ZodType> = {};
  const put = (into: Record<string, z.ZodType>, name: string, schema: z.ZodType | undefined) => {
    // One that several share has the name that it was given first.
    if (!schema || names.has(schema)) return;
    names.set(schema, name);
    into[name] = schema;
  };
  for (const [name, schema] of Object.entries(SHARED)) put(outputs, name, schema);
  for (const { kind, events, event, frames, frame, procedures } of kinds) {
    const { name } = kind;
    for (const { type, schema } of events) put(outputs, `${name}.event.${type}`, schema);
    for (const { type, schema } of frames) put(outputs, `${name}.frame.${type}`, schema);
    put(outputs, `${name}.Event`, event);
    put(outputs, `${name}.Frame`, frame);
    for (const procedure of procedures) {
      put(inputs, `${name}.${procedure.name}.input`, procedure.input);
      put(outputs, `${name}.${procedure.name}.output`, procedure.output);
    }
  }
  for (const { path, server } of operations) {
    const name = path.replace(/^\/api\/|rooms\/|\{\w+\}\//g, '').replaceAll('/', '.');
    put(inputs, `${name}.byServer`, server?.input);
    put(outputs, `${name}.output`, server?.output);
  }
  const nameOf = (schema: z.ZodType) => {
    const name = names.get(schema);
    if (name === undefined) throw new Error('documents: a schema without a name');
    return name;
  };
  return { inputs, outputs, nameOf };
}
