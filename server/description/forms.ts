import { z } from 'zod';
import type { DurableSpec, RoomKind } from '../../shared/index.ts';
import { lifeInputs } from '../../shared/life-procedures.ts';
import { membershipInputs as inputs } from '../../shared/membership.ts';
import { markSeenInput, meEventsInput, meHistoryInput } from '../../shared/me-procedures.ts';
import { positionInput } from '../../shared/position-input.ts';
import {
  eventsInput,
  historyInput,
  idempotencyKey,
  membersInput,
  publishInput,
  roomId,
  setPresenceInput,
  whisperInput,
} from '../../shared/procedures.ts';
import * as answers from './answers.ts';
import { metaOf } from './events.ts';
import { personOf } from './frames.ts';
import {
  ACK,
  historyPage,
  mutation,
  query,
  stream,
  unionOf,
  type Forms,
  type KindParts,
} from './procedure.ts';
import { ADA, AT, BOB, EARLIER, KEY, LATER, POSITION, ROOM, SINCE } from './samples.ts';

const room = ROOM;
const key = { idempotencyKey: KEY };

/** What every kind has. */
export function commonForms(parts: KindParts): Forms {
  const { kind, events } = parts;
  const published = events.find(({ spec }) => spec.publish === 'client');
  const publish = publishInput(kind);
  const presence = setPresenceInput(kind);
  const state = kind.presence && metaOf(kind.presence).example;
  const members = z.object({
    room: z.string(),
    users: z.array(personOf(kind)).meta({ description: 'A page of them.' }),
    count: z.int().meta({ description: 'How many users there are in all.' }),
    version: z
      .int()
      .meta({ description: 'As in presence frames: this holds all changes up to it.' }),
    next: z.string().exactOptional().meta({ description: 'Where the next page begins (`after`).' }),
  });
  const here = { room, users: [ADA, BOB], count: 2, version: 3 };
  const { type, example: data } = published ?? {};
  return {
    events: stream(parts, eventsInput, { room, lastEventId: POSITION }),
    history: historyPage(parts, historyInput, { room, limit: 2 }),
    ...(kind.people && { members: query(membersInput, members, { room }, here) }),
    ...(publish && { publish: mutation(publish, answers.ack, { room, type, data, ...key }, ACK) }),
    ...(presence && { setPresence: mutation(presence, undefined, { room, state }) }),
    ...(kind.whispers && {
      whisper: mutation(whisperInput, answers.ack, { room, to: 'bob', text: 'psst', ...key }, ACK),
    }),
  };
}

/** A kind's shorthands: the event's fields stand beside the room. */
export function shorthandForms({ kind, events }: KindParts): Forms {
  const forms = Object.entries(kind.shorthands).map(([name, type]) => {
    const event = events.find((known) => known.type === type);
    const data = event?.spec.data;
    const shape = data instanceof z.ZodObject ? data.shape : {};
    const life = event?.spec.delivery === 'durable' ? event.spec.life : undefined;
    const reply = life?.replies ? { replyTo: positionInput.optional() } : {};
    const input = z.strictObject({ room: roomId, ...shape, ...reply, idempotencyKey });
    const fields = event?.example as Record<string, unknown> | undefined;
    return [name, mutation(input, answers.ack, { room, ...fields, ...key }, ACK)] as const;
  });
  return Object.fromEntries(forms);
}

