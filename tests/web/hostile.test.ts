import { expect, it } from 'vitest';
import { signToken } from '../../server/auth/tokens.ts';
import { HOUR } from '../../shared/index.ts';
import { sdkClient, startServer } from '../kit/clients.ts';
import { readyServer } from '../kit/ready-server.ts';
import { describePage, enterAs, say, texts } from './stage.ts';
import { payloads } from './xss-payloads.ts';

describePage('the page and bad input', ({ open, enter }) => {
  it('[WEB1] runs nothing of 100 attempts to run something, under a strict policy', async () => {
    const server = await startServer();
    const mallory = await sdkClient(server, 'mallory');
    const room = mallory.chat.join('general', { onGap: 'reload' });
    await room.ready;
    expect(payloads.length).toBeGreaterThanOrEqual(100);
    const answer = await fetch(server.url);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    await Promise.all(payloads.map((text) => room.send({ text })));
    const { page, complaints } = await open(server.url, {
      viewport: { width: 1280, height: 9_000 },
    });
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    await page.exposeFunction('pwned', () => (dialogs += 1));
    await enterAs(page, '<img src=x onerror=alert(1)>');
    const drawn = async () => (await texts(page)).length;
    await expect.poll(drawn).toBeGreaterThan(40);
    const seen = new Set(await texts(page));
    // Older ones as well.
    await page.locator('[data-virtuoso-scroller]').evaluate((list) => (list.scrollTop = 0));
    await expect.poll(drawn).toBeGreaterThan(payloads.length - 10);
    for (const text of await texts(page)) seen.add(text);
    expect(seen.size).toBeGreaterThan(payloads.length - 10);
    for (const href of await page
      .locator('.text a')
      .evaluateAll((all) =>
        all.map((link) => [link.getAttribute('href'), link.getAttribute('rel')]),
      )) {
      expect(href[0]).toMatch(/^https?:/);
      expect(href[1]).toContain('noopener');
    }
    expect(await page.locator('.text img, .text script, .text iframe, .text svg').count()).toBe(0);
    expect([dialogs, complaints]).toEqual([0, []]);
  });

  it('takes pasted megabytes, right-to-left text, emoji and control characters', async () => {
    const { url } = await startServer();
    const { page, complaints } = await enter(url, 'Ada');
    const field = page.locator('.composer textarea');
    await field.evaluate((element, text) => {
      const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set;
      set?.call(element, text);
      element.dispatchEvent(new Event('input', { bubbles: true }));
    }, 'm'.repeat(5_000_000));
    await page.getByText('its beginning was kept').waitFor();
    expect((await field.inputValue()).length).toBe(4_000);
    await field.fill('x'.repeat(4_003));
    await page.getByText('3 characters too long').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await field.fill('');
    const bad = ['مرحبا بالعالم', 'a\u202Eevil\u0007\u0000b', 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L', '👩‍👩‍👧‍👦', '1\n2'];
    for (const text of bad) {
      await say(page, text);
      await expect.poll(async () => (await texts(page)).length).toBeGreaterThan(0);
    }
    await expect.poll(() => texts(page)).toEqual([bad[0], 'aevilb', bad[2], bad[3], bad[4]]);
    expect(complaints).toEqual([]);
  });

  it('refuses a bad name in words, and a bad address of a room', async () => {
    const { url } = await startServer();
    const { page } = await open(url);
    await page.getByLabel('Your name').fill('a\u202Eb');
    await page.getByRole('button', { name: 'Come in' }).click();
    await page.getByText('must not contain control').waitFor();
    await enterAs(page, 'Ada');
    await page.getByRole('button', { name: 'Go to a room' }).click();
    await page.getByLabel('Name or link').fill('../../etc');
    expect(await page.getByRole('button', { name: 'Go', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.goto(`${url}/#/r/%00%3Cscript%3E`);
    await page.getByRole('heading', { name: 'General' }).waitFor();
    await page.goto(`${url}/#/r/p~not-there`);
    await page.getByText('This room is not there').waitFor();
    await page.getByRole('button', { name: 'Go to General' }).click();
    await page.getByRole('heading', { name: 'General' }).waitFor();
  });

  it('asks for a token where guests are not welcome, and takes no nonsense for one', async () => {
    const secret = 'x'.repeat(32);
    const server = await readyServer({ auth: { mode: 'secret', secret, guests: false } });
    const { page } = await open(server.url);
    await page.getByLabel('Your name').fill('Ada');
    await page.getByRole('button', { name: 'Come in' }).click();
    await page.getByLabel('Token').fill('nonsense');
    await page.getByRole('button', { name: 'Come in' }).click();
    expect(await page.getByLabel('Token').isVisible()).toBe(true);
    const expiresAt = Date.now() + HOUR;
    const token = await signToken(secret, { id: 'ada', name: 'Ada Lovelace', expiresAt });
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Come in' }).click();
    await page.locator('.own-name', { hasText: 'Ada Lovelace' }).waitFor();
    await page.getByText('1 here').first().waitFor();
  });

  it('works where nothing can be kept, and with a clock an hour off', async () => {
    const { url } = await startServer();
    const { page, complaints } = await open('about:blank');
    await page.addInitScript(() => {
      const deny = () => {
        throw new DOMException('denied', 'SecurityError');
      };
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
        Object.defineProperty(globalThis, name, { get: deny });
      }
      const { now } = Date;
      Date.now = () => now() - 3_600_000;
    });
    await page.goto(url);
    await enterAs(page, 'Ada');
    await say(page, 'still here');
    await page.getByText('Sent', { exact: true }).waitFor();
    await page.getByText('This browser keeps nothing').waitFor();
    expect(complaints).toEqual([]);
  });

  it('[WEB2] serves its files under safe paths, cached as they deserve', async () => {
    const { url } = await startServer();
    const index = await fetch(url);
    const html = await index.text();
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const tag = index.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': tag } })).status).toBe(304);
    const script = /src="\.?(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const code = await fetch(url + script);
    expect(code.headers.get('cache-control')).toContain('immutable');
    expect(code.headers.get('content-type')).toContain('text/javascript');
    expect(html).not.toMatch(/<script(?![^>]*src=)|\son\w+=|style=/);
    for (const path of [
      '/assets/',
      '/assets',
      '/index.html',
      '/assets/%2e%2e/%2e%2e/package.json',
    ]) {
      expect((await fetch(url + path)).status).toBe(404);
    }
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});
