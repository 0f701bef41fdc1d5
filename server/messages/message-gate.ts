import type {
  Ack,
  EditInput,
  ReactInput,
  Reactors,
  ReactorsInput,
  RemoveInput,
  RoomKind,
} from '../../shared/index.ts';
import { RoomError, typesWhere, type DurableSpec } from '../../shared/index.ts';
import type { RoomLog } from '../log/room-log.ts';
import type { Records } from '../records/records.ts';
import type { Caller, Gate } from '../rooms/gate.ts';
import type { Hub } from '../rooms/hub.ts';
import type { MessageChanges } from './message-changes.ts';
import type { Reactions } from './reactions.ts';
import { readReactors } from './reactors.ts';
import { findTarget, isRemoved, seekTarget, type Missing, type Target } from './target.ts';

/** What a message gate is made from. */
export interface MessageGateOptions {
  readonly kind: RoomKind;
  readonly gate: Gate;
  readonly hub: Hub;
  readonly log: RoomLog;
  readonly records: Records;
  readonly changes: MessageChanges;
  readonly reactions: Reactions;
  readonly onError: (error: unknown) => void;
}

type Verb = 'edit' | 'remove' | 'react';

const POSSIBLE: Readonly<Record<Verb, (spec: DurableSpec) => boolean>> = {
  edit: ({ life }) => life.editable,
  remove: ({ life }) => life.removable,
  react: ({ life }) => life.reactions !== undefined,
};

/** The messages of one kind as users may change them: `authorize` is asked for the type of the message, and
 *  once more (`moderate:…`) when it is another's. What only the server publishes only its own code edits and
 *  removes: otherwise whoever makes a room could change in it what the server has said. */
export class MessageGate {
  readonly #options: MessageGateOptions;

  constructor(options: MessageGateOptions) {
    this.#options = options;
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN and what `MessageChanges.edit` throws */
  async edit(caller: Caller, input: EditInput<RoomKind>): Promise<Ack> {
    const { kind, hub, changes } = this.#options;
    const target = await this.#admit(caller, 'edit', input, input.data);
    const edit = { ...input, by: byOf(caller) };
    return hub.run(() => changes.edit(kind, target, edit));
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN and what `MessageChanges.remove` throws */
  async remove(caller: Caller, input: RemoveInput): Promise<Ack> {
    const { kind, hub, changes, reactions, onError } = this.#options;
    const target = await this.#admit(caller, 'remove', input);
    return hub.run(async () => {
      const ack = await changes.remove(kind, target, byOf(caller), input.idempotencyKey);
      if ('spec' in target && target.spec.life.reactions)
        await reactions.forget(target).catch(onError);
      return ack;
    });
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN and what `Reactions.react` throws */
  async react(caller: Caller, input: ReactInput): Promise<Ack> {
    const { hub, reactions } = this.#options;
    const target = await this.#admit(caller, 'react', input);
    if ('refusal' in target) throw target.refusal;
    const reaction = { user: byOf(caller), name: input.name, on: input.on };
    return hub.run(() => reactions.react(target, reaction));
  }

  /** Who has reacted to a message. @throws RoomError FORBIDDEN, NO_SUCH_EVENT, EVENT_REMOVED and what
   *  `readReactors` throws */
  async reactors(caller: Caller, { room, target: at, after }: ReactorsInput): Promise<Reactors> {
    const { kind, gate, log, records } = this.#options;
    await gate.ask(caller, room, 'history');
    const target = await findTarget(log, kind, { kind: kind.name, id: room }, at);
    if (!target || !POSSIBLE.react(target.spec)) throw new RoomError('NO_SUCH_EVENT');
    if (isRemoved(target)) throw new RoomError('EVENT_REMOVED');
    return readReactors(records, target, { me: caller.user.id, after });
  }

  /** Asks for leave to change a message, or what would be one. @throws RoomError TOO_MANY, FORBIDDEN,
   *  BAD_INPUT, LOG_UNAVAILABLE, LOG_DAMAGED */
  async #admit(
    caller: Caller,
    verb: Verb,
    { room, target: at }: Pick<ReactInput, 'room' | 'target'>,
    given?: unknown,
  ): Promise<Target | Missing> {
    const { kind, gate, log } = this.#options;
    gate.measure(caller);
    const sought = await seekTarget(log, kind, { kind: kind.name, id: room }, at);
    const isPossible = POSSIBLE[verb];
    const target = 'refusal' in sought || isPossible(sought.spec) ? sought : missing(sought);
    // Also where nothing is there: who may not do it does not learn that.
    const types = 'stored' in target ? [target.stored.type] : typesWhere(kind, isPossible);
    const data = 'spec' in target ? target.spec.data.safeParse(given).data : undefined;
    await this.#askAny(caller, room, verb, types, data);
    if (verb !== 'react' && 'stored' in target && isServers(target)) {
      throw new RoomError('FORBIDDEN', 'only the server changes what only the server publishes');
    }
    const isOwn = 'refusal' in target || target.stored.by.id === caller.user.id;
    if (verb !== 'react' && !isOwn) await gate.ask(caller, room, `moderate:${verb}`);
    gate.measureRoom(caller, room);
    return target;
  }

  /** Of what is not there any more nobody knows which type it was: one that he may is enough. */
  async #askAny(
    caller: Caller,
    room: string,
    verb: Verb,
    types: readonly string[],
    data: unknown,
  ): Promise<void> {
    for (const type of types) {
      if (await this.#options.gate.allows(caller, room, `${verb}:${type}`, data)) return;
    }
    throw new RoomError('FORBIDDEN');
  }
}

function isServers({ spec }: Target): boolean {
  return spec.publish === 'server';
}

function missing({ room, position }: Target): Missing {
  return { room, position, refusal: new RoomError('NO_SUCH_EVENT') };
}

function byOf({ user: { id, name } }: Caller) {
  return { id, name };
}
