import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeep } from '../../web/keep.ts';
import { isEmojiOnly, linkParts, shownText } from '../../web/links.ts';
import { keptSession, sessionOfToken } from '../../web/session.ts';

const hrefs = (text: string) =>
  linkParts(text).flatMap((part) => (typeof part === 'string' ? [] : [part.href]));
const textOf = (text: string) =>
  linkParts(text)
    .map((part) => (typeof part === 'string' ? part : part.text))
    .join('');

describe('linkParts', () => {
  it('finds http and https, and leaves out what ends the sentence', () => {
    expect(hrefs('see https://a.example/b?c=d#e, or http://b.example.')).toEqual([
      'https://a.example/b?c=d#e',
      'http://b.example/',
    ]);
    expect(hrefs('(https://a.example/x_(y))')).toEqual(['https://a.example/x_(y)']);
    expect(hrefs('看 https://例子.example/路。')).toEqual([
      'https://xn--fsqu00a.example/%E8%B7%AF',
    ]);
  });

  it('makes links of nothing else', () => {
    const texts = [
      'javascript:alert(1)',
      'data:text/html,x',
      'ftp://a.example',
      'http://',
      'https:///',
    ];
    for (const text of texts) expect(hrefs(text)).toEqual([]);
  });

  it('says the same text, whatever it is, and links to the web alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.webUrl(), fc.constant(' https://'))),
        (pieces) => {
          const text = pieces.join('');
          expect(textOf(text)).toBe(text);
          for (const href of hrefs(text)) expect(new URL(href).protocol).toMatch(/^https?:$/);
        },
      ),
    );
  });
});

describe('what is shown', () => {
  it('drops what is never drawn or turns the writing around, and keeps lines', () => {
    expect(shownText('a\u0000\u202Eb\nc\td\u2066')).toBe('ab\nc\td');
  });

  it('knows pictures from text', () => {
    expect(['🎉', '👩‍👩‍👧‍👦 ❤️', '🇨🇳'].map(isEmojiOnly)).toEqual([true, true, true]);
    for (const text of ['1', '#', 'ok 🎉', ' ', '']) expect(isEmojiOnly(text)).toBe(false);
  });
});

describe('createKeep', () => {
  it('goes on from memory where the storage is full or forbidden', () => {
    const keep = createKeep(() => {
      throw new Error('forbidden');
    });
    keep.set('a', 'b');
    expect(keep.get('a')).toBe('b');
    keep.set('a', undefined);
    expect(keep.get('a')).toBeUndefined();
  });
});

describe('sessionOfToken', () => {
  const tokenOf = (claims: object) =>
    `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

  it('reads who a token names, and takes nonsense for none', () => {
    const token = tokenOf({ sub: 'ada', name: 'Ada 小艾' });
    expect(sessionOfToken(token)?.user).toEqual({ id: 'ada', name: 'Ada 小艾' });
    for (const bad of ['', 'x', 'x.y.z', tokenOf({}), 'x.!!!.z']) {
      expect(sessionOfToken(bad)).toBeUndefined();
    }
  });

  it('[AUT2] takes one for none whose name is no text', () => {
    for (const name of [5, null, {}, undefined]) {
      expect(sessionOfToken(tokenOf({ sub: 'ada', name }))).toBeUndefined();
    }
  });
});

describe('keptSession', () => {
  const keeping = (text: string | undefined) => ({ get: () => text, set: () => {} });

  it('is the session that was kept, and none that cannot be drawn', () => {
    const session = { token: 't', user: { id: 'ada', name: 'Ada' } };
    expect(keptSession(keeping(JSON.stringify(session)))).toEqual(session);
    for (const user of [{ id: 'ada', name: 5 }, { id: 'ada' }, { name: 'Ada' }, undefined]) {
      expect(keptSession(keeping(JSON.stringify({ token: 't', user })))).toBeUndefined();
    }
    for (const text of [undefined, '{', 'null']) {
      expect(keptSession(keeping(text))).toBeUndefined();
    }
  });
});
