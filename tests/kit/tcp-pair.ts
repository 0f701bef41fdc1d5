import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Both ends of a TCP connection on this machine, of which neither is read. Closed with the test. */
export async function tcpPair(host = '127.0.0.1'): Promise<{ accepted: Socket; client: Socket }> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, host).on('error', () => {});
  const connected = once(client, 'connect');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  await connected;
  accepted.on('error', () => {});
  onTestFinished(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return { accepted, client };
}
