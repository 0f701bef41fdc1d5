import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Listeners } from '../../client/listeners.ts';

const source = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);

/** Runs a program in a process of its own: one that ends with an uncaught error. */
function run(program: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return { status, stdout, stderr };
}

describe('listeners', () => {
  it('are called in order, each with the value', () => {
    const seen: string[] = [];
    const listeners = new Listeners<number>();
    for (const name of ['a', 'b']) listeners.add((value) => seen.push(`${name}${value}`));
    listeners.tell(1);
    expect(seen).toEqual(['a1', 'b1']);
  });

  it('are as many as were added, though it is the same function, each with its own undo', () => {
    const listeners = new Listeners<number>();
    const heard: number[] = [];
    const listener = (value: number) => heard.push(value);
    const [first, second] = [listeners.add(listener), listeners.add(listener)];
    listeners.tell(1);
    first();
    first();
    listeners.tell(2);
    second();
    listeners.tell(3);
    expect(heard).toEqual([1, 1, 2]);
  });

  it('are called once for each value, be it one that undoes itself and listens anew', () => {
    const listeners = new Listeners<number>();
    const heard: number[] = [];
    const next = () => {
      const undo = listeners.add((value) => {
        undo();
        heard.push(value);
        // Ends where it would go on for ever.
        if (heard.length < 100) next();
      });
    };
    next();
    listeners.tell(1);
    listeners.tell(2);
    expect(heard).toEqual([1, 2]);
  });

  it('are not called any more when one before has removed them', () => {
    const heard: string[] = [];
    const listeners = new Listeners<void>();
    listeners.add(() => undo());
    const undo = listeners.add(() => heard.push('second'));
    listeners.tell();
    expect(heard).toEqual([]);
  });

  it('are called when one before throws, and the error surfaces as an uncaught one', () => {
    const { status, stdout, stderr } = run(`
      import { Listeners } from ${source('client/listeners.ts')};
      const listeners = new Listeners();
      listeners.add(() => { throw new Error('a bug of the page'); });
      listeners.add((value) => console.log('heard', value));
      listeners.tell(5);
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
