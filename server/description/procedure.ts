import { z } from 'zod';
import type { ErrorCode, RoomKind } from '../../shared/index.ts';
import type { EventDescription } from './events.ts';
import type { FrameDescription } from './frames.ts';
import { AT, POSITION } from './samples.ts';
import type { Words } from './words.ts';

/** One procedure of a kind, as documents and the REST mirror know it. */
export interface ProcedureDescription extends Words {
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** What it takes, for documents: the router's own schema decides. Undefined: nothing. */
  readonly input: z.ZodType | undefined;
  /** What it gives, or what each frame is. Undefined: nothing. */
  readonly output: z.ZodType | undefined;
  /** Input and output, as JSON has them. */
  readonly example: { readonly input: unknown; readonly output: unknown };
  /** Is it about one room, which its input names? */
  readonly isInRoom: boolean;
  /** Does it take an idempotency key? */
  readonly takesKey: boolean;
  /** How it may be refused. */
  readonly errors: readonly ErrorCode[];
}

/** A kind, as far as it is described before its procedures are. */
export interface KindParts {
  readonly kind: RoomKind;
  readonly events: readonly EventDescription[];
  /** The union of them. */
  readonly event: z.ZodType;
  readonly frames: readonly FrameDescription[];
  /** The union of them: what its subscription yields. */
  readonly frame: z.ZodType;
}

/** What a procedure takes and gives. */
export type Form = Pick<ProcedureDescription, 'type' | 'input' | 'output' | 'example'>;

/** Forms by name. */
export type Forms = Readonly<Record<string, Form>>;

/** The answer of examples to a publish. */
export const ACK = { id: POSITION, position: POSITION, at: AT, level: 'disk', duplicate: false };

/** A query, with an example of what is asked and answered. */
export function query(
  input: z.ZodType | undefined,
  output: z.ZodType,
  asked: unknown,
  answered: unknown,
): Form {
  return { type: 'query', input, output, example: { input: asked, output: answered } };
}

/** A mutation, likewise. Without an output it answers nothing. */
export function mutation(
  input: z.ZodType,
  output: z.ZodType | undefined,
  asked: unknown,
  answered?: unknown,
): Form {
  return { type: 'mutation', input, output, example: { input: asked, output: answered } };
}

/** The subscription of a kind. */
export function stream({ frames, frame }: KindParts, input: z.ZodType, asked: unknown): Form {
  const example = { input: asked, output: frames[1]?.example };
  return { type: 'subscription', input, output: frame, example };
}

/** A page of a kind's log. */
export function historyPage({ events }: KindParts, input: z.ZodType, asked: unknown): Form {
  const durable = events.filter(({ spec }) => spec.delivery === 'durable');
  const event = unionOf(durable.map(({ schema }) => schema));
  const output = z.object({
    events: z.array(event).meta({ description: 'Oldest first.' }),
    changes: z.array(event).exactOptional().meta({
      description: 'What has happened since to events of this page. Unset: nothing has.',
    }),
    hasMore: z.boolean().meta({ description: 'Are there more in the direction that was asked?' }),
  });
  const first = durable[0];
  return query(input, output, asked, { events: first ? [first.whole] : [], hasMore: true });
}

/** One of several schemas. */
export function unionOf(schemas: readonly z.ZodType[]): z.ZodType {
  const [first, ...rest] = schemas;
  // A union of one is still a thing of its own, with a name of its own.
  return first ? z.union([first, ...rest]) : z.never();
}

/** The fields of an input, where it has any. */
export function fieldsOf(input: z.ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> {
  if (input instanceof z.ZodOptional || input instanceof z.ZodNullable) {
    return fieldsOf(input.unwrap() as z.ZodType);
  }
  if (input instanceof z.ZodObject) return input.shape;
  if (!(input instanceof z.ZodUnion)) return {};
  // Those of every option: a field that some lack is still one that may be given.
  return Object.assign({}, ...input.options.map((option) => fieldsOf(option as z.ZodType)));
}
