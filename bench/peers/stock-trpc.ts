import { initTRPC, tracked } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { EventEmitter, on, once } from 'node:events';
import superjson from 'superjson';
import { WebSocketServer } from 'ws';
import { eventsInput } from '../../shared/procedures.ts';
import type { SubjectServer } from '../subject-server.ts';
import { createBroadcasts, sendInput, type Broadcast } from './broadcast.ts';
import { closeServer, urlOf } from './listening.ts';

const t = initTRPC.create({ transformer: superjson });

/** What a team writes by itself on a first day, from tRPC's documentation: the same input and the
 *  same answer, an emitter and a generator over it, nothing kept, nobody asked who he is. The floor
 *  that any tRPC server stands on. */
function createRouter() {
  const emitter = new EventEmitter().setMaxListeners(0);
  const broadcastOf = createBroadcasts();
  return t.router({
    chat: {
      send: t.procedure.input(sendInput).mutation(({ input }) => {
        const event = broadcastOf(input);
        emitter.emit(input.room, event);
        const { id, at, position } = event;
        return { id, position, at, level: 'none', duplicate: false };
      }),
      events: t.procedure.input(eventsInput).subscription(async function* ({ input, signal }) {
        const events = on(emitter, input.room, { signal }) as AsyncIterable<[Broadcast]>;
        for await (const [event] of events) yield tracked(event.id, { type: 'event', event });
      }),
    },
  });
}

/** Starts it on a free port. */
export async function startStockTrpc(): Promise<SubjectServer> {
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  applyWSSHandler({ wss, router: createRouter() });
  await once(wss, 'listening');
  return { url: urlOf(wss.address()), close: () => closeServer(wss) };
}
