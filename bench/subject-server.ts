/** What a server under test is started with. */
export interface ServerOptions {
  /** An empty directory of the caller's. */
  readonly dir: string;
  /** What the clients' tokens are signed with. */
  readonly secret: string;
  /** The Redis of a server that keeps its rooms there. */
  readonly redisUrl?: string;
}

/** A server under test: takes messages and delivers them, over its protocol in `protocols.ts`. */
export interface SubjectServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The servers that a scenario may compare, each loaded only where it runs. */
export const servers = {
  rooms: async (options: ServerOptions): Promise<SubjectServer> => {
    const { startRooms } = await import('./rooms-server.ts');
    return startRooms(options);
  },
  'rooms-memory': async ({ secret }: ServerOptions): Promise<SubjectServer> => {
    const { startRooms } = await import('./rooms-server.ts');
    return startRooms({ dir: null, secret });
  },
  'rooms-redis': async (options: ServerOptions): Promise<SubjectServer> => {
    const { startRedisRooms } = await import('./redis-rooms-server.ts');
    return startRedisRooms(options);
  },
  'big-room': async (options: ServerOptions): Promise<SubjectServer> => {
    const { startBigRoom } = await import('./big-room-server.ts');
    return startBigRoom(options);
  },
  ws: async (): Promise<SubjectServer> => {
    const { startBareWs } = await import('./peers/bare-ws.ts');
    return startBareWs();
  },
  'socket.io': async (): Promise<SubjectServer> => {
    const { startSocketIo } = await import('./peers/socket-io.ts');
    return startSocketIo();
  },
  'stock-trpc': async (): Promise<SubjectServer> => {
    const { startStockTrpc } = await import('./peers/stock-trpc.ts');
    return startStockTrpc();
  },
} as const;
