import { describe, expect, it } from 'vitest';
import { Underway } from '../../../server/rooms/underway.ts';
import { settle } from '../../kit/settle.ts';

describe('Underway', () => {
  it('is over at once where nothing has begun', async () => {
    expect(await new Underway().over()).toBeUndefined();
  });

  it('is over for all who wait when the last has ended, and can begin again', async () => {
    const underway = new Underway();
    const heard: string[] = [];
    underway.begin();
    underway.begin();
    void underway.over().then(() => heard.push('one'));
    void underway.over().then(() => heard.push('other'));
    underway.end();
    await settle();
    expect(heard).toEqual([]);
    underway.end();
    await settle();
    expect(heard).toEqual(['one', 'other']);

    underway.begin();
    void underway.over().then(() => heard.push('again'));
    await settle();
    expect(heard).toEqual(['one', 'other']);
    underway.end();
    await settle();
    expect(heard).toEqual(['one', 'other', 'again']);
  });
});
