const WORDS = 'the build is green again so I would ship it before lunch unless somebody objects';

/** What a client says: about 90 characters, never the same twice. */
export function textOf(client: number, count: number): string {
  return `${client}.${count} ${WORDS}`;
}

/** A text of so many characters that carries a number. */
export function numberedText(number: number, length: number): string {
  return `#${number} `.padEnd(length, `${WORDS} `).trimEnd().padEnd(length, '.');
}

// As it stands in any frame that carries the text as JSON.
const MARK = Buffer.from('"text":"#');
const ZERO = 0x30;
const NINE = 0x39;

/** The number that the text in a frame carries. Undefined: the frame carries none. */
export function numberIn(frame: Buffer): number | undefined {
  const mark = frame.indexOf(MARK);
  if (mark === -1) return undefined;
  let number = 0;
  for (let at = mark + MARK.length; at < frame.length; at += 1) {
    const digit = frame[at] ?? 0;
    if (digit < ZERO || digit > NINE) break;
    number = number * 10 + digit - ZERO;
  }
  return number;
}

const EVENT = Buffer.from('"type":"event"');
const POSITION = Buffer.from('"position":"');
const QUOTE = 0x22;

/** The position of the event that a tRPC frame carries. Undefined: it carries none. */
export function positionIn(frame: Buffer): string | undefined {
  if (!frame.includes(EVENT)) return undefined;
  const from = frame.indexOf(POSITION) + POSITION.length;
  return frame.toString('latin1', from, frame.indexOf(QUOTE, from));
}
