import type { RoomCalls } from '../../client/index.ts';
import type { RoomKind } from '../../shared/index.ts';
import { Follower } from '../actors/follower.ts';
import type { Stage } from '../actors/stage.ts';
import { changeCalls } from '../actors/change-calls.ts';
import { Shelf } from '../actors/shelf.ts';
import { Writer, type Publish } from '../actors/writer.ts';
import { connect } from './connect.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { Venue } from './venue.ts';

/** A client of a real run: an SDK client behind a proxy of its own, in one room, with writers. */
export interface CrewMember {
  readonly name: string;
  /** Whose it is. */
  readonly user: string;
  readonly proxy: FaultProxy;
  readonly follower: Follower;
  readonly writers: readonly Writer[];
  /** Says that he is at it, or not any more, and does not care what becomes of it. */
  say(activity: string, isOn: boolean): void;
  /** Waits no longer for what has no answer. */
  giveUp(): void;
  close(): Promise<void>;
}

/** Lets a client in. */
export async function openCrewMember(options: {
  stage: Stage;
  venue: Venue;
  name: string;
  room: string;
  writers: number;
}): Promise<CrewMember> {
  const { stage, venue, name, room } = options;
  const { proxy, rooms, join, close } = await connect(stage, venue, name);
  const follower = new Follower({ stage, name, room });
  stage.record({ kind: 'asked', follower: name, room });
  const handle = join(room);
  follower.follow(handle);
  const publish: Publish = (type, data, how) => handle.publish(type as never, data, how);
  const change = changeCalls(handle);
  const user = venue.user(name);
  const shared = { stage, client: name, user, room, publish, change, shelf: new Shelf() };
  const writers = Array.from(
    { length: options.writers },
    (_, index) => new Writer({ ...shared, name: `${name}.${index}` }),
  );
  return {
    name,
    user,
    proxy,
    follower,
    writers,
    say: (activity, isOn) =>
      void handle.publish(activity as never, { [activity]: isOn }).catch(() => {}),
    giveUp: () => {
      const { state } = rooms.connection.current;
      for (const one of writers) one.giveUp(`no answer; the connection is ${state}`);
    },
    close,
  };
}

/** Calls over a connection that nothing befalls but what befalls the server. */
export function openScribe(stage: Stage, venue: Venue): Promise<Scribe> {
  return connect(stage, venue, 'scribe');
}

/** Who reads the log. */
export interface Scribe {
  readonly calls: RoomCalls<RoomKind>;
  close(): Promise<void>;
}
