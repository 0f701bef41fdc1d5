import { expect, it } from 'vitest';
import { sdkClient, startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { keep } from './screenshots.ts';
import { describePage, say, type Guest } from './stage.ts';

const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true } as const;

describePage('how the page looks', ({ open, enter }) => {
  it('where one comes in, on a desk and on a phone', async () => {
    const { url } = await startServer();
    const { page } = await open(url);
    await page.getByLabel('Your name').waitFor();
    await keep(page, 'welcome');
    const dark = await open(url, { ...phone, colorScheme: 'dark', locale: 'zh-CN' });
    await dark.page.getByLabel('你的名字').waitFor();
    await keep(dark.page, 'welcome-phone-dark-zh');
  });

  it('in a room in which much has happened, in all its forms', async () => {
    const server = await startServer();
    const road = await roadTo(server);
    const url = road.url.replace(/^ws(.*)\/trpc$/, 'http$1');
    const lin = await sdkClient(server, 'Lin');
    const sam = await sdkClient(server, 'Sam');
    const linRoom = lin.chat.join('general', { onGap: 'reload' });
    const samRoom = sam.chat.join('general', { onGap: 'reload' });
    await Promise.all([linRoom.ready, samRoom.ready]);
    await talk(linRoom, samRoom);
    const ada = await enter(url, 'Ada');
    await say(
      ada.page,
      'Thank you both. I read it on the train, offline, and nothing was missing.',
    );
    await ada.page.getByText(/Sent|Seen/).waitFor();
    await linRoom.setPresence({ status: 'away' });
    const { room } = await lin.chat.create({ title: 'Design review', private: true });
    const own = await idOf(samRoom, 'Ada');
    await lin.chat.invite({ room, user: own });
    const direct = await sam.chat.direct({ user: own });
    const privately = sam.chat.join(direct.room, { onGap: 'reload' });
    await privately.ready;
    await privately.send({ text: 'Lunch at one?' });
    await privately.send({ text: 'The noodle place, if it is open.' });
    await ada.page.getByText('2 unread messages').waitFor({ state: 'attached' });
    await ada.page.getByText('Invited by Lin').waitFor();
    void samRoom.typing();
    await ada.page.getByText('Sam is typing…').waitFor();
    await keep(ada.page, 'room');
    await ada.page.emulateMedia({ colorScheme: 'dark' });
    void samRoom.typing();
    await keep(ada.page, 'room-dark');
    await ada.page.emulateMedia({ colorScheme: 'light' });
    await menus(ada);
    await ada.page.setViewportSize(phone.viewport);
    await ada.page.getByRole('link', { name: 'General' }).waitFor();
    await keep(ada.page, 'phone-rooms');
    await ada.page.getByRole('link', { name: 'General' }).click();
    await ada.page.getByRole('button', { name: 'Show rooms' }).waitFor();
    await closePeople(ada);
    await keep(ada.page, 'phone-room');
    await ada.page.setViewportSize({ width: 1280, height: 800 });
    await ada.page.getByRole('link', { name: /Sam/ }).click();
    await ada.page.locator('.message', { hasText: 'Lunch at one?' }).waitFor();
    await keep(ada.page, 'direct-new-messages');
    road.close();
    await say(ada.page, 'Yes! See you there.');
    await ada.page.getByText('Connection lost').waitFor();
    await ada.page.getByText('Waiting for the connection').waitFor();
    await keep(ada.page, 'reconnecting');
    // Of the line that is cut the browser complains by itself.
    const ofLine = /WebSocket|Failed to load resource/;
    expect(ada.complaints.filter((text) => !ofLine.test(text))).toEqual([]);
  });

  it('where a message is refused, and after a gap', async () => {
    let isClosed = false;
    const authorize = ({ action }: { action: string }) =>
      !action.startsWith('moderate:') && !(isClosed && action === 'publish:message');
    const server = await startServer({ authorize });
    const ada = await enter(server.url, 'Ada');
    await say(ada.page, 'This one is stored.');
    await ada.page.getByText('Sent', { exact: true }).waitFor();
    isClosed = true;
    await say(ada.page, 'This one is refused.');
    await ada.page.getByText('Not sent: You may not do this here.').waitFor();
    await keep(ada.page, 'failed');
    isClosed = false;
    await ada.page.getByRole('button', { name: 'Try again' }).click();
    await ada.page.getByText('Sent', { exact: true }).waitFor();
    expect(await ada.page.getByText('Not sent').count()).toBe(0);
    await server.close();
    await startServer({ port: Number(new URL(server.url).port), secret: server.secret });
    await ada.page.getByText('are missing here').waitFor({ timeout: 15_000 });
    await say(ada.page, 'A new beginning.');
    await ada.page.getByText('Sent', { exact: true }).waitFor();
    await keep(ada.page, 'gap');
  });

  it('in an empty room, and in Chinese', async () => {
    const { url } = await startServer();
    const { page } = await open(url, { locale: 'zh-CN' });
    await page.getByLabel('你的名字').fill('小艾');
    await page.getByRole('button', { name: '进入' }).click();
    await page.getByText('这里还没有人说话').waitFor();
    await keep(page, 'empty-room-zh');
  });
});

type Room = Awaited<ReturnType<typeof sdkClient>>['chat'] extends { join(...args: never): infer R }
  ? R
  : never;

async function talk(lin: Room, sam: Room): Promise<void> {
  const plan = await lin.send({
    text: 'Morning! The draft of the release notes is up: https://example.com/notes',
  });
  await lin.send({
    text: 'Two sections are still open, the one on restarts and the one on private rooms.',
  });
  await sam.send({ text: 'Reading it now.' });
  await sam.send({ text: '☕️📖' });
  const fix = await sam.reply(plan.position, 'message', {
    text: 'I would put the numbers first, they are good numbers.',
  });
  await lin.react(fix.position, '👍');
  await sam.react(plan.position, '🎉');
  await lin.react(plan.position, '🎉');
  await sam.react(plan.position, '👀');
  const typo = await lin.send({ text: 'Agreed. I will move them to teh top.' });
  await lin.edit(typo.position, { text: 'Agreed. I will move them to the top.' });
  const wrong = await sam.send({ text: 'wrong window' });
  await sam.remove(wrong.position);
}

async function idOf(room: Room, name: string): Promise<string> {
  const { users } = await room.members();
  return users.find((user) => user.name === name)?.id ?? '';
}

async function menus({ page }: Guest): Promise<void> {
  const message = page.locator('.message', { hasText: 'numbers first' });
  await message.hover();
  await message.getByRole('button', { name: 'React' }).click();
  await keep(page, 'react');
  await page.keyboard.press('Escape');
  await message.getByRole('button', { name: 'Reply' }).click();
  await page.locator('.about').waitFor();
  await keep(page, 'reply');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Name of the room').fill('Release day');
  await keep(page, 'new-room');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Settings' }).click();
  await keep(page, 'settings');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function closePeople({ page }: Guest): Promise<void> {
  const panel = page.getByRole('complementary', { name: 'People' });
  if (await panel.isVisible()) await panel.getByRole('button', { name: 'Close' }).click();
}
