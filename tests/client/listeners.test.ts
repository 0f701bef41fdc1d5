import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { callEach } from '../../client/listeners.ts';

const source = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);

/** Runs a program in a process of its own: one that ends with an uncaught error. */
function run(program: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', timeout: 15_000 },
  );
  return { status, stdout, stderr };
}

describe('callEach', () => {
  it('calls the listeners in order, each with the value', () => {
    const seen: string[] = [];
    const listeners = [
      (value: number) => seen.push(`a${value}`),
      (value: number) => seen.push(`b${value}`),
    ];
    callEach(new Set(listeners), 1);
    expect(seen).toEqual(['a1', 'b1']);
  });

  it('calls one that undoes itself and listens anew once for each value', () => {
    const listeners = new Set<(value: number) => void>();
    const heard: number[] = [];
    const next = () => {
      const once = (value: number) => {
        listeners.delete(once);
        heard.push(value);
        // Ends where it would go on for ever.
        if (heard.length < 100) next();
      };
      listeners.add(once);
    };
    next();
    callEach(listeners, 1);
    callEach(listeners, 2);
    expect(heard).toEqual([1, 2]);
  });

  it('calls nobody who was removed by one before', () => {
    const heard: string[] = [];
    const second = () => void heard.push('second');
    const listeners = new Set<() => void>();
    listeners.add(() => listeners.delete(second)).add(second);
    callEach(listeners, undefined);
    expect(heard).toEqual([]);
  });

  it('calls the rest when one throws, and the error surfaces as an uncaught one', () => {
    const { status, stdout, stderr } = run(`
      import { callEach } from ${source('client/listeners.ts')};
      const fail = () => { throw new Error('a bug of the page'); };
      callEach(new Set([fail, (value) => console.log('heard', value)]), 5);
      console.log('went on');
    `);
    expect(stdout).toBe('heard 5\nwent on\n');
    expect(stderr).toContain('a bug of the page');
    expect(status).toBe(1);
  });
});

describe('onGap', () => {
  it('[CON4] may throw, and the stream goes on', () => {
    const { stdout, stderr } = run(`
      import { joinRoom } from ${source('client/room-handle.ts')};
      import { chat } from ${source('shared/chat.ts')};
      let stream;
      const events = { subscribe: (_, callbacks) => { stream = callbacks; return { unsubscribe() {} }; } };
      const onGap = () => { throw new Error('a bug of the page'); };
      const room = joinRoom(chat, { events }, 'general', { onGap });
      const gap = { reason: 'expired', from: 'E:1', to: 'E:9' };
      stream.onData({ id: 'E:9/n', data: { type: 'ready', start: 'gap', gap, position: 'E:9', latest: [] } });
      console.log(room.current.state);
    `);
    expect(stdout).toBe('joined\n');
    expect(stderr).toContain('a bug of the page');
  });
});
