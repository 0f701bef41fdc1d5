import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable, errors } from '../../../shared/index.ts';
import { documentsOf } from '../../../server/documents/documents.ts';
import { html, inline } from '../../../server/site/html.ts';
import { described } from '../../kit/described.ts';

const documents = documentsOf(described);
const names = documents.names();
const textOf = (name: string) => documents.file(name)?.text ?? '';
const pages = names.filter((name) => name.endsWith('.html'));

const attribute = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value);

describe('the pages of a contract', () => {
  it('have every procedure, event, frame, path and error where they can be linked to', () => {
    expect(attribute(textOf('kind-chat.html'), 'id')).toEqual(
      expect.arrayContaining(['send', 'publish', 'history', 'markRead', 'invite']),
    );
    expect(attribute(textOf('events-board.html'), 'id')).toEqual(
      expect.arrayContaining(['note', 'cursor', 'drawing', 'archived', 'frame-ready', 'frame-gap']),
    );
    expect(textOf('rest-chat.html')).toContain('/api/chat/rooms/{room}/send');
    expect(attribute(textOf('rest-users.html'), 'id')).toEqual(
      expect.arrayContaining(['notify', 'revoke']),
    );
    expect(attribute(textOf('errors.html'), 'id')).toEqual(
      expect.arrayContaining([...Object.keys(errors), 'close-4401']),
    );
    expect(textOf('limits.html')).toContain('64 KiB');
  });

  it('link to places that are there, and to no other host', () => {
    const missing = pages.flatMap((page) =>
      [...attribute(textOf(page), 'href'), ...attribute(textOf(page), 'src')].filter((link) => {
        if (link === 'data:,') return false;
        const [file = '', anchor] = link.split('#');
        const target = textOf(file === '' ? page : file);
        return target === '' || (anchor !== undefined && !attribute(target, 'id').includes(anchor));
      }),
    );
    expect(missing).toEqual([]);
  });

  it('have no anchor twice, nothing inline, and a policy that forbids it', () => {
    for (const page of pages) {
      const ids = attribute(textOf(page), 'id');
      expect(new Set(ids).size, page).toBe(ids.length);
      expect(textOf(page)).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! src="search\.js")/);
      expect(documents.file(page)?.headers?.['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'/,
      );
    }
    for (const name of ['docs.css', 'search.js']) expect(textOf(name)).not.toMatch(/https?:|url\(/);
  });

  it('can be searched: every place of the index is there', () => {
    const index = JSON.parse(
      textOf('search-index.js').replace(/^globalThis\.docsIndex = |;\n$/g, ''),
    ) as [string, string, string][];
    expect(index.map(([title]) => title)).toEqual(
      expect.arrayContaining([
        'chat.send',
        'board · note',
        'TOO_MANY',
        'Close code 4401',
        'Limits',
      ]),
    );
    for (const [title, href] of index) {
      const [file = '', anchor] = href.split('#');
      const ids = attribute(textOf(file), 'id');
      expect(anchor === undefined || ids.includes(anchor), `${title} ${href}`).toBe(true);
    }
  });

  it('are the same every time', () => {
    const again = documentsOf(described);
    for (const name of names) expect(again.file(name)?.text).toBe(textOf(name));
  });

  it('show what a contract says as text, whatever it says', () => {
    const evil =
      '</code><script>alert(1)</script><img src=x onerror=alert(1)> `</title>` "\' &amp;';
    const data = z
      .object({ text: z.enum([evil, 'x']).meta({ description: evil }) })
      .meta({ description: evil, examples: [{ text: evil }] });
    const odd = defineRoom('odd', {
      events: { said: durable(data, { publish: 'client' }) },
      shorthands: { speak: 'said' },
    });
    const made = documentsOf({ odd }, { title: evil });
    for (const name of made.names().filter((file) => file.endsWith('.html'))) {
      const text = made.file(name)?.text ?? '';
      expect(text.match(/<script/g), name).toHaveLength(1);
      expect(text, name).not.toMatch(/<img/);
    }
  });

  it('of 200 events and 200 procedures take less than 3 s', () => {
    const data = z.object({ title: z.string(), due: z.date().optional() });
    const types = Array.from({ length: 20 }, (_, n) => `event${n}`);
    const kinds = Array.from({ length: 10 }, (_, n) =>
      defineRoom(`kind${n}`, {
        events: Object.fromEntries(
          types.map((type) => [type, durable(data, { publish: 'client' })]),
        ),
        shorthands: Object.fromEntries(types.map((type) => [`send${type}`, type])),
      }),
    );
    const before = process.cpuUsage();
    const many = documentsOf(Object.fromEntries(kinds.map((kind) => [kind.name, kind])));
    for (const name of many.names()) expect(many.file(name)?.text).not.toBe('');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });
});

describe('html', () => {
  it('escapes what stands in a template, unless it is HTML', () => {
    const bold = html`<b>${'<&"\''}</b>`;
    expect(bold.html).toBe('<b>&lt;&amp;&quot;&#39;</b>');
    expect(html`${[bold, undefined, false, 7]}`.html).toBe(`${bold.html}7`);
  });

  it('makes code of what stands between backticks, and nothing of a backtick alone', () => {
    expect(inline('a `<b>` c').html).toBe('a <code>&lt;b&gt;</code> c');
    expect(inline('a `b').html).toBe('a `b');
  });
});
