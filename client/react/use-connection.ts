import type { ConnectionState } from '../connection/connection-state.ts';
import { useProvided } from './rooms-provider.ts';
import { useStore } from './use-store.ts';

const CONNECTING: ConnectionState = { state: 'connecting' };

/** Where the client's connection stands: for a line that says so when it is away. On a server: connecting. */
export function useConnection(): ConnectionState {
  const { client } = useProvided('useConnection');
  return useStore(client.connection, CONNECTING);
}
