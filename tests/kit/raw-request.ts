import { connect } from 'node:net';

/** Sends bytes as they are to a port of this machine, and gives all that comes back until the other
 *  side hangs up. A reset counts as a hang-up. */
export function rawRequest(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(answer));
  });
}
