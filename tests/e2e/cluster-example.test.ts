import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRooms } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { noRedis } from '../kit/redis-server.ts';
import { waitFor } from '../kit/wait-for.ts';

const ROOT = new URL('../../', import.meta.url);
const START = fileURLToPath(new URL('../../examples/cluster/start.ts', import.meta.url));
const noNginx =
  spawnSync('nginx', ['-v']).status === 0
    ? undefined
    : 'nginx is not installed: examples/cluster is not tested (apt-get install nginx-light)';
if (noNginx) process.emitWarning(noNginx);

const METRICS_TOKEN = 'whoever-has-this-may-read';

/** The example, running. */
async function cluster() {
  const child = spawn(process.execPath, [START], {
    env: { ...process.env, METRICS_TOKEN, DRAIN_MS: '500' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const until = (pattern: RegExp) =>
    waitFor(() => {
      const found = pattern.exec(said);
      if (!found) throw new Error(`not said: ${pattern}\n${said}`);
      return found.slice(1);
    }, 20_000);
  const end = async () => {
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    return child.exitCode;
  };
  onTestFinished(async () => void (await end()));
  const [url = '', ...ports] = await until(/serving (\S+) over the nodes (\d+) and (\d+)/);
  return {
    url,
    ports: ports.map(Number),
    say: (line: string) => child.stdin.write(`${line}\n`),
    said: () => said,
    end,
  };
}

/** Somebody who comes in by the front door. */
async function enter(url: string, name: string) {
  const answer = await fetch(`${url}/api/guest`, {
    method: 'POST',
    body: JSON.stringify({ name }),
  });
  const { token } = (await answer.json()) as { token: string };
  const rooms = createRooms({ chat }, { url: `${url.replace('http', 'ws')}/trpc`, token });
  onTestFinished(() => rooms.close());
  const room = rooms.chat.join('r', { onGap: () => expect.fail('a gap') });
  const texts: string[] = [];
  room.on('message', ({ data }) => void texts.push(data.text));
  await room.ready;
  return { token, room, texts };
}

/** Connections of each node, as it says itself. */
const connections = (ports: readonly number[]) =>
  Promise.all(
    ports.map(async (port) => {
      const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
      return Number(/^trpc_rooms_connections (\d+)/m.exec(text)?.[1]);
    }),
  );

/** A file of the project. */
const textOf = (file: string) => readFileSync(new URL(file, ROOT), 'utf8');

it('starts nodes with the flags of `npm start`', () => {
  const flags = (text: string) => text.match(/--[a-z-]+=\d+/g);
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: { start: string } };
  expect(flags(scripts.start)).not.toBeNull();
  expect(flags(textOf('examples/cluster/Dockerfile'))).toEqual(flags(scripts.start));
});

it('installs into the image without scripts: what they run has not been copied by then', () => {
  const before = textOf('examples/cluster/Dockerfile').split('COPY bin')[0];
  expect(before).toContain('npm ci --omit=dev --ignore-scripts');
});

describe.skipIf(noRedis ?? noNginx)('examples/cluster', () => {
  it('serves clients over both nodes through nginx, restarts them under the clients, and ends', async () => {
    const { url, ports, say, said, end } = await cluster();
    const [ada, bob] = [await enter(url, 'Ada'), await enter(url, 'Bob')];
    expect(await connections(ports)).toEqual([1, 1]);
    await ada.room.send({ text: 'one' });
    await waitFor(() => expect(bob.texts).toEqual(['one']));

    // An event stream is passed on as it comes.
    const input = encodeURIComponent(JSON.stringify({ json: { room: 'r' } }));
    const stream = await fetch(`${url}/trpc/chat.events?input=${input}`, {
      headers: { authorization: `Bearer ${bob.token}`, accept: 'text/event-stream' },
    });
    const reader = stream.body?.getReader();
    let streamed = '';
    const read = async () => {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) return;
        streamed += Buffer.from(value ?? []).toString();
      }
    };
    const reading = read().catch(() => {});
    await waitFor(() => expect(streamed).toContain('"ready"'));
    await ada.room.send({ text: 'two' });
    await waitFor(() => expect(streamed).toContain('"two"'));

    say('r');
    for (let no = 0; !said().includes('restarted'); no += 1) {
      await ada.room.send({ text: `during ${no}` });
      await setTimeout(20);
    }
    await ada.room.send({ text: 'last' });
    await waitFor(() => expect(bob.texts.at(-1)).toBe('last'));
    expect(bob.texts).toEqual(ada.texts);
    await reading;

    expect(await end()).toBe(0);
    for (const port of ports)
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
