import { describe, expect, it } from 'vitest';
import { formatEvent } from '../../cli/event-line.ts';
import { printable } from '../../cli/printable.ts';
import type { RoomEvent } from '../../shared/index.ts';

describe('text for terminals', () => {
  it('has its control characters written out', () => {
    expect(printable('\u001B[2Jgone\u0007\u009B')).toBe('\\u{1b}[2Jgone\\u{7}\\u{9b}');
    expect(printable('one\ntwo\r')).toBe('one\\ntwo\\u{d}');
    expect(printable('\u202Eevil')).toBe('\\u{202e}evil');
  });

  it('keeps what people write', () => {
    const text = 'naïve 日本語 👩‍🚀 ελ';
    expect(printable(text)).toBe(text);
  });
});

describe('an event line', () => {
  const event: RoomEvent = {
    id: 'e:1',
    position: 'e:1',
    type: 'message',
    data: { text: 'hi\u001B[0m' },
    by: { id: 'ada', name: 'Ada\u001B' },
    at: new Date(2026, 0, 2, 3, 4, 5),
  };

  it('shows a message on one line, with nothing a terminal obeys', () => {
    expect(formatEvent(event)).toBe('03:04:05 <Ada\\u{1b}> hi\\u{1b}[0m');
  });

  it('hides nothing that stands beside the text of a message', () => {
    const data = { text: 'hi', size: 9n, at: new Date(0) };
    expect(formatEvent({ ...event, data })).toBe(
      '03:04:05 * message by Ada\\u{1b} {"text":"hi","size":"9","at":"1970-01-01T00:00:00.000Z"}',
    );
    expect(formatEvent({ ...event, data: undefined })).toBe('03:04:05 * message by Ada\\u{1b}');
  });

  it('shows any other event by its type and data', () => {
    const typing = { ...event, type: 'typing', data: { typing: true } };
    expect(formatEvent(typing)).toBe('03:04:05 * typing by Ada\\u{1b} {"typing":true}');
  });
});
