import { expect, it } from 'vitest';
import { startServer } from '../kit/clients.ts';
import { describePage, say, texts } from './stage.ts';

describePage('the page', ({ open, enter }) => {
  it('lets two people chat, each message once and in order', async () => {
    const { url } = await startServer();
    const [ada, bob] = await Promise.all([enter(url, 'Ada'), enter(url, 'Bob')]);
    await say(ada.page, 'good morning');
    await expect.poll(() => texts(bob.page)).toEqual(['good morning']);
    await say(bob.page, 'hello Ada');
    await say(bob.page, 'how are you?');
    await expect.poll(() => texts(ada.page)).toEqual(['good morning', 'hello Ada', 'how are you?']);
    expect(await texts(bob.page)).toEqual(await texts(ada.page));
    expect(await ada.page.locator('.message .name').allTextContents()).toEqual(['Ada', 'Bob']);
    expect([ada.complaints, bob.complaints]).toEqual([[], []]);
  });

  it('shows who types, and no more when it is said; who is there, and who has left', async () => {
    const { url } = await startServer();
    const [ada, bob] = await Promise.all([enter(url, 'Ada'), enter(url, 'Bob')]);
    await bob.page.locator('.composer textarea').pressSequentially('I th');
    await ada.page.getByText('Bob is typing…').waitFor();
    expect(await bob.page.locator('.typing').textContent()).toBe('');
    await say(bob.page, 'I think so');
    await ada.page.locator('.message', { hasText: 'I think so' }).waitFor();
    await expect.poll(() => ada.page.locator('.typing').textContent()).toBe('');
    const people = ada.page.getByRole('complementary', { name: 'People' });
    // In the order in which they came.
    const names = await people.locator('.person-name bdi').allTextContents();
    expect(names.toSorted()).toEqual(['Ada', 'Bob']);
    await bob.page.getByRole('button', { name: 'Settings' }).click();
    await bob.page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => people.locator('.person-name bdi').allTextContents()).toEqual(['Ada']);
  });

  it('edits, removes, answers and reacts, for everybody', async () => {
    const { url } = await startServer();
    const [ada, bob] = await Promise.all([enter(url, 'Ada'), enter(url, 'Bob')]);
    await say(ada.page, 'teh plan');
    await bob.page.locator('.message', { hasText: 'teh plan' }).waitFor();
    await ada.page.locator('.composer textarea').press('ArrowUp');
    await say(ada.page, 'the plan');
    await bob.page.locator('.message', { hasText: 'the plan' }).waitFor();
    await bob.page.getByText('edited').waitFor();
    const message = bob.page.locator('.message', { hasText: 'the plan' });
    await message.hover();
    await message.getByRole('button', { name: 'React' }).click();
    await bob.page.getByRole('menuitem', { name: 'React with 🎉' }).click();
    await ada.page.getByRole('button', { name: '🎉 1: Bob' }).waitFor();
    await message.getByRole('button', { name: 'Reply' }).click();
    await say(bob.page, 'I am in');
    await ada.page.locator('.quote', { hasText: 'the plan' }).waitFor();
    await ada.page.getByText('1 reply').waitFor();
    const own = ada.page.locator('.message', { hasText: 'the plan' }).first();
    await own.hover();
    await own.getByRole('button', { name: 'Remove' }).click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await bob.page.locator('.text.removed').waitFor();
    expect(await texts(bob.page)).toEqual(['This message was removed', 'I am in']);
  });

  it('invites into a private room, writes to one alone, and counts what is unread', async () => {
    const { url } = await startServer();
    const [ada, bob] = await Promise.all([enter(url, 'Ada'), enter(url, 'Bob')]);
    await ada.page.getByRole('button', { name: 'New room' }).click();
    await ada.page.getByLabel('Name of the room').fill('Surprise party');
    await ada.page.getByLabel(/Private/).check();
    await ada.page.getByRole('button', { name: 'Create' }).click();
    await ada.page.getByRole('heading', { name: 'Surprise party' }).waitFor();
    await ada.page.locator('.room-header').getByRole('button', { name: 'More' }).click();
    await ada.page.getByRole('menuitem', { name: 'Invite' }).click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Bob' }).click();
    await bob.page.getByRole('button', { name: 'Accept: Surprise party' }).click();
    await bob.page.getByRole('heading', { name: 'Surprise party' }).waitFor();
    await bob.page.getByRole('link', { name: 'General' }).click();
    await bob.page.getByRole('heading', { name: 'General' }).waitFor();
    await say(ada.page, 'cake?');
    await bob.page.getByText('1 unread message').waitFor({ state: 'attached' });
    expect(await bob.page.title()).toBe('(1) General · Rooms');
    await bob.page.getByRole('link', { name: /Surprise party/ }).click();
    await bob.page.locator('.message', { hasText: 'cake?' }).waitFor();
    await bob.page.locator('.new-line').waitFor();
    await expect.poll(() => bob.page.title()).toBe('Surprise party · Rooms');
    const line = bob.page.locator('.person', { hasText: 'Ada' });
    await line.getByRole('button', { name: 'More: Ada' }).click();
    await bob.page.getByRole('menuitem', { name: 'Write a direct message' }).click();
    await bob.page.getByRole('heading', { name: 'Ada' }).waitFor();
    await say(bob.page, 'psst');
    await ada.page.getByRole('link', { name: /Bob.*1 unread/ }).click();
    await ada.page.locator('.message', { hasText: 'psst' }).waitFor();
  });

  it('speaks Chinese to whoever reads it, and keeps looks and language over a reload', async () => {
    const { url } = await startServer();
    const { page } = await open(url, { locale: 'zh-CN', colorScheme: 'dark' });
    await page.getByRole('heading', { name: 'Rooms' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
    await page.getByLabel('你的名字').fill('小艾');
    await page.getByRole('button', { name: '进入' }).click();
    await page.getByRole('heading', { name: '大厅' }).waitFor();
    await page.getByRole('button', { name: '设置' }).click();
    await page.getByLabel('浅色').check();
    await page.getByLabel('English').check();
    await page.reload();
    await page.getByRole('heading', { name: 'General' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  });

  it('[WEB3] tells screen readers of none that was there before the room was opened', async () => {
    const server = await startServer();
    const bob = { id: 'bob', name: 'Bob' };
    const tell = (text: string) =>
      server.rooms.publish('chat', 'general', 'message', { text }, { by: bob });
    for (const text of ['old', 'older']) await tell(text);
    const { page } = await enter(server.url, 'Ada');
    const said: string[] = [];
    const region = page.locator('.sr-only[aria-live=polite]');
    await page.locator('.message', { hasText: 'older' }).waitFor();
    // What is told of next is the new one alone, so the old ones are not told of any more.
    await tell('new');
    await expect
      .poll(async () => said[said.push((await region.textContent()) ?? '') - 1])
      .toBe('Bob: new');
    expect(said.filter((text) => text.includes('messages'))).toEqual([]);
  });

  it('[WEB3] is worked by keys alone, and tells screen readers politely what others say', async () => {
    const { url } = await startServer();
    const [ada, bob] = await Promise.all([enter(url, 'Ada'), enter(url, 'Bob')]);
    await say(bob.page, 'first');
    await say(bob.page, 'second');
    const said = ada.page.locator('.sr-only[aria-live=polite]');
    // Together, unless the region spoke in between.
    await expect.poll(() => said.textContent()).toMatch(/^(2 new messages|Bob: second)$/);
    await say(bob.page, 'third');
    await expect.poll(() => said.textContent()).toBe('Bob: third');
    const { keyboard } = ada.page;
    // From the field back into the list, up one message, to what can be done with it.
    await ada.page.locator('[data-virtuoso-scroller]').focus();
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowUp');
    const focused = () => ada.page.evaluate(() => document.activeElement?.textContent ?? '');
    expect(await focused()).toContain('second');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter');
    await bob.page.getByRole('button', { name: '❤️ 1: Ada' }).waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await ada.page.getByText('Reply to Bob').waitFor();
    await keyboard.type('by keys');
    await keyboard.press('Enter');
    await bob.page.locator('.quote', { hasText: 'second' }).waitFor();
    await keyboard.press('Escape');
    await ada.page.getByRole('button', { name: 'New room' }).focus();
    await keyboard.press('Enter');
    await keyboard.press('Escape');
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await ada.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'New room',
    );
  });
});
