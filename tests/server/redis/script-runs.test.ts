import { describe, expect, it } from 'vitest';
import { script } from '../../../server/redis/script.ts';
import { ScriptRuns } from '../../../server/redis/script-runs.ts';
import { settle } from '../../kit/settle.ts';

const SCRIPT = script('return ARGV[1]');

/** Runs on a Redis whose answers are given by hand, in the order of what was sent. */
function runsByHand(maxWaiting = 10) {
  const sent: string[] = [];
  const open: { resolve: (reply: unknown) => void; reject: (error: unknown) => void }[] = [];
  const runs = new ScriptRuns({
    command: ([verb = '', , ...rest]) => {
      sent.push([verb, ...rest].join(' '));
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
    isMissing: (error) => error === 'missing',
    maxWaiting,
    full: () => new Error('full'),
  });
  const run = (word: string) => runs.run(SCRIPT, [word]);
  const answer = (reply: string) => {
    open.shift()?.resolve(reply);
    return settle();
  };
  const fail = (error: string) => {
    open.shift()?.reject(error);
    return settle();
  };
  return { run, sent, answer, fail };
}

describe('runs of a script that Redis has forgotten', () => {
  it('are sent in the order of the calls, whatever is called meanwhile', async () => {
    const { run, sent, answer, fail } = runsByHand();
    const done = [run('a'), run('b')];
    await fail('missing');
    done.push(run('c'), run('d'));
    expect(sent).toEqual(['EVALSHA a', 'EVALSHA b', 'EVAL a']);
    await fail('missing');
    done.push(run('e'));
    expect(sent.slice(3)).toEqual(['EVAL b', 'EVALSHA c', 'EVALSHA d', 'EVALSHA e']);
    for (const reply of ['a', 'b', 'c', 'd', 'e']) await answer(reply);
    expect(await Promise.all(done)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('are answered each, also where another client has brought it back among them', async () => {
    const { run, sent, answer, fail } = runsByHand();
    const done = [run('a'), run('b')];
    await fail('missing');
    done.push(run('c'));
    // Redis had it again when `b` came: that one has overtaken `a`, and nothing else has.
    await answer('b');
    expect(sent).toEqual(['EVALSHA a', 'EVALSHA b', 'EVAL a', 'EVALSHA c']);
    await answer('a');
    await answer('c');
    expect(await Promise.all(done)).toEqual(['a', 'b', 'c']);
  });

  it('wait for none that has failed for another reason, and refuse beyond their number', async () => {
    const { run, sent, answer, fail } = runsByHand(1);
    const done = [run('a'), run('b')];
    const failed = expect(done[1]).rejects.toBe('late');
    await fail('missing');
    done.push(run('c'));
    await expect(run('d')).rejects.toThrow('full');
    await fail('late');
    await failed;
    expect(sent.slice(2)).toEqual(['EVAL a', 'EVALSHA c']);
    await answer('a');
    await answer('c');
    expect(await Promise.all([done[0], done[2]])).toEqual(['a', 'c']);
  });
});
