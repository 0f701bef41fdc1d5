import {
  createContext,
  createElement,
  useContext,
  useMemo,
  type ReactElement,
  type ReactNode,
} from 'react';
import type { RoomKind } from '../../shared/index.ts';
import type { Connection } from '../connection/connection-state.ts';
import type { RoomsOfKind } from '../create-rooms.ts';
import type { Notices } from '../me/fold-notices.ts';
import type { Notifications } from '../me/notifications.ts';
import type { Store } from '../store.ts';
import { createRoomStores, type RoomStores } from './room-stores.ts';

/** What of a client the hooks use, whatever its contract, and whatever its private streams carry. */
export interface AnyRoomsClient {
  readonly connection: Connection;
  readonly me: {
    // Not of some kind: what one kind's events are, another's need not be.
    readonly notifications: Store<Notices> & Pick<Notifications<RoomKind>, 'markSeen'>;
  };
}

interface Provided {
  readonly client: AnyRoomsClient;
  readonly stores: RoomStores;
}

const Rooms = createContext<Provided | undefined>(undefined);

/** Gives a client to the hooks below it. Components below one provider that look at one room share one
 *  stream of it. Closing the client is left to whoever made it. */
export function RoomsProvider(props: {
  /** From `createRooms`. */
  readonly client: AnyRoomsClient;
  readonly children?: ReactNode;
}): ReactElement {
  const { client, children } = props;
  const provided = useMemo(() => ({ client, stores: createRoomStores() }), [client]);
  return createElement(Rooms.Provider, { value: provided }, children);
}

/** What the provider gives. @throws Error outside one */
export function useProvided(hook: string): Provided {
  const provided = useContext(Rooms);
  if (!provided) throw new Error(`${hook}: there is no <RoomsProvider> above this component`);
  return provided;
}

/** The stores to look rooms up in: the provider's, or outside one the component's own. */
export function useRoomStores(): RoomStores {
  const provided = useContext(Rooms);
  return useMemo(() => provided?.stores ?? createRoomStores(), [provided]);
}

/** The rooms of a kind: those that were given, or the provided client's of that name. @throws Error */
export function useRoomsOf<K extends RoomKind>(kind: K | RoomsOfKind<K>): RoomsOfKind<K> {
  const provided = useContext(Rooms);
  if ('join' in kind) return kind;
  if (!provided) throw new Error('useRoom: there is no <RoomsProvider> above this component');
  const rooms = (provided.client as unknown as Readonly<Record<string, unknown>>)[kind.name];
  if (!rooms) throw new Error(`useRoom: the provided client has no room kind ${kind.name}`);
  // Of the kind that has this name in the client's contract.
  return rooms as RoomsOfKind<K>;
}
