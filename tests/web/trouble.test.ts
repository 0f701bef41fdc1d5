import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { sdkClient, startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { keep } from './screenshots.ts';
import { describePage, enterAs, say, texts } from './stage.ts';

const httpOf = (url: string) => url.replace(/^ws(.*)\/trpc$/, 'http$1');

describePage('the page in trouble', ({ open, enter }) => {
  it('[SND2] [RES2] loses nothing and repeats nothing while the network is cut', async () => {
    const server = await startServer();
    const road = await roadTo(server);
    const [ada, bob] = await Promise.all([
      enter(httpOf(road.url), 'Ada'),
      enter(server.url, 'Bob'),
    ]);
    await say(ada.page, 'before');
    await expect.poll(() => texts(bob.page)).toEqual(['before']);
    road.close();
    await ada.page.getByText('Connection lost').waitFor();
    await say(ada.page, 'written meanwhile');
    await ada.page.getByText('Waiting for the connection').waitFor();
    await say(bob.page, 'are you there?');
    road.open();
    const both = ['before', 'are you there?', 'written meanwhile'];
    await expect.poll(() => texts(ada.page), { timeout: 15_000 }).toEqual(both);
    await expect.poll(() => texts(bob.page)).toEqual(both);
    await expect.poll(() => ada.page.getByText('Connection lost').count()).toBe(0);
    // Again, in the middle of a message that is on its way.
    road.cut();
    await say(ada.page, 'through it all');
    await expect
      .poll(() => texts(bob.page), { timeout: 15_000 })
      .toEqual([...both, 'through it all']);
    await expect.poll(() => ada.page.locator('.fate .icon').count()).toBe(1);
    expect(await texts(ada.page)).toEqual([...both, 'through it all']);
  });

  it('[SND2] takes back what waits for the connection, and sends the rest', async () => {
    const server = await startServer();
    const road = await roadTo(server);
    const ada = await enter(httpOf(road.url), 'Ada');
    road.close();
    await ada.page.getByText('Connection lost').waitFor();
    await say(ada.page, 'not meant so');
    await say(ada.page, 'meant so');
    const regretted = ada.page.locator('.message', { hasText: 'not meant so' });
    await regretted.getByRole('button', { name: 'Do not send' }).click();
    await expect.poll(() => texts(ada.page)).toEqual(['meant so']);
    road.open();
    const bob = await enter(server.url, 'Bob');
    await expect.poll(() => texts(bob.page), { timeout: 15_000 }).toEqual(['meant so']);
    expect(await texts(ada.page)).toEqual(['meant so']);
  });

  it('[SND2] says that it is too late to take back what the server may have', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const authorize = async ({ action }: { action: string }) => {
      if (action === 'publish:message') await held;
      return !action.startsWith('moderate:');
    };
    const server = await startServer({ authorize });
    const road = await roadTo(server);
    const ada = await enter(httpOf(road.url), 'Ada');
    await say(ada.page, 'on its way');
    await ada.page.getByText('Sending…').waitFor();
    road.close();
    await ada.page.getByText('Waiting for the connection').waitFor();
    await ada.page.getByRole('button', { name: 'Do not send' }).click();
    await ada.page.getByText('Too late').waitFor();
    letGo();
    road.open();
    await ada.page.getByText('Sent', { exact: true }).waitFor();
    expect(await texts(ada.page)).toEqual(['on its way']);
  });

  it('[LOG2] goes on where it was when the server is killed and started again', async () => {
    const env = { DATA_DIR: tempDir() };
    const first = await serverProcess({ ...env, PORT: '0' });
    const ada = await enter(first.url, 'Ada');
    await say(ada.page, 'on disk');
    await ada.page.getByText('Sent', { exact: true }).waitFor();
    await first.stop('SIGKILL');
    await ada.page.getByText('Connection lost').waitFor();
    await say(ada.page, 'into the dark');
    await serverProcess({ ...env, PORT: String(first.port) });
    await expect
      .poll(() => ada.page.locator('.fate').textContent(), { timeout: 15_000 })
      .toBe('Sent');
    expect(await texts(ada.page)).toEqual(['on disk', 'into the dark']);
    const bob = await enter(first.url, 'Bob');
    await expect.poll(() => texts(bob.page)).toEqual(['on disk', 'into the dark']);
  });

  it('[SND2] sends after a reload what was not sent before it, once', async () => {
    const server = await startServer();
    const road = await roadTo(server);
    const ada = await enter(httpOf(road.url), 'Ada');
    // All roads are cut but that of the page itself, which can still be loaded.
    let isCut = true;
    await ada.page
      .context()
      .route(/healthz|trpc/, (route) => (isCut ? route.abort() : route.continue()));
    await ada.page.context().routeWebSocket(/trpc/, (socket) => {
      if (isCut) void socket.close({ code: 1001 });
      else socket.connectToServer();
    });
    road.cut();
    await ada.page.getByText('Connection lost').waitFor();
    await say(ada.page, 'kept in the outbox');
    // Over plain HTTP, which it may have gone over to by now, it is being sent again and again.
    await ada.page.getByText(/Waiting for the connection|Sending…/).waitFor();
    await ada.page.reload();
    await ada.page.locator('.composer textarea').waitFor();
    // It is shown although the room itself cannot be.
    await ada.page.locator('.message', { hasText: 'kept in the outbox' }).waitFor();
    isCut = false;
    await expect
      .poll(() => ada.page.locator('.fate').allTextContents(), { timeout: 15_000 })
      .toEqual(['Sent']);
    expect(await texts(ada.page)).toEqual(['kept in the outbox']);
    const bob = await enter(server.url, 'Bob');
    await expect.poll(() => texts(bob.page)).toEqual(['kept in the outbox']);
  });

  it('[RES3] says when messages are missing, and shows the room whole', async () => {
    const server = await startServer();
    const ada = await enter(server.url, 'Ada');
    await say(ada.page, 'of the first life');
    await ada.page.getByText('Sent', { exact: true }).waitFor();
    await server.close();
    // Its log was in memory: another life of it begins.
    await startServer({ port: Number(new URL(server.url).port), secret: server.secret });
    await ada.page.getByText('are missing here').waitFor({ timeout: 15_000 });
    await ada.page.getByText('Nothing has been said here yet').waitFor();
    await say(ada.page, 'of the second');
    await expect.poll(() => texts(ada.page)).toEqual(['of the second']);
    await ada.page.getByRole('button', { name: 'Close' }).first().click();
    expect(await ada.page.getByText('are missing here').count()).toBe(0);
  });

  it('says that a session is refused, and lets one begin again', async () => {
    const server = await startServer();
    const ada = await enter(server.url, 'Ada');
    await server.close();
    await startServer({ port: Number(new URL(server.url).port) });
    await ada.page.getByRole('button', { name: 'Start again' }).click({ timeout: 15_000 });
    expect(await ada.page.getByLabel('Your name').inputValue()).toBe('Ada');
    await ada.page.getByRole('button', { name: 'Come in' }).click();
    await ada.page.getByRole('heading', { name: 'General' }).waitFor();
  });

  it('goes over plain HTTP where WebSockets are blocked, and says so', async () => {
    const { url } = await startServer();
    const bob = await enter(url, 'Bob');
    const ada = await open('about:blank');
    await blockWebSockets(ada.page);
    await ada.page.goto(url);
    await enterAs(ada.page, 'Ada');
    await ada.page.getByText('WebSockets are blocked here').waitFor();
    await say(ada.page, 'by another road');
    await expect.poll(() => texts(bob.page)).toEqual(['by another road']);
    await say(bob.page, 'welcome');
    await expect.poll(() => texts(ada.page)).toEqual(['by another road', 'welcome']);
    await bob.page.locator('.composer textarea').pressSequentially('and');
    await ada.page.getByText('Bob is typing…').waitFor();
    await keep(ada.page, 'over-http');
  });

  it('shows the link of a room where there is no clipboard', async () => {
    const { url } = await startServer();
    const { page, complaints } = await open('about:blank');
    // As in a page that has come over plain HTTP by a name.
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', {}));
    await page.goto(url);
    await enterAs(page, 'Ada');
    await page.locator('.room-header').getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy link' }).click();
    await page.getByText(`${new URL(url).origin}/#/r/general`).waitFor();
    expect(complaints).toEqual([]);
  });

  it('opens a room again to whoever was removed, stayed there, and accepts another invitation', async () => {
    const server = await startServer();
    const ada = (await sdkClient(server, 'ada')).chat;
    // Over HTTP, where no link beside it follows the room as well.
    const { page } = await open('about:blank');
    await blockWebSockets(page);
    await page.goto(server.url);
    await enterAs(page, 'Bob');
    const lobby = ada.join('general', { onGap: 'reload' });
    const bob = () => lobby.people.getSnapshot().users.find(({ name }) => name === 'Bob')?.id;
    await expect.poll(bob).toBeDefined();
    const user = bob() ?? '';
    const { room } = await ada.create({ title: 'Plans', private: true });
    await ada.invite({ room, user });
    await page.getByRole('button', { name: 'Accept: Plans' }).click();
    await page.getByRole('heading', { name: 'Plans' }).waitFor();
    await ada.removeMember({ room, user });
    await page.getByText('You were removed from this room').waitFor();
    await ada.invite({ room, user });
    await page.getByRole('button', { name: 'Accept: Plans' }).click();
    await page.getByRole('heading', { name: 'Plans' }).waitFor();
    await say(page, 'back again');
    await page.getByText('Sent', { exact: true }).waitFor();
  });
});

/** As a proxy does that knows none: they never open. */
async function blockWebSockets(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const Blocked = class extends EventTarget {
      readyState = 0;
      constructor() {
        super();
        setTimeout(() => this.dispatchEvent(new CloseEvent('close', { code: 1006 })));
      }
      close() {}
      send() {}
    };
    Object.assign(globalThis, { WebSocket: Blocked });
  });
}
