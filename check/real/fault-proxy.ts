import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Passage } from './passage.ts';

/** Where a proxy passes connections on to. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Does it speak TLS? */
  readonly isSecure: boolean;
}

/** How a connection breaks. `cut`: both ends are told in order. `reset`: with a RST. `request`: when
 *  the next bytes come from the client, before they are passed on. `reply`: they are passed on, and
 *  what the server says to them is not. */
export type Break = 'cut' | 'reset' | 'request' | 'reply';

/** A TCP proxy that can be told to behave badly: real sockets, real bytes. One for each client, so that
 *  trouble has an address. */
export interface FaultProxy {
  readonly port: number;
  break(how: Break): void;
  /** Bytes take so long, in each direction. */
  delay(ms: number): void;
  /** Nothing passes until it is set to false; nothing is lost. */
  stall(isOn: boolean): void;
  /** What comes is swallowed until it is set to false; then the connections that lost something break. */
  blackhole(isOn: boolean): void;
  close(): Promise<void>;
}

/** Opens a proxy on a free port of this machine. `target`: asked at every connection; undefined while
 *  there is none, and then it is refused. */
export async function openFaultProxy(target: () => Target | undefined): Promise<FaultProxy> {
  const passages = new Set<Passage>();
  const mood = { delayMs: 0, isStalled: false, isBlack: false };
  const server = createServer({ noDelay: true }, (client) => {
    const to = target();
    if (!to) return client.destroy();
    const passage = new Passage(client, dial(to), mood);
    passages.add(passage);
    passage.onEnd = () => passages.delete(passage);
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const each = (act: (passage: Passage) => void) => {
    for (const passage of passages) act(passage);
  };
  return {
    port: (server.address() as AddressInfo).port,
    break: (how) => each((passage) => passage.break(how)),
    delay: (ms) => {
      mood.delayMs = ms;
    },
    stall: (isOn) => {
      mood.isStalled = isOn;
      each((passage) => passage.stall(isOn));
    },
    blackhole: (isOn) => {
      mood.isBlack = isOn;
      if (!isOn) each((passage) => passage.breakIfHoled());
    },
    close: async () => {
      each((passage) => passage.break('reset'));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function dial({ host, port, isSecure }: Target): Socket {
  if (isSecure) return connectTls({ host, port, servername: host });
  return connect({ host, port, noDelay: true });
}
