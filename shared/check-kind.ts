import { z } from 'zod';
import { MEMBERSHIP_PROCEDURES } from './built-in-names.ts';
import type { EventSpec } from './delivery.ts';
import { lifeEvents } from './life-events.ts';
import { limits } from './limits.ts';
import { RESERVED_KINDS, RESERVED_SHORTHANDS } from './reserved-names.ts';
import type { EventSpecs, Retention, Shorthands } from './room-kind.ts';
import { roomNews } from './room-news.ts';

const IDENTIFIER = /^[a-z][A-Za-z0-9]{0,63}$/;

type Refuse = (what: string) => never;

/** Refuses what no room kind can be, saying what is wrong with it. @throws Error */
export function checkKind(kind: {
  readonly name: string;
  readonly events: EventSpecs;
  readonly presence: z.ZodType | undefined;
  readonly shorthands: Shorthands;
  readonly history: Retention;
  readonly recent: number;
  readonly whispers: boolean;
  readonly membership: boolean;
}): void {
  const { name, events, presence, shorthands, whispers, membership } = kind;
  const refuse = (what: string): never => {
    throw new Error(`defineRoom(${JSON.stringify(name)}): ${what}`);
  };
  const reserved = [
    ...RESERVED_SHORTHANDS,
    ...(whispers ? ['whisper'] : []),
    ...(membership ? MEMBERSHIP_PROCEDURES : []),
  ];
  checkName(name, refuse);
  checkEvents(events, refuse);
  if (presence && !isSchema(presence)) refuse('presence needs a schema of zod 4');
  checkShorthands(shorthands, { events, reserved }, refuse);
  if (membership) checkNews(events, refuse);
  checkEndings(events, refuse);
  checkDerived(events, refuse);
  checkRetention(kind.history, refuse);
  checkRecent(kind.recent, refuse);
}

function checkName(name: unknown, refuse: Refuse): void {
  if (typeof name !== 'string' || !IDENTIFIER.test(name)) refuse('the name is not an identifier');
  else if (RESERVED_KINDS.includes(name)) refuse('the name is reserved');
}

function checkEvents(events: EventSpecs, refuse: Refuse): void {
  for (const [type, spec] of Object.entries(events)) {
    if (!IDENTIFIER.test(type)) refuse(`event ${JSON.stringify(type)} is not an identifier`);
    checkSpec(spec, (what) => refuse(`event ${type} ${what}`));
  }
}

/** Of those who write without the compiler's help. */
function checkSpec(spec: Partial<EventSpec> | null | undefined, refuse: Refuse): void {
  const isMade = typeof spec?.delivery === 'string' && 'data' in spec;
  if (!isMade) refuse('must be made of a schema by durable, latest or ephemeral');
  else if (!isSchema(spec.data)) refuse('needs a schema of zod 4');
}

function isSchema(value: unknown): boolean {
  return value instanceof z.core.$ZodType;
}

function checkShorthands(
  shorthands: Shorthands,
  { events, reserved }: { readonly events: EventSpecs; readonly reserved: readonly string[] },
  refuse: Refuse,
): void {
  for (const [short, type] of Object.entries(shorthands)) {
    if (!IDENTIFIER.test(short)) refuse(`shorthand ${JSON.stringify(short)} is not an identifier`);
    if (reserved.includes(short)) refuse(`shorthand ${short} is reserved`);
    const target = Object.hasOwn(events, type) ? events[type] : undefined;
    checkTarget(target, (what) => refuse(`shorthand ${short} ${what}`));
  }
}

function checkTarget(target: EventSpec | undefined, refuse: Refuse): void {
  if (!target) return refuse('names no event');
  if (target.publish !== 'client') return refuse('names an event that only the server publishes');
  if (!(target.data instanceof z.ZodObject))
    return refuse('needs an event whose data is an object');
  const isReply = target.delivery === 'durable' && target.life.replies;
  for (const field of ['room', 'idempotencyKey', ...(isReply ? ['replyTo'] : [])]) {
    if (field in target.data.shape) refuse(`cannot carry a field named ${field}`);
  }
}

function checkNews(events: EventSpecs, refuse: Refuse): void {
  for (const type of Object.keys(events)) {
    if (Object.hasOwn(roomNews, type)) refuse(`with membership ${type} is built in`);
  }
}

/** What ends a value is a durable event of the same kind: anything else would never end it. */
function checkEndings(events: EventSpecs, refuse: Refuse): void {
  for (const [type, spec] of Object.entries(events)) {
    for (const ending of spec.delivery === 'latest' ? spec.endedBy : []) {
      if (Object.hasOwn(events, ending) && events[ending]?.delivery === 'durable') continue;
      refuse(`${type} is ended by ${ending}, which is no durable event`);
    }
  }
}

function checkDerived(events: EventSpecs, refuse: Refuse): void {
  for (const type of Object.keys(lifeEvents(events))) {
    if (Object.hasOwn(events, type)) refuse(`event ${type} is made by defineRoom itself`);
  }
}

function checkRetention({ maxEvents, maxAgeMs }: Retention, refuse: Refuse): void {
  const isAge = Number.isInteger(maxAgeMs) || maxAgeMs === Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(maxEvents) && maxEvents >= 1 && isAge && maxAgeMs >= 1) return;
  refuse('history must keep at least one event, for whole milliseconds or Infinity');
}

function checkRecent(recent: number, refuse: Refuse): void {
  if (Number.isSafeInteger(recent) && recent >= 0 && recent <= limits.recentMax) return;
  refuse(`recent must be a count of at most ${limits.recentMax}`);
}
