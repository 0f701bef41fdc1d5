import { describe, expect, it } from 'vitest';
import { RoomError } from '../../../shared/index.ts';
import { ada, general, losingBus, testHub } from '../../kit/rooms.ts';
import { settle } from '../../kit/settle.ts';

/** Feeds of users who are asked about, and what they are answered. */
async function stage() {
  const { bus, lose } = losingBus();
  const errors: unknown[] = [];
  const { hub, clock } = testHub({ bus, onError: (error) => errors.push(error) });
  const asked: string[] = [];
  const answers = new Map<string, RoomError | false | Promise<boolean>>();
  const open = async (id: string) => {
    const mayStay = async () => {
      asked.push(id);
      const answer = answers.get(id) ?? true;
      if (answer instanceof RoomError) throw answer;
      return answer;
    };
    const member = { memberId: id, user: { id, name: id } };
    const feed = await hub.subscribe({ room: general, member, mayStay });
    await feed.next();
    return feed;
  };
  return { hub, clock, errors, lose, asked, answers, open };
}

describe('when notices may have been lost', () => {
  it('[AUT1] every member is asked for anew, and who may not stay goes at once', async () => {
    const { hub, clock, lose, asked, answers, open } = await stage();
    const feeds = { ada: await open('ada'), bob: await open('bob'), cy: await open('cy') };
    answers.set('bob', false);
    answers.set('cy', new RoomError('LOG_UNAVAILABLE'));
    lose();
    const last = await feeds.bob.next();
    expect(last.value?.[1]).toEqual({ type: 'revoked', reason: 'revoked' });
    // Nobody could say whether he may stay: he does, and is asked about again.
    await hub.publish({ room: general, type: 'message', data: { text: 'hi' }, by: ada });
    for (const feed of [feeds.ada, feeds.cy]) {
      expect((await feed.next()).value?.[1]).toMatchObject({ type: 'event' });
    }
    expect(asked).toEqual(['ada', 'bob', 'cy']);
    answers.set('cy', false);
    clock.advance(2_000);
    let frame = (await feeds.cy.next()).value?.[1];
    while (frame?.type === 'presence') frame = (await feeds.cy.next()).value?.[1];
    expect(frame).toEqual({ type: 'revoked', reason: 'revoked' });
    expect(asked).toEqual(['ada', 'bob', 'cy', 'cy']);
    expect(await hub.members(general)).toMatchObject({ count: 1 });
  });

  it('[AUT1] somebody hears why it cannot be asked, once until it can be again', async () => {
    const { clock, errors, lose, asked, answers, open } = await stage();
    await Promise.all([open('ada'), open('bob')]);
    const failure = new RoomError('LOG_UNAVAILABLE');
    for (const id of ['ada', 'bob']) answers.set(id, failure);
    lose();
    await settle();
    for (let times = 0; times < 3; times += 1) {
      clock.advance(2_000);
      await settle();
    }
    expect(asked).toHaveLength(8);
    expect(errors).toEqual([failure]);
    answers.clear();
    clock.advance(2_000);
    await settle();
    answers.set('bob', failure);
    lose();
    await settle();
    expect(errors).toEqual([failure, failure]);
  });

  it('[AUT1] an answer that is late says nothing for whom a later question found none', async () => {
    const { hub, clock, errors, lose, answers, open } = await stage();
    let answerLate: (mayStay: boolean) => void = () => {};
    const late = new Promise<boolean>((resolve) => (answerLate = resolve));
    await open('ada');
    answers.set('ada', new RoomError('LOG_UNAVAILABLE'));
    lose();
    await settle();
    // She may stay still, but is removed before that arrives, and nobody hears of it.
    answers.set('ada', late);
    clock.advance(2_000);
    await settle();
    answers.set('ada', new RoomError('LOG_UNAVAILABLE'));
    lose();
    await settle();
    answerLate(true);
    await settle();
    answers.set('ada', false);
    clock.advance(2_000);
    await settle();
    expect(await hub.members(general)).toMatchObject({ count: 0 });
    expect(errors).toHaveLength(1);
  });

  it('asks for nobody twice, however often notices are lost while nobody can say', async () => {
    const { clock, lose, asked, answers, open } = await stage();
    await open('ada');
    answers.set('ada', new RoomError('LOG_UNAVAILABLE'));
    for (let times = 0; times < 3; times += 1) {
      lose();
      await settle();
    }
    const before = asked.length;
    clock.advance(2_000);
    await settle();
    expect(asked.length - before).toBe(1);
  });

  it('asks once more for those who sat down while others were asked for', async () => {
    const { hub, lose, asked, open } = await stage();
    await open('ada');
    const before = hub.revocations;
    for (let times = 0; times < 5; times += 1) lose();
    // Who has asked for leave before that, asks again by himself.
    expect(hub.revocations).toBeGreaterThan(before);
    await settle();
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});