/** What a kind has because its events live. */
export function lifeForms({ events }: KindParts): Forms {
  const target = EARLIER;
  const having = (is: (life: DurableSpec['life']) => boolean) =>
    events.filter(({ spec }) => spec.delivery === 'durable' && is(spec.life));
  const editable = having((life) => life.editable);
  const data = unionOf(editable.map(({ spec }) => spec.data)).meta({
    description: 'What takes the place of its data: of the type that the message has.',
  });
  const edit = { room, target, data: editable[0]?.example, ifVersion: target, ...key };
  const state = { room, position: POSITION, version: 0, unread: 0, to: POSITION };
  const unread = { me: 'ada', rooms: [state] };
  const own = [{ name: '👍', count: 1 }];
  const reacted = { users: [{ user: BOB, reactions: own }], own };
  const readers = [{ user: BOB, position: POSITION }];
  return {
    ...(editable.length > 0 && {
      edit: mutation(lifeInputs.edit.extend({ data }), answers.ack, edit, ACK),
    }),
    ...(having((life) => life.removable).length > 0 && {
      remove: mutation(lifeInputs.remove, answers.ack, { room, target, ...key }, ACK),
    }),
    ...(having((life) => life.reactions !== undefined).length > 0 && {
      react: mutation(lifeInputs.react, answers.ack, { room, target, name: '👍', on: true }, ACK),
      reactors: query(lifeInputs.reactors, answers.reactors, { room, target }, reacted),
    }),
    ...(having((life) => life.countable).length > 0 && {
      markRead: mutation(
        lifeInputs.markRead,
        answers.readState,
        { room, position: POSITION },
        state,
      ),
      markUnread: mutation(
        lifeInputs.markUnread,
        answers.readState,
        { room, position: LATER },
        state,
      ),
      unread: query(lifeInputs.unread, answers.unreadAnswer, { rooms: [room] }, unread),
      receipts: query(lifeInputs.receipts, answers.receipts, { room }, { room, readers, count: 1 }),
    }),
  };
}

/** What a kind has whose rooms have members. */
export function membershipForms({ membership }: RoomKind): Forms {
  if (!membership) return {};
  const id = 'p~4kd0';
  const own = { room: id, title: 'Plans', visibility: 'private', role: 'owner', since: SINCE };
  const joined = { ...own, role: 'member' };
  const direct = { room: 'd~9xk2', visibility: 'direct', role: 'member', since: SINCE, with: BOB };
  const invited = { room: id, title: 'Plans', role: 'member', by: ADA, at: AT };
  const done = { room: id };
  const user = 'bob';
  const members = [{ ...BOB, role: 'member', since: SINCE }];
  return {
    create: mutation(inputs.create, answers.myRoom, { title: 'Plans', private: true, ...key }, own),
    direct: mutation(inputs.direct, answers.myRoom, { user }, direct),
    invite: mutation(inputs.invite, answers.done, { room: id, user }, done),
    accept: mutation(inputs.accept, answers.myRoom, done, joined),
    decline: mutation(inputs.decline, answers.done, done, done),
    leaveRoom: mutation(inputs.leaveRoom, answers.done, done, done),
    removeMember: mutation(inputs.removeMember, answers.done, { room: id, user, ban: true }, done),
    setRole: mutation(inputs.setRole, answers.done, { room: id, user, role: 'moderator' }, done),
    rename: mutation(inputs.rename, answers.done, { room: id, title: 'Plans for May' }, done),
    close: mutation(inputs.close, answers.done, done, done),
    mine: query(inputs.mine, answers.mine, { limit: 20 }, { rooms: [own], hasMore: false }),
    invitations: query(
      inputs.invitations,
      answers.invitations,
      { limit: 20 },
      { invitations: [invited], hasMore: false },
    ),
    roster: query(
      inputs.roster,
      answers.roster,
      { room: id, limit: 20 },
      { members, count: 1, hasMore: false },
    ),
  };
}

/** What a private stream has. */
export function myForms(parts: KindParts): Forms {
  const seen = { seen: POSITION, unread: 0, to: POSITION };
  return {
    events: stream(parts, meEventsInput, { lastEventId: POSITION }),
    history: historyPage(parts, meHistoryInput, { limit: 2 }),
    state: query(undefined, answers.meState, undefined, seen),
    markSeen: mutation(markSeenInput, answers.meState, { position: POSITION }, seen),
  };
}
